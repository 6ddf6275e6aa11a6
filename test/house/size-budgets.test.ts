/**
 * What the browser packages cost a product's page, minified and gzipped, everything that they need of
 * the workspace and of their dependencies included. What `import()` fetches counts where it is fetched.
 */
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, type Rolldown } from "vite";
import { beforeAll, describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const browser = JSON.stringify(`${root}packages/browser/src/index.ts`);

interface Page {
  /** Its one script. */
  readonly script: string;
  /** What the page has anyway, or what is measured by itself. */
  readonly without?: readonly RegExp[];
}

interface BuiltPage {
  /** Bytes that it loads at once. */
  readonly entryBytes: number;
  /** Bytes that it has loaded once those modules were imported as well, by the ends of their paths. */
  bytesWith(...modules: readonly string[]): number;
  /** Whether a module is loaded at once. */
  hasAtOnce(path: RegExp): boolean;
}

async function buildPage({ script, without = [] }: Page): Promise<BuiltPage> {
  const output = await build({
    configFile: false,
    logLevel: "error",
    define: { "process.env.NODE_ENV": '"production"' },
    oxc: { jsx: { development: false } },
    resolve: { conditions: ["berth-source", "module", "browser", "import", "default"] },
    plugins: [
      {
        name: "page",
        resolveId: (id) => (id === "page" ? "\0page" : undefined),
        load: (id) => (id === "\0page" ? script : undefined),
      },
    ],
    build: {
      write: false,
      target: "es2022",
      minify: true,
      modulePreload: false,
      // Not as a library: such a build leaves the spaces in.
      rolldownOptions: { input: "page", external: [...without] },
    },
  });
  const outputs = Array.isArray(output) ? output : [output];
  const chunks = new Map(
    outputs
      .flatMap((one) => ("output" in one ? one.output : []))
      .flatMap((one) => (one.type === "chunk" ? [[one.fileName, one] as const] : [])),
  );
  const withImports = (
    chunk: Rolldown.OutputChunk,
    seen: Set<Rolldown.OutputChunk> = new Set(),
  ): Set<Rolldown.OutputChunk> => {
    if (seen.has(chunk)) return seen;
    seen.add(chunk);
    for (const name of chunk.imports) {
      const imported = chunks.get(name);
      if (imported !== undefined) withImports(imported, seen);
    }
    return seen;
  };
  // Each chunk is a file of its own on the wire.
  const bytesOf = (loaded: ReadonlySet<Rolldown.OutputChunk>) =>
    [...loaded].reduce((sum, { code }) => sum + gzipSync(code, { level: 9 }).byteLength, 0);
  const all = [...chunks.values()];
  const entry = all.find(({ isEntry }) => isEntry);
  if (entry === undefined) throw new Error("The page did not build.");
  const atOnce = withImports(entry);
  return {
    entryBytes: bytesOf(atOnce),
    bytesWith(...modules) {
      const loaded = new Set(atOnce);
      for (const path of modules) {
        const chunk = all.find(({ facadeModuleId }) => facadeModuleId?.endsWith(path));
        if (chunk === undefined) throw new Error(`${path} is not fetched by itself any more.`);
        withImports(chunk, loaded);
      }
      return bytesOf(loaded);
    },
    hasAtOnce: (path) => [...atOnce].some(({ moduleIds }) => moduleIds.some((id) => path.test(id))),
  };
}

function keeps(what: string, bytes: number, maxBytes: number): void {
  console.log(`${what}: ${bytes} of ${maxBytes} bytes`);
  // Less than this would be a bundle with nothing in it.
  expect(bytes).toBeGreaterThan(1_000);
  expect(bytes).toBeLessThanOrEqual(maxBytes);
}

const strictView = "/runtime/catalog-kind.ts";

describe("@berth/browser in a page that runs strict views, as its README's example does", () => {
  let page: BuiltPage;
  beforeAll(async () => {
    page = await buildPage({
      script: `import { AppRuntimeManager, rootId, sourceOfManifest } from ${browser};
        globalThis.product = { AppRuntimeManager, rootId, sourceOfManifest };`,
    });
  });

  it("keeps its size at once, at the first view, and at the first call", () => {
    keeps("@berth/browser at once", page.entryBytes, 35_000);
    const first = page.bytesWith(strictView);
    keeps("@berth/browser with a first strict view that runs", first, 46_000);
    const calling = page.bytesWith(strictView, "/proxy/proxy-calls.ts");
    keeps("@berth/browser with a view that calls its API", calling, 51_000);
  });

  it.each([
    ["apps of their own HTML", /\/html\/html-(?:view|session|frame)\.ts$/],
    ["the worker's bootstrap", /\/generated\/app-worker\.js$/],
    [
      "storage",
      /\/storage\/(?:page-storage|indexed-records|key-ring|seal|storage-capability)\.ts$/,
    ],
    ["calls of the API and their batches", /\/proxy\/(?:proxy-calls|batch|read-cache)\.ts$/],
    ["prompts", /\/permission-requests\.ts$/],
    ["forecasts", /\/resources\/trend\.ts$/],
    ["zod, and the RPC library that ours stands in for", /\/node_modules\/(?:zod|capnweb)\//],
  ])("does not load %s at once", (_what, path) => {
    expect(page.hasAtOnce(path)).toBe(false);
  });
});

it("every name of @berth/browser at once keeps its size", async () => {
  const script = `import * as all from ${browser}; globalThis.product = all;`;
  keeps("@berth/browser, every name", (await buildPage({ script })).entryBytes, 45_500);
});

it("@berth/react without the catalog keeps its size", async () => {
  const react = JSON.stringify(`${root}packages/react/src/index.ts`);
  const page = await buildPage({
    script: `import * as all from ${react}; globalThis.product = all;`,
    without: [/^react(?:-dom)?(?:\/|$)/, /^@berth\/browser$/, /\/catalog\//],
  });
  keeps("@berth/react without the catalog", page.entryBytes, 10_000);
});
