/**
 * `state`: the installation's own JSON by key.
 *
 * A function uses it by right. A view does so only for keys that a `data` permission
 * `state/<key>` was granted for: whoever sits before a view can send what its code never would.
 */
import type { JsonValue } from "@berth/cells";
import { type AccessRequest, stateLimits } from "@berth/protocol";
import { z } from "zod";
import { type Capability, type CapabilityCaller, defineMethod } from "../capability.ts";
import type { StateStore } from "./store.ts";

const isStorable = (text: string) => text.isWellFormed() && !text.includes("\0");
const fits = (text: string) => Buffer.byteLength(text) <= stateLimits.maxKeyBytes;

const prefix = z
  .string()
  .refine(fits, `is longer than ${stateLimits.maxKeyBytes} bytes`)
  .refine(isStorable, "holds NUL or half a surrogate pair");
const key = prefix.min(1);
/** Came from `JSON.parse`, so it is JSON as soon as it is there. */
const value = z
  .unknown()
  .refine((given) => given !== undefined, "is missing") as z.ZodType<JsonValue>;
const version = z.string().regex(/^\d{1,16}$/, "is not a version that a read or write gave");

function access(action: "read" | "write", keys: readonly string[], caller: CapabilityCaller) {
  if (caller === "function") return [];
  return keys.map((name): AccessRequest => ({ type: "data", resource: `state/${name}`, action }));
}

/** The organization's own, and nobody has said more of it. */
export const stateDataClass = "internal";

export function createStateCapability(store: StateStore): Capability {
  return {
    name: "state",
    callers: ["function", "view"],
    dataClass: stateDataClass,
    methods: {
      get: defineMethod({
        input: z.strictObject({ key }),
        permissions: (input, caller) => access("read", [input.key], caller),
        async run({ live }, input) {
          const entry = await store.get(live, input.key);
          return entry === undefined ? null : { value: entry.value, version: entry.version };
        },
      }),
      put: defineMethod({
        input: z.strictObject({ key, value }),
        permissions: (input, caller) => access("write", [input.key], caller),
        run: async ({ live }, input) => ({ version: await store.put(live, [input]) }),
      }),
      putMany: defineMethod({
        input: z.strictObject({ entries: z.array(z.strictObject({ key, value })).max(500) }),
        permissions: ({ entries }, caller) =>
          access(
            "write",
            entries.map((entry) => entry.key),
            caller,
          ),
        async run({ live }, { entries }) {
          await store.put(live, entries);
          return { count: entries.length };
        },
      }),
      delete: defineMethod({
        input: z.strictObject({ key }),
        permissions: (input, caller) => access("write", [input.key], caller),
        run: async ({ live }, input) => ({ existed: await store.delete(live, input.key) }),
      }),
      list: defineMethod({
        input: z.strictObject({
          prefix: prefix.default(""),
          cursor: prefix.nullish(),
          limit: z.int().min(1).max(stateLimits.maxListEntries).default(stateLimits.maxListEntries),
        }),
        // `/*` stands for the whole range: a grant of `state/notes/*` covers the prefix `notes/`.
        permissions: (input, caller) => access("read", [`${input.prefix}*`], caller),
        async run({ live }, input) {
          const page = await store.list(live, {
            prefix: input.prefix,
            after: input.cursor ?? null,
            limit: input.limit,
          });
          return {
            entries: page.entries.map((entry) => ({ ...entry })),
            cursor: page.cursor,
          };
        },
      }),
      compareAndSet: defineMethod({
        input: z.strictObject({ key, value, version: version.nullable() }),
        permissions: (input, caller) => access("write", [input.key], caller),
        run: async ({ live }, input) => ({
          version: await store.put(live, [input], input.version),
        }),
      }),
    },
  };
}
