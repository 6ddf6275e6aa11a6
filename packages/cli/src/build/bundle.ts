/**
 * Bundles one entry of an app to one self-contained file.
 *
 * A view becomes a classic script without imports, as a sandboxed worker loads it; a server
 * entry becomes one ES module for workerd, which brings `node:` and `cloudflare:` itself.
 * Invariant: the same sources give the same bytes, wherever the folder lies; no configuration
 * file and no `.env` of the folder is read, so nothing of the machine gets in.
 */
import { existsSync } from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import { dirname, isAbsolute, join } from "node:path";
import { BerthError } from "@berth/protocol";
import type { build, Plugin, Rolldown } from "vite";
import { buildError } from "./build-error.ts";
import { findDynamicImport } from "./dynamic-import.ts";
import { formatSourceMap } from "./source-map.ts";

export type BundleKind = "view" | "server";

export interface BundleRequest {
  readonly root: string;
  /** Relative to `root`. */
  readonly source: string;
  readonly kind: BundleKind;
  /** The built file's in the package. */
  readonly path: string;
}

/** Found from the app, not from here. */
const sdkEntry = "@berth/sdk/server";
const workerdNames = /^(?:node|cloudflare):/;

export interface Bundled {
  readonly code: Uint8Array;
  /** Of a server entry, to stand beside it; undefined for a view, whose package browsers read. */
  readonly map: Uint8Array | undefined;
}

/** @throws BerthError BUILD_FAILED with file, line and column */
export async function bundle(request: BundleRequest): Promise<Bundled> {
  const { kind, path, root } = request;
  const { code, map } = await runBundler(request);
  return {
    code: new TextEncoder().encode(code),
    map: kind === "view" || map === null ? undefined : formatSourceMap(map, { root, path }),
  };
}

export interface BundlerOutput {
  readonly code: string;
  readonly map: Rolldown.SourceMap | null;
  /** The files that it is made of, absolute, without those that the bundler made up. */
  readonly modules: readonly string[];
}

/**
 * One run of the bundler.
 *
 * @param isReadable - for `berth dev`: the same code, not minified, and its map for a view too
 * @throws BerthError BUILD_FAILED with file, line and column
 */
export async function runBundler(
  { kind, root, source }: Omit<BundleRequest, "path">,
  isReadable = false,
): Promise<BundlerOutput> {
  const isView = kind === "view";
  const conditions = isView
    ? ["module", "browser", "production"]
    : ["workerd", "worker", "module", "browser", "production"];
  // Loading the bundler takes longer than most commands, and few need it.
  const vite = await import("vite");
  let results: Awaited<ReturnType<typeof build>>;
  try {
    results = await vite.build({
      configFile: false,
      envDir: false,
      publicDir: false,
      logLevel: "silent",
      root,
      resolve: { conditions: [...sourceConditions(root, source), ...conditions] },
      define: { "process.env.NODE_ENV": JSON.stringify("production") },
      oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
      plugins: [refuseForeignImports(kind)],
      build: {
        write: false,
        // Beside the module and not named by it: nothing that runs has to know of it.
        sourcemap: isView && !isReadable ? false : "hidden",
        target: "es2022",
        minify: !isReadable,
        reportCompressedSize: false,
        lib: {
          entry: join(root, source),
          formats: [isView ? "iife" : "es"],
          name: "BerthView",
          fileName: () => "out.js",
          cssFileName: "out",
        },
        rolldownOptions: {
          external: isView ? [] : workerdNames,
          output: {
            codeSplitting: false,
            comments: false,
            minify: isReadable
              ? false
              : { compress: true, mangle: true, codegen: { removeWhitespace: true } },
          },
        },
      },
    });
  } catch (cause) {
    throw await buildError(root, source, cause);
  }
  const { code, map, moduleIds } = onlyChunk(results, source);
  // Printed by the bundler, without comments: where the word does not stand so, there is none.
  if (isView && /\bimport\s*[(.]/.test(code))
    refuseDynamicImport(vite.parseAst(code), code, source);
  return { code, map, modules: moduleIds.filter((id) => isAbsolute(id)) };
}

/** In a checkout of Berth itself the SDK's sources are used as they are; elsewhere what it ships. */
export function sourceConditions(root: string, source: string): readonly string[] {
  try {
    const require = createRequire(join(root, dirname(source), "resolve.js"));
    const entry = require.resolve(sdkEntry);
    const folder = /^(.*[\\/])(?:dist|src)[\\/]/.exec(entry)?.[1];
    const isCheckout = folder !== undefined && existsSync(join(folder, "src/server/index.ts"));
    return isCheckout ? ["berth-source"] : [];
  } catch {
    // The app does not use the SDK, or it is not installed: then the build says so.
    return [];
  }
}

function refuseForeignImports(kind: BundleKind): Plugin {
  return {
    name: "berth-imports",
    enforce: "pre",
    resolveId(id, importer) {
      if (importer === undefined) return null;
      if (/\.(?:css|scss|sass|less|styl)(?:\?|$)/.test(id)) {
        this.error(`${id} is a style sheet; a view draws by the catalog's components only`);
      }
      if (kind === "view" && (workerdNames.test(id) || isBuiltin(id))) {
        this.error(`${id} is not there in a browser; move the code that needs it to the server`);
      }
      if (kind === "server" && isBuiltin(id) && !workerdNames.test(id)) {
        return { id: `node:${id}`, external: true };
      }
      return null;
    },
  };
}

function onlyChunk(
  results: Awaited<ReturnType<typeof build>>,
  source: string,
): Pick<Rolldown.OutputChunk, "code" | "map" | "moduleIds"> {
  const outputs = [results].flat().flatMap((result) => ("output" in result ? result.output : []));
  const [chunk, ...others] = outputs;
  // Its map may stand among the outputs, too.
  const rest = others.filter(({ fileName }) => fileName !== `${chunk?.fileName}.map`);
  if (chunk?.type === "chunk" && rest.length === 0) return chunk;
  const names = outputs.map(({ fileName }) => fileName).join(", ");
  throw new BerthError(
    "BUILD_FAILED",
    `${source} does not build to one file, but to ${names || "none"}; import data as JSON or text instead of files.`,
  );
}

function refuseDynamicImport(syntaxTree: unknown, code: string, source: string): void {
  const found = findDynamicImport(syntaxTree, code);
  if (found === undefined) return;
  throw new BerthError(
    "BUILD_FAILED",
    `${source} loads code while it runs (${found}), which a sandboxed view cannot; import it at the top of the file.`,
  );
}
