/** `config`: what the admin configured. Not for views: members need not see it. */
import { z } from "zod";
import { type Capability, defineMethod, intrinsic } from "../capability.ts";

export function createConfigCapability(): Capability {
  return {
    name: "config",
    callers: ["function"],
    methods: {
      get: defineMethod({
        input: z.strictObject({}),
        permissions: intrinsic,
        run: async ({ live }) => live.config,
      }),
    },
  };
}
