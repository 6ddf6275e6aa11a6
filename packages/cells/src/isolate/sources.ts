/**
 * Our own modules as the engine is given them: plain JavaScript text.
 *
 * From a checkout the types are stripped here; from a built package the files are JavaScript.
 */

import { readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { fileURLToPath } from "node:url";
import { engineCompatibilityDate, type IsolateSpec, reservedModulePrefix } from "../spec.ts";

export interface IsolateSources {
  readonly host: string;
  /** By name; the first is the one that apps' isolates begin with. */
  readonly app: Readonly<Record<typeof appName | typeof consoleName, string>>;
}

const consoleSpecifier = /(["'])\.\/app-console\.worker\.[jt]s\1/;
const mainName = `${reservedModulePrefix}main.js`;
export const appName = `${reservedModulePrefix}app.js`;
export const consoleName = `${reservedModulePrefix}console.js`;

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
    app: {
      [appName]: read("app-main").replace(consoleSpecifier, `"./${consoleName}"`),
      [consoleName]: read("app-console"),
    },
  };
}

/** Every app has these: our modules need the first, and an app must learn that its caller is gone. */
const givenFlags: readonly string[] = ["nodejs_als", "enable_request_signal"];

const nodeFlags: readonly string[] = ["nodejs_compat", "nodejs_compat_v2"];

/**
 * Node's modules only where they were asked for, although the engine's newer dates bring them unasked:
 * they take ten milliseconds of each cold start, and widen what an app can reach.
 */
function flagsOf(compatibilityFlags: readonly string[]): string[] {
  const wantsNode = compatibilityFlags.some((flag) => nodeFlags.includes(flag));
  const refused = wantsNode ? [] : nodeFlags.map((flag) => `no_${flag}`);
  return [...new Set([...compatibilityFlags, ...givenFlags, ...refused])];
}

/** Of the isolate that waits in every cell: for an app that asks for nothing else. */
export const waitingFlags: readonly string[] = flagsOf([]);

/** What the engine's own path resolution leaves as it is. */
const plainName = /^(?!.*(?:^|\/)\.{0,2}(?:\/|$))[\w.@~$()/-]+$/;

/** Whether the app can be taken in by an isolate that was made before it was known. */
export function suitsWaiting(spec: IsolateSpec): boolean {
  const { compatibilityDate, compatibilityFlags, modules } = spec;
  return (
    compatibilityDate === engineCompatibilityDate &&
    compatibilityFlags.every((flag) => waitingFlags.includes(flag)) &&
    Object.entries(modules).every(([name, module]) => {
      const isText = "js" in module || "text" in module || "json" in module;
      return isText && plainName.test(name);
    })
  );
}

/** The body of a `load` operation for the isolate that waits: its modules are fetched by it. */
export function buildOpenBody({ mainModule, env }: IsolateSpec): string {
  return JSON.stringify({ isWaiting: true, mainModule, env });
}

function buildMain(appMain: string): string {
  return `import { adopt } from "./${appName}";
import app from ${JSON.stringify(`./${appMain}`)};
adopt(app);
export { BerthApp } from "./${appName}";
export default {};
`;
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
  for (const [name, js] of Object.entries(sources.app)) modules[name] = { js };
  modules[mainName] = { js: buildMain(spec.mainModule) };
  return JSON.stringify({
    compatibilityDate: spec.compatibilityDate,
    compatibilityFlags: flagsOf(spec.compatibilityFlags),
    mainModule: mainName,
    modules,
    env: spec.env,
  });
}
