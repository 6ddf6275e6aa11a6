import { createHash } from "node:crypto";
import type { JsonObject, JsonValue } from "../live.ts";

/** The same for equal configurations, in whatever order their keys came. 16 hexadecimal digits. */
export function configHashOf(config: JsonObject): string {
  return createHash("sha256").update(canonical(config)).digest("hex").slice(0, 16);
}

function canonical(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`);
  return `{${members.join(",")}}`;
}
