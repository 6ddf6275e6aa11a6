/**
 * Loads the Cedar engine, a WebAssembly module, each time as an instance of its own.
 *
 * A host without policies never calls this. An instance that trapped is not used again: its stack
 * pointer and its locks are as the trap left them, so whoever sees it throw opens another.
 */
import { createRequire } from "node:module";
import type * as CedarModule from "@cedar-policy/cedar-wasm/nodejs";

export type Cedar = Pick<
  typeof CedarModule,
  "policyToJson" | "validate" | "preparsePolicySet" | "statefulIsAuthorized" | "isAuthorized"
>;

const require = createRequire(import.meta.url);

/** About 25 ms and 10 MB. */
export function openCedar(): Cedar {
  const path = require.resolve("@cedar-policy/cedar-wasm/nodejs");
  // The module makes its instance when it is evaluated, and is evaluated once unless it is forgotten.
  delete require.cache[path];
  const cedar = require(path) as Cedar;
  delete require.cache[path];
  return cedar;
}
