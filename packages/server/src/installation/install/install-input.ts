/** What the request to install leaves in the run journal for its steps. */
import { type Permission, permissionTypes } from "@berth/protocol";
import * as z from "zod";
import type { JsonObject } from "../live.ts";
import type { SealedSecret } from "../secrets.ts";

export interface InstallInput {
  readonly personId: string;
  readonly granted: readonly Permission[];
  readonly config: JsonObject;
  readonly secrets: readonly SealedSecret[];
}

const stored = z.object({
  personId: z.string(),
  granted: z.array(
    z.object({
      type: z.enum(permissionTypes as [Permission["type"], ...Permission["type"][]]),
      resource: z.string(),
      actions: z.array(
        z.custom<Permission["actions"][number]>((value) => typeof value === "string"),
      ),
      reason: z.string().optional(),
      optional: z.boolean().optional(),
      // Came from a parsed manifest; whoever uses it takes it from there again.
      conditions: z
        .custom<Permission["conditions"]>((value) => typeof value === "object")
        .optional(),
    }),
  ),
  config: z.record(z.string(), z.json()),
  secrets: z.array(z.object({ name: z.string(), sealed: z.base64(), fingerprint: z.string() })),
});

export function parseInstallInput(value: unknown): InstallInput {
  const { secrets, granted, ...rest } = stored.parse(value);
  return {
    ...rest,
    // JSON has no undefined: a field that is there has a value.
    granted: granted as readonly Permission[],
    secrets: secrets.map((secret) => ({
      ...secret,
      sealed: new Uint8Array(Buffer.from(secret.sealed, "base64")),
    })),
  };
}

export function formatInstallInput(input: InstallInput): unknown {
  return {
    ...input,
    secrets: input.secrets.map((secret) => ({
      ...secret,
      sealed: Buffer.from(secret.sealed).toString("base64"),
    })),
  };
}
