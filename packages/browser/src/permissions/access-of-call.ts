/**
 * The accesses that a capability call will be decided by, where that is plain from the call: the
 * page decides the same beforehand, and can end the call when a grant is taken back. The gateway
 * decides in any case.
 *
 * Trust: the arguments are hostile; what does not have the expected shape is left to the gateway.
 */
import { type AccessRequest, stateLimits, type ViewCall } from "@berth/protocol";

/** As the gateway's own bound of `putMany`; it refuses more. */
const maxEntries = 500;

export function accessOfCall({ capability, method, args }: ViewCall): readonly AccessRequest[] {
  if (capability !== "state") return [];
  const given = typeof args === "object" && args !== null ? (args as Record<string, unknown>) : {};
  switch (method) {
    case "get":
      return access("read", [given.key]);
    case "put":
    case "delete":
    case "compareAndSet":
      return access("write", [given.key]);
    case "putMany":
      return access("write", keysOf(given.entries));
    case "list":
      // The whole range below the prefix, as the gateway says it.
      return access("read", [typeof given.prefix === "string" ? given.prefix : ""], "*");
    default:
      return [];
  }
}

function keysOf(entries: unknown): readonly unknown[] {
  if (!Array.isArray(entries) || entries.length > maxEntries) return [];
  return entries.map((entry: unknown) => (entry as { key?: unknown } | null)?.key);
}

/** Longer keys are none, which the gateway says; here they would only fill the record. */
function access(
  action: "read" | "write",
  keys: readonly unknown[],
  suffix = "",
): readonly AccessRequest[] {
  return keys
    .filter((key) => typeof key === "string" && key.length <= stateLimits.maxKeyBytes)
    .map((key) => ({ type: "data", resource: `state/${key}${suffix}`, action }));
}
