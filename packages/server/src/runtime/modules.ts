/**
 * Finds the modules of a package that a server entry can reach by relative imports.
 *
 * A packed entry is one module as a rule; chunks, JSON and WebAssembly beside it are found by the
 * specifiers in its text. Reading too many is harmless: they are the package's own files.
 */
import type { IsolateModule } from "@berth/cells";
import { BerthError } from "@berth/protocol";

/** Every repetition is bounded: the text is a publisher's and is read on the main thread. */
const specifier = /(?:\bfrom|\bimport)\s{0,20}(?:\(\s{0,20})?["'](\.{1,2}\/[^"'\\\n]{1,300})["']/g;
/** In all modules together. */
const maxSpecifiers = 10_000;
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });

/** @throws MODULE_INVALID */
export function collectModules(
  files: ReadonlyMap<string, Uint8Array>,
  entry: string,
): Readonly<Record<string, IsolateModule>> {
  const modules: Record<string, IsolateModule> = {};
  const waiting = [entry];
  let specifiers = 0;
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    const bytes = files.get(name);
    if (bytes === undefined) {
      if (name !== entry) continue;
      throw new BerthError(
        "MODULE_INVALID",
        `server.entry is ${entry}, which is not in the package.`,
      );
    }
    if (Object.hasOwn(modules, name)) continue;
    const module = read(name, bytes);
    modules[name] = module;
    if (!("js" in module)) continue;
    const found = findSpecifiers(module.js, maxSpecifiers - specifiers);
    if (found === undefined) {
      throw new BerthError(
        "MODULE_INVALID",
        `The modules up to ${name} have more than ${maxSpecifiers} imports; bundle them into fewer.`,
      );
    }
    specifiers += found.size;
    for (const relative of found) waiting.push(resolve(name, relative));
  }
  return modules;
}

/** Undefined when there are more than `max`. */
function findSpecifiers(text: string, max: number): ReadonlySet<string> | undefined {
  const found = new Set<string>();
  for (const [, relative] of text.matchAll(specifier)) {
    if (relative !== undefined) found.add(relative);
    if (found.size > max) return undefined;
  }
  return found;
}

function resolve(from: string, relative: string): string {
  try {
    return decodeURI(new URL(relative, `file:///${from}`).pathname).slice(1);
  } catch (cause) {
    throw new BerthError(
      "MODULE_INVALID",
      `The module ${from} imports ${JSON.stringify(relative)}, which is no address of a file.`,
      { cause },
    );
  }
}

function read(name: string, bytes: Uint8Array): IsolateModule {
  const extension = name.slice(name.lastIndexOf(".") + 1);
  if (extension === "wasm") return { wasm: bytes };
  if (extension === "bin") return { data: bytes };
  let text: string;
  try {
    text = decoder.decode(bytes);
    if (extension === "json") return { json: JSON.parse(text) as unknown };
  } catch (cause) {
    throw new BerthError("MODULE_INVALID", `The module ${name} is not valid ${extension}.`, {
      cause,
    });
  }
  return extension === "txt" || extension === "html" ? { text } : { js: text };
}
