/**
 * Bundles what a page names, modules or style sheets, to texts that can stand in it.
 *
 * Invariant: the same sources give the same text, wherever the folder lies; no configuration file and
 * no `.env` of the folder is read.
 */
import { isBuiltin } from "node:module";
import { dirname, join } from "node:path";
import type { build, Plugin } from "vite";
import { buildError } from "../build-error.ts";
import { sourceConditions } from "../bundle.ts";
import { refuse } from "./page-address.ts";

/** A file of the app, relative to its folder, or text that stands in the page itself. */
export type PagePart = { readonly path: string } | { readonly text: string };

export interface PageBundleRequest {
  readonly root: string;
  /** The page. */
  readonly source: string;
  /** Run in this order, as one module. */
  readonly parts: readonly PagePart[];
  readonly language: "js" | "css";
}

export interface PageBundle {
  /** Empty for style sheets. */
  readonly code: string;
  /** Of the style sheets, those that modules import included. */
  readonly css: string;
}

/** How the bundler notes which of its outputs a style sheet belongs to. */
const bundlerMark = /\s*\/\*\$vite\$:\d+\*\//g;

/** @throws BerthError BUILD_FAILED with file, line and column */
export async function bundleForPage(request: PageBundleRequest): Promise<PageBundle> {
  const { root, source, parts, language } = request;
  const folder = join(root, dirname(source));
  const texts = new Map<string, string>();
  const imports = parts.map((part, index) => {
    if ("path" in part) return join(root, part.path);
    const id = join(folder, `${source.replace(/^.*\//, "")}.inline-${index}.${language}`);
    texts.set(id, part.text);
    return id;
  });
  const entry = join(folder, "berth-page.js");
  texts.set(entry, imports.map((id) => `import ${JSON.stringify(id)};\n`).join(""));
  const vite = await import("vite");
  let results: Awaited<ReturnType<typeof build>>;
  try {
    results = await vite.build({
      configFile: false,
      envDir: false,
      publicDir: false,
      logLevel: "silent",
      root,
      resolve: {
        conditions: [...sourceConditions(root, source), "module", "browser", "production"],
      },
      define: { "process.env.NODE_ENV": JSON.stringify("production") },
      oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
      plugins: [givenTexts(texts, entry), refuseForeign],
      build: {
        write: false,
        sourcemap: false,
        target: "es2022",
        minify: true,
        reportCompressedSize: false,
        lib: { entry, formats: ["es"], fileName: () => "out.js", cssFileName: "out" },
        rolldownOptions: {
          external: /^https:/,
          output: {
            codeSplitting: false,
            comments: false,
            // Otherwise a library keeps its spaces, and comments that name where it was built.
            minify: { compress: true, mangle: true, codegen: { removeWhitespace: true } },
          },
        },
      },
    });
  } catch (cause) {
    throw await buildError(root, source, cause);
  }
  const outputs = [results].flat().flatMap((result) => ("output" in result ? result.output : []));
  let code = "";
  let css = "";
  for (const output of outputs) {
    if (output.type === "chunk" && output.isEntry) code += output.code;
    else if (output.type === "asset" && output.fileName.endsWith(".css"))
      css += Buffer.from(output.source).toString().replace(bundlerMark, "");
    else
      throw refuse(
        source,
        `it does not build to one document: ${output.fileName} would have to lie beside it, and a worker or a file of its own cannot be loaded; import data as JSON or text.`,
      );
  }
  return { code: language === "js" ? code.trim() : "", css: css.trim() };
}

function givenTexts(texts: ReadonlyMap<string, string>, entry: string): Plugin {
  return {
    name: "berth-page-texts",
    enforce: "pre",
    async resolveId(id, importer, options) {
      if (importer !== entry) return id === entry ? id : null;
      // What a page names is there to run, whatever a package.json says of `sideEffects`.
      if (texts.has(id)) return { id, moduleSideEffects: true };
      const found = await this.resolve(id, importer, { ...options, skipSelf: true });
      return found === null ? null : { ...found, moduleSideEffects: true };
    },
    load: (id) => texts.get(id) ?? null,
  };
}

const refuseForeign: Plugin = {
  name: "berth-page-imports",
  enforce: "pre",
  resolveId(id, importer) {
    if (importer !== undefined && isBuiltin(id))
      this.error(`${id} is not there in a browser; move the code that needs it to the server`);
    if (/^http:/.test(id))
      this.error(`${id} cannot be loaded; a page loads by https: from domains that were granted`);
    return null;
  },
};
