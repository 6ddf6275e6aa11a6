/**
 * What a request tells the cell's host module of itself: isolate, props, handle and id, as the JSON of a
 * header. Most of it is the same in all requests of one caller, and is written once.
 */
import type { CellRequest } from "../calls.ts";
import { toAsciiJson } from "../json.ts";

export type EncodeInvoke = (
  key: string,
  request: Pick<CellRequest, "props" | "handle" | "requestId">,
) => string;

/** Keeps what it wrote for as long as the props live. */
export function createInvokeEncoder(): EncodeInvoke {
  const known = new WeakMap<object, { readonly key: string; readonly head: string }>();

  function headOf(key: string, props: CellRequest["props"]): string {
    const isFields = typeof props === "object" && props !== null && !Array.isArray(props);
    const fields = isFields ? props : {};
    const before = known.get(fields);
    if (before?.key === key) return before.head;
    const members = toAsciiJson(fields).slice(1, -1);
    const head = `{"op":"invoke","key":${toAsciiJson(key)},"props":{${members}${members === "" ? "" : ","}`;
    known.set(fields, { key, head });
    return head;
  }

  return (key, { props, handle, requestId }) =>
    // Last, so that no member of that name can stand for ours.
    `${headOf(key, props)}"handle":${toAsciiJson(handle)},"requestId":${toAsciiJson(requestId)}}}`;
}
