/** Builds a federated app of `remotes/` by the recipe of docs/views.md. */
import { fileURLToPath } from "node:url";
import { berthRemote } from "@berth/sdk/vite";
import { build, type InlineConfig } from "vite";

export interface BuiltRemote {
  /** By path; `remote.json` is the list. */
  readonly files: ReadonlyMap<string, string>;
}

/** One whose container is its own: the plugin adds the list alone. */
export function buildContainer(file: string): Promise<BuiltRemote> {
  const input = fileURLToPath(new URL(`../remotes/${file}`, import.meta.url));
  const output = { entryFileNames: "remote-entry.js" };
  return buildWith(berthRemote({ name: "container" }), "1", {
    input,
    preserveEntrySignatures: "strict",
    output,
  });
}

export function buildRemote(
  file: string,
  version: string,
  shared: Readonly<Record<string, string>> = {},
): Promise<BuiltRemote> {
  return buildWith(berthRemote({ name: "probe", expose: file, shared }), version);
}

async function buildWith(
  plugin: ReturnType<typeof berthRemote>,
  version: string,
  rolldownOptions?: NonNullable<InlineConfig["build"]>["rolldownOptions"],
): Promise<BuiltRemote> {
  const output = await build({
    root: fileURLToPath(new URL("../remotes/", import.meta.url)),
    configFile: false,
    logLevel: "error",
    define: { PROBE_VERSION: JSON.stringify(version) },
    oxc: { jsx: { development: false } },
    build: { write: false, ...(rolldownOptions === undefined ? {} : { rolldownOptions }) },
    plugins: [plugin],
  });
  const outputs = Array.isArray(output) ? output : [output];
  const parts = outputs.flatMap((one) => ("output" in one ? one.output : []));
  return {
    files: new Map(
      parts.map((part) => [
        part.fileName,
        part.type === "chunk" ? part.code : Buffer.from(part.source).toString(),
      ]),
    ),
  };
}
