/**
 * The part of capnweb's wire that a view may speak: calls of the host's named methods with JSON
 * arguments, their pulls and releases, and its answers. No stubs, streams, pipes, maps, dates,
 * bytes or errors as arguments: each is a way to make the host do work that nobody counts.
 *
 * Trust: the text is hostile. What passes is plain JSON of bounded depth without keys that could
 * reach a prototype; whoever answers the calls only ever sees that.
 */
import { BerthError } from "@berth/protocol";

export const hostMethods = Object.freeze([
  "mutate",
  "fetch",
  "call",
  "saveViewState",
  "navigate",
  "requestPermission",
  "report",
  "log",
] as const);

const maxValueDepth = 100;

export type WireMessage =
  | { readonly kind: "push"; readonly frame: unknown[] }
  | { readonly kind: "release"; readonly frame: unknown[]; readonly count: number }
  | { readonly kind: "pull" | "resolve" | "reject" | "abort"; readonly frame: unknown[] };

/** @throws BerthError VIEW_MESSAGE_REFUSED */
export function parseWireMessage(text: string): WireMessage {
  let frame: unknown;
  try {
    frame = JSON.parse(text);
  } catch (cause) {
    throw refuse("is not JSON", cause);
  }
  if (!Array.isArray(frame)) throw refuse("is not a message");
  const [kind, first, second] = frame as unknown[];
  switch (kind) {
    case "push":
      if (frame.length !== 2) throw refuse("is a push of the wrong length");
      checkCall(first);
      return { kind, frame };
    case "pull":
      if (frame.length !== 2 || !isId(first)) throw refuse("is a pull without an id");
      return { kind, frame };
    case "release":
      if (frame.length !== 3 || !isId(first) || !isId(second) || second < 1)
        throw refuse("is a release without an id and a count");
      return { kind, frame, count: second };
    case "resolve":
      if (frame.length !== 3 || !isId(first)) throw refuse("is an answer without an id");
      checkValue(second, 0);
      return { kind, frame };
    case "reject":
      if (frame.length !== 3 || !isId(first)) throw refuse("is an answer without an id");
      checkError(second);
      return { kind, frame };
    case "abort":
      checkError(first);
      return { kind, frame };
    default:
      throw refuse(`is of the kind ${shown(kind)}`);
  }
}

function checkCall(value: unknown): void {
  if (!Array.isArray(value) || value[0] !== "pipeline" || value[1] !== 0 || value.length !== 4)
    throw refuse("is a push of something other than a call of the host");
  const path: unknown = value[2];
  const name: unknown = Array.isArray(path) && path.length === 1 ? path[0] : undefined;
  if (!(hostMethods as readonly unknown[]).includes(name))
    throw refuse(`calls ${shown(path)}, which the host does not have`);
  const args: unknown = value[3];
  if (!Array.isArray(args) || args.length !== 1)
    throw refuse(`calls ${String(name)} with other than one argument`);
  checkValue(args[0], 0);
}

/** capnweb escapes an array as `[[…]]`; any other array is a tagged special. */
function checkValue(value: unknown, depth: number): void {
  if (value === null || typeof value !== "object") return;
  if (depth > maxValueDepth) throw refuse(`is nested deeper than ${maxValueDepth}`);
  if (Array.isArray(value)) {
    const inner: unknown = value[0];
    if (value.length === 1 && Array.isArray(inner)) {
      for (const item of inner) checkValue(item, depth + 1);
      return;
    }
    if (value.length === 1 && inner === "undefined") return;
    throw refuse(`holds a value of the kind ${shown(inner)}; only JSON crosses`);
  }
  for (const key of Object.keys(value)) {
    const inner = (value as Record<string, unknown>)[key];
    if (key === "__proto__" || (key === "constructor" && typeof inner === "object"))
      throw refuse(`holds the key ${shown(key)}`);
    checkValue(inner, depth + 1);
  }
}

function checkError(value: unknown): void {
  if (!Array.isArray(value)) {
    checkValue(value, 0);
    return;
  }
  const [tag, name, message, stack, props] = value as unknown[];
  const isError =
    tag === "error" &&
    typeof name === "string" &&
    typeof message === "string" &&
    (stack === undefined || stack === null || typeof stack === "string") &&
    value.length <= 5;
  if (!isError) {
    checkValue(value, 0);
    return;
  }
  checkValue(props, 0);
}

function isId(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function shown(value: unknown): string {
  return (JSON.stringify(value) ?? "nothing").slice(0, 80);
}

function refuse(what: string, cause?: unknown): BerthError {
  return new BerthError("VIEW_MESSAGE_REFUSED", `A message of the view ${what}.`, { cause });
}
