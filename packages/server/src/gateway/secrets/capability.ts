/** `secrets`: values that the admin set for the names in the manifest. Functions only. */
import { BerthError } from "@berth/protocol";
import { z } from "zod";
import type { InstallationDirectory } from "../../installation/live.ts";
import { type Capability, defineMethod, intrinsic } from "../capability.ts";

export function createSecretsCapability(
  directory: Pick<InstallationDirectory, "openSecret">,
): Capability {
  return {
    name: "secrets",
    callers: ["function"],
    methods: {
      get: defineMethod({
        input: z.strictObject({ name: z.string().max(64) }),
        permissions: intrinsic,
        async run({ live }, { name }) {
          const declared = live.manifest.server?.secrets ?? [];
          if (!declared.some((secret) => secret.name === name)) {
            const names = declared.map((secret) => secret.name).join(", ") || "none";
            throw new BerthError(
              "SECRET_NOT_SET",
              `The manifest declares no secret ${JSON.stringify(name)}; declared: ${names}. Add it to server.secrets.`,
            );
          }
          const value = await directory.openSecret(live.id, name);
          if (value !== undefined) return value;
          throw new BerthError(
            "SECRET_NOT_SET",
            `The secret ${name} has no value; an admin sets it on the installation's page.`,
          );
        },
      }),
    },
  };
}
