/**
 * Our own modules as the engine is given them: plain JavaScript text.
 *
 * From a checkout the types are stripped here; from a built package the files are JavaScript.
 */

import { readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { fileURLToPath } from "node:url";
import type { IsolateSpec } from "../spec.ts";
import { reservedModulePrefix } from "../spec.ts";

export interface IsolateSources {
  readonly host: string;
  readonly appMain: string;
  readonly appConsole: string;
}

const tenantSpecifier = /(["'])berth-tenant-main\1/;
const consoleSpecifier = /(["'])\.\/app-console\.worker\.[jt]s\1/;
const mainName = `${reservedModulePrefix}main.js`;
const consoleName = `${reservedModulePrefix}console.js`;

function read(name: string): string {
  const isSource = import.meta.url.endsWith(".ts");
  const extension = isSource ? "ts" : "js";
  const url = new URL(`./${name}.worker.${extension}`, import.meta.url);
  const text = readFileSync(fileURLToPath(url), "utf8");
  return isSource ? stripTypeScriptTypes(text) : text;
}

export function readSources(): IsolateSources {
  return {
    host: read("host"),
    appMain: read("app-main").replace(consoleSpecifier, `"./${consoleName}"`),
    appConsole: read("app-console"),
  };
}

/** Every app has these: our modules need the first, and an app must learn that its caller is gone. */
const givenFlags: readonly string[] = ["nodejs_als", "enable_request_signal"];

const nodeFlags: readonly string[] = ["nodejs_compat", "nodejs_compat_v2"];

/**
 * Node's modules only where they were asked for, although the engine's newer dates bring them unasked:
 * they take ten milliseconds of each cold start, and widen what an app can reach.
 */
function flagsOf({ compatibilityFlags }: IsolateSpec): string[] {
  const wantsNode = compatibilityFlags.some((flag) => nodeFlags.includes(flag));
  const refused = wantsNode ? [] : nodeFlags.map((flag) => `no_${flag}`);
  return [...new Set([...compatibilityFlags, ...givenFlags, ...refused])];
}

/** The body of a `load` operation: the app's modules with ours around them, as JSON. */
export function buildLoadBody(spec: IsolateSpec, sources: IsolateSources): string {
  const modules: Record<string, unknown> = {};
  for (const [name, module] of Object.entries(spec.modules)) {
    if ("data" in module) modules[name] = { data: Buffer.from(module.data).toString("base64") };
    else if ("wasm" in module)
      modules[name] = { wasm: Buffer.from(module.wasm).toString("base64") };
    else modules[name] = module;
  }
  const mainSpecifier = JSON.stringify(`./${spec.mainModule}`);
  modules[mainName] = { js: sources.appMain.replace(tenantSpecifier, () => mainSpecifier) };
  modules[consoleName] = { js: sources.appConsole };
  return JSON.stringify({
    compatibilityDate: spec.compatibilityDate,
    compatibilityFlags: flagsOf(spec),
    mainModule: mainName,
    modules,
    env: spec.env,
  });
}
