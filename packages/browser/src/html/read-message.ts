/**
 * Reads one message of an app's own HTML: JSON of bounded depth, without keys that could reach a
 * prototype, in the shape of JSON-RPC 2.0.
 *
 * Trust: the text is hostile.
 */
import { BerthError, type JsonRpcId, jsonRpcSchema } from "@berth/protocol";

export type HtmlMessage =
  | {
      readonly kind: "request";
      readonly id: JsonRpcId;
      readonly method: string;
      readonly params: unknown;
    }
  | { readonly kind: "notification"; readonly method: string; readonly params: unknown }
  | { readonly kind: "answer"; readonly id: JsonRpcId }
  /** None of these. */
  | { readonly kind: "invalid" };

const maxDepth = 100;

/** @throws BerthError VIEW_MESSAGE_REFUSED */
export function parseHtmlMessage(text: string): HtmlMessage {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw refuse("is not JSON", cause);
  }
  checkValue(value, 0);
  const result = jsonRpcSchema.safeParse(value);
  if (!result.success) return { kind: "invalid" };
  const { id, method, params = {} } = result.data;
  if (method === undefined) return id === undefined ? { kind: "invalid" } : { kind: "answer", id };
  return id === undefined
    ? { kind: "notification", method, params }
    : { kind: "request", id, method, params };
}

function checkValue(value: unknown, depth: number): void {
  if (value === null || typeof value !== "object") return;
  if (depth > maxDepth) throw refuse(`is nested deeper than ${maxDepth}`);
  if (Array.isArray(value)) {
    for (const item of value) checkValue(item, depth + 1);
    return;
  }
  for (const [key, inner] of Object.entries(value)) {
    if (key === "__proto__" || (key === "constructor" && typeof inner === "object"))
      throw refuse(`holds the key ${JSON.stringify(key)}`);
    checkValue(inner, depth + 1);
  }
}

function refuse(what: string, cause?: unknown): BerthError {
  return new BerthError("VIEW_MESSAGE_REFUSED", `A message of the view ${what}.`, { cause });
}
