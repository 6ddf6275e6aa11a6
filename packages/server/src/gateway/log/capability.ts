/** `log`: lines that an app writes on purpose; its console is taken by the cell. */
import { z } from "zod";
import type { Insight } from "../../insight/insight.ts";
import { type Capability, defineMethod, intrinsic } from "../capability.ts";

export function createLogCapability(insight: Pick<Insight, "write">): Capability {
  return {
    name: "log",
    callers: ["function", "view"],
    methods: {
      write: defineMethod({
        input: z.strictObject({
          level: z.enum(["debug", "info", "warn", "error"]),
          message: z.string().max(8_000),
        }),
        permissions: intrinsic,
        async run({ live, caller, requestId }, { level, message }) {
          insight.write(live.id, { level, source: caller, requestId, message });
          return null;
        },
      }),
    },
  };
}
