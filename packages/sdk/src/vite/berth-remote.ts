/**
 * A Vite plugin that builds a federated app: its container, its chunks, and the list that names
 * every file by its digest. The list's own digest is what a page pins.
 *
 * Knows Vite by the few members that it uses, so that an app brings the Vite it likes (8 or later).
 */
import type { RemoteFile, RemoteList } from "@berth/protocol";
import { readModuleImports } from "./module-imports.ts";

export interface SharedWanted {
  /** A semver range, such as ^19.0.0. */
  readonly requiredVersion: string;
  /** Default true: without a version of the page's that fits, the app does not start. */
  readonly singleton?: boolean;
}

export interface BerthRemoteOptions {
  /** Lower-case letters, digits and dashes. */
  readonly name: string;
  /**
   * The module that the page mounts: `mount(root, context)`, or a React component as default. Absent
   * when another plugin makes the container: then only the list is written, for the file `entry`.
   */
  readonly expose?: string;
  /** The container's file. Default remote-entry.js. */
  readonly entry?: string;
  /** Taken from the page instead of bundled, by the name that is imported; a range, or more. */
  readonly shared?: Readonly<Record<string, string | SharedWanted>>;
  /** The list's file, which is the manifest's `entryPoint`. Default remote.json. */
  readonly list?: string;
}

interface OutputFile {
  readonly type: "chunk" | "asset";
  readonly fileName: string;
  readonly code?: string;
  readonly source?: string | Uint8Array;
  readonly imports?: readonly string[];
  readonly dynamicImports?: readonly string[];
}

interface PluginContext {
  parse(code: string): unknown;
  emitFile(file: { type: "asset"; fileName: string; source: string }): unknown;
  error(message: string): never;
}

/** What of a Vite plugin this one is. */
export interface BerthRemotePlugin {
  readonly name: string;
  readonly apply: "build";
  readonly enforce: "post";
  config(): Record<string, unknown>;
  resolveId(id: string): string | undefined;
  load(id: string): string | undefined;
  readonly generateBundle: {
    readonly order: "post";
    handler(
      this: PluginContext,
      options: unknown,
      bundle: Readonly<Record<string, OutputFile>>,
    ): Promise<void>;
  };
}

const containerId = "virtual:berth-remote";
const resolvedId = `\0${containerId}`;
const exposed = "./App";

export function berthRemote(options: BerthRemoteOptions): BerthRemotePlugin {
  const { name, expose, entry = "remote-entry.js", list: listFile = "remote.json" } = options;
  const shared = Object.fromEntries(
    Object.entries(options.shared ?? {}).map(([dependency, wanted]) => {
      const asked = typeof wanted === "string" ? { requiredVersion: wanted } : wanted;
      return [dependency, { singleton: true, ...asked }];
    }),
  );
  // Vite finds what begins with a slash below the project's root.
  const exposedPath = expose?.replace(/^(?:\.?\/)?/, "/");
  return {
    name: "berth-remote",
    apply: "build",
    enforce: "post",
    config: () => ({
      // Images are found beside the module that names them.
      base: "./",
      build: {
        target: "es2022",
        // Styles belong into the app's shadow root, not into the page's head; so do preloads.
        cssCodeSplit: false,
        modulePreload: false,
        ...(expose === undefined
          ? {}
          : {
              rolldownOptions: {
                input: containerId,
                external: Object.keys(shared),
                preserveEntrySignatures: "strict",
                output: { format: "es", entryFileNames: entry },
              },
            }),
      },
    }),
    resolveId: (id) => (id === containerId ? resolvedId : undefined),
    load: (id) =>
      id === resolvedId && exposedPath !== undefined
        ? `export function init() {}
export async function get(name) {
  if (name !== "App" && name !== "./App") throw new Error(name + " is not exposed.");
  const module = await import(${JSON.stringify(exposedPath)});
  return () => module;
}`
        : undefined,
    generateBundle: {
      order: "post",
      async handler(_, bundle) {
        const outputs = Object.values(bundle).filter(({ fileName }) =>
          /\.(?:m?js|css)$/.test(fileName),
        );
        const container = bundle[entry];
        if (container === undefined)
          this.error(`The build made no ${entry}; name the container's file by \`entry\`.`);
        const eager = reachedAtOnce(bundle, container);
        const files: Record<string, RemoteFile> = {};
        for (const output of outputs) files[output.fileName] = await describe(this, output, eager);
        const styles = outputs
          .map(({ fileName }) => fileName)
          .filter((file) => file.endsWith(".css"));
        const list: RemoteList = { remote: 1, name, entry, expose: exposed, styles, shared, files };
        this.emitFile({ type: "asset", fileName: listFile, source: `${JSON.stringify(list)}\n` });
      },
    },
  };
}

/** The files that a start needs in any case: the container's, and those of what it exposes. */
function reachedAtOnce(
  bundle: Readonly<Record<string, OutputFile>>,
  container: OutputFile,
): ReadonlySet<string> {
  const reached = new Set<string>();
  const pending = [container.fileName, ...(container.dynamicImports ?? [])];
  for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    pending.push(...(bundle[file]?.imports ?? []));
  }
  return reached;
}

async function describe(
  plugin: PluginContext,
  { type, fileName, code, source }: OutputFile,
  eager: ReadonlySet<string>,
): Promise<RemoteFile> {
  const text = type === "chunk" ? (code ?? "") : source;
  const bytes =
    typeof text === "string" ? new TextEncoder().encode(text) : new Uint8Array(text ?? []);
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const isModule = type === "chunk" && code !== undefined;
  const found = isModule
    ? readModuleImports(code, plugin.parse(code))
    : { imports: [], words: [], declares: [] };
  return {
    digest: [...hash].map((byte) => byte.toString(16).padStart(2, "0")).join(""),
    bytes: bytes.byteLength,
    lazy: isModule && !eager.has(fileName),
    imports: found.imports.map(([at, length, kind]) => [at, length, kind]),
    words: [...found.words],
    declares: [...found.declares],
  };
}
