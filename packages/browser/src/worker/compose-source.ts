/**
 * Puts together what a view's worker runs: the bootstrap, then the app's module, in one script.
 * The app's code may hold anything; it runs after the bootstrap has shut the globals away, and a
 * line after it tells the bootstrap that the module has been evaluated.
 */
import * as built from "#generated/app-worker";

/** The standard worker bootstrap. */
export const appWorkerSource: string = built.appWorkerSource;

export interface WorkerSourceOptions {
  /** The app's module: one classic script, without import or export. */
  readonly code: string;
  readonly blockedAPIs: readonly string[];
  /** Replaces the standard bootstrap. */
  readonly bootstrap?: string;
}

export function composeWorkerSource(options: WorkerSourceOptions): string {
  const blocked = JSON.stringify(options.blockedAPIs).replaceAll("\u2028", "\\u2028");
  return [
    '"use strict";',
    `globalThis.__berthBlockedAPIs = ${blocked};`,
    options.bootstrap ?? appWorkerSource,
    // A function of its own, so that a bundle's top-level names do not become the worker's. Code
    // that breaks out of it gains nothing: the bootstrap has run by then.
    "(async () => {",
    options.code,
    '})().then(() => globalThis[Symbol.for("berth.view.evaluated")]?.());',
  ].join("\n");
}
