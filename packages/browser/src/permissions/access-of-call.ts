/**
 * The accesses that a capability call will be decided by, where that is plain from the call: the
 * page decides the same beforehand, and can end the call when a grant is taken back. The gateway
 * decides in any case.
 *
 * Trust: the arguments are hostile. What does not have the expected shape is left to the gateway;
 * but a page's own tools and resources have none behind them, so there it is refused.
 */
import { type AccessRequest, BerthError, stateLimits, type ViewCall } from "@berth/protocol";

/** As the gateway's own bound of `putMany`; it refuses more. */
const maxEntries = 500;

/** @throws BerthError REQUEST_INVALID for a tool or a resource that no grant could name */
export function accessOfCall(call: ViewCall): readonly AccessRequest[] {
  switch (call.capability) {
    case "state":
      return accessOfState(call);
    case "tools":
      return [{ type: "tool", resource: toolOf(argsOf(call).name), action: "execute" }];
    case "resources":
      return [{ type: "document", resource: resourceOf(argsOf(call).uri), action: "read" }];
    default:
      return [];
  }
}

function argsOf({ args }: ViewCall): Readonly<Record<string, unknown>> {
  return typeof args === "object" && args !== null ? (args as Record<string, unknown>) : {};
}

function toolOf(name: unknown): string {
  if (typeof name === "string" && /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/.test(name)) return name;
  throw new BerthError(
    "REQUEST_INVALID",
    `${shown(name)} is not the name of a tool; expected letters, digits, dots and dashes, such as get_weather.`,
  );
}

/** `docs://guide/install` is `docs/guide/install`. Refused is whatever a pattern could not tell from something else. */
function resourceOf(uri: unknown): string {
  const text = typeof uri === "string" && uri.length <= 2_048 ? uri : "";
  const [, scheme = "", rest = ""] = /^([a-z][a-z0-9+.-]*):\/\/([!-~]+)$/.exec(text) ?? [];
  const segments = rest.split("/");
  const isPlain = segments.every(
    (part) => !["", ".", ".."].includes(part) && !/[%\\?#*]/.test(part),
  );
  if (scheme !== "" && isPlain) return `${scheme}/${rest}`;
  throw new BerthError(
    "REQUEST_INVALID",
    `${shown(uri)} cannot be read; expected an address such as docs://guide/install, without escapes or a query.`,
  );
}

function shown(value: unknown): string {
  return JSON.stringify(String(value).slice(0, 80));
}

function accessOfState(call: ViewCall): readonly AccessRequest[] {
  const given = argsOf(call);
  switch (call.method) {
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
