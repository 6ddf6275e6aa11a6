/**
 * What the engine is answered when the isolate that waited in a cell imports its app's modules.
 *
 * The engine asks over `out.sock`, once per module, with the module's path as `specifier` (workerd's
 * `moduleFallback`); it holds the isolate's thread until the answer is there.
 * Trust: an app asks for whatever names it likes, at any time. It gets its own modules or nothing.
 * Invariant: the modules are those of one app, set before its first import.
 */

import type { IsolateModule, IsolateSpec } from "../spec.ts";

export class WaitingModules {
  #key: string | undefined;
  #modules: IsolateSpec["modules"] = {};

  /** Whether no app took the isolate yet. */
  get isFree(): boolean {
    return this.#key === undefined;
  }

  take({ key, modules }: IsolateSpec): void {
    this.#key = key;
    this.#modules = modules;
  }

  /** The isolate stays taken; it imports nothing more. */
  letGo(key: string): void {
    if (key === this.#key) this.#modules = {};
  }

  /** @returns the answer's body, or undefined when the app has no such module */
  find(url: string): string | undefined {
    const specifier = new URL(url, "http://out").searchParams.get("specifier") ?? "";
    const name = specifier.replace(/^\//, "");
    if (!Object.hasOwn(this.#modules, name)) return undefined;
    const module = this.#modules[name];
    return module === undefined ? undefined : JSON.stringify({ name, ...describe(module) });
  }
}

/** In the words of the engine's configuration. */
function describe(module: IsolateModule): object {
  if ("js" in module) return { esModule: module.js };
  if ("text" in module) return { text: module.text };
  if ("json" in module) return { json: JSON.stringify(module.json) };
  throw new TypeError("Modules of bytes are loaded with their isolate.");
}
