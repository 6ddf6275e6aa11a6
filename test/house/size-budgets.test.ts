/**
 * What the browser packages cost a product's page, minified and gzipped, everything that they need of
 * the workspace and of their dependencies included.
 */
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));

/**
 * The aim for the first is 35,000. Most of what is above it is capnweb, which is in there twice: in the
 * page's own code, and in the bootstrap that the page hands to workers, 13,000 and 14,000 bytes; and what
 * only some pages use (storage, forecasts, batches), which is not loaded by itself yet.
 */
interface Budget {
  readonly entry: string;
  readonly maxBytes: number;
  /** What the page has anyway, or what is measured by itself. */
  readonly without: readonly RegExp[];
}

async function gzippedBytes({ entry, without }: Omit<Budget, "maxBytes">): Promise<number> {
  const output = await build({
    configFile: false,
    logLevel: "error",
    define: { "process.env.NODE_ENV": '"production"' },
    oxc: { jsx: { development: false } },
    resolve: { conditions: ["berth-source", "module", "browser", "import", "default"] },
    build: {
      write: false,
      target: "es2022",
      minify: true,
      // Not as a library: such a build leaves the spaces in.
      rolldownOptions: {
        input: `${root}${entry}`,
        external: [...without],
        preserveEntrySignatures: "strict",
      },
    },
  });
  const outputs = Array.isArray(output) ? output : [output];
  const chunks = outputs.flatMap((one) => ("output" in one ? one.output : []));
  const code = chunks.map((chunk) => (chunk.type === "chunk" ? chunk.code : "")).join("");
  return gzipSync(code, { level: 9 }).byteLength;
}

it.each<[string, Budget]>([
  ["@berth/browser", { entry: "packages/browser/src/index.ts", maxBytes: 89_000, without: [] }],
  [
    "@berth/react without the catalog",
    {
      entry: "packages/react/src/index.ts",
      maxBytes: 10_000,
      without: [/^react(?:-dom)?(?:\/|$)/, /^@berth\/browser$/, /\/catalog\//],
    },
  ],
])("%s keeps its size", async (name, { maxBytes, ...what }) => {
  const bytes = await gzippedBytes(what);
  console.log(`${name}: ${bytes} of ${maxBytes} bytes`);
  // Less than this would be a bundle with nothing in it.
  expect(bytes).toBeGreaterThan(1_000);
  expect(bytes).toBeLessThanOrEqual(maxBytes);
});
