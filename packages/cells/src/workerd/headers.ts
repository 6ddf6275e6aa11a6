/** Which headers pass between the server and a cell, in the flat form of Node's raw headers. */

import type { HeaderPairs } from "../calls.ts";

const hopByHop: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Headers that say something to Berth itself; nobody else may set them. */
export const ownHeaderPrefix = "berth-";

function passes(name: string): boolean {
  return !hopByHop.has(name) && !name.startsWith(ownHeaderPrefix);
}

/** @param dropped - further names, in lower case */
export function appendHeaders(
  flat: string[],
  headers: HeaderPairs,
  dropped: readonly string[],
): void {
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    if (passes(lower) && !dropped.includes(lower)) flat.push(name, value);
  }
}

export function toPairs(rawHeaders: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? "";
    if (passes(name.toLowerCase())) pairs.push([name, rawHeaders[index + 1] ?? ""]);
  }
  return pairs;
}
