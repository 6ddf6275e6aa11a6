/**
 * Bundles the scripts that run inside a view's frames and worker, and writes them as strings
 * into `dist/generated`, where `#generated/*` points; the worker's also as a script by itself.
 */
import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const here = fileURLToPath(new URL(".", import.meta.url));
const generated = fileURLToPath(new URL("dist/generated/", import.meta.url));

async function bundle(entry: string): Promise<string> {
  const output = await build({
    root: here,
    configFile: false,
    // No script here has an address of its own.
    define: { "import.meta.url": '""' },
    logLevel: "warn",
    resolve: { conditions: ["berth-source", "module", "browser", "import", "default"] },
    build: {
      write: false,
      target: "es2022",
      minify: true,
      modulePreload: false,
      rolldownOptions: { output: { codeSplitting: false } },
      lib: { entry, formats: ["iife"], name: "berth", fileName: "script" },
    },
  });
  const [first] = Array.isArray(output) ? output : [output];
  const chunk = first !== undefined && "output" in first ? first.output[0] : undefined;
  if (chunk?.type !== "chunk") throw new Error(`${entry} did not build into one script.`);
  return chunk.code.trim();
}

async function write(name: string, values: Readonly<Record<string, string>>): Promise<void> {
  const entries = Object.entries(values);
  const code = entries.map(([key, value]) => `export const ${key} = ${JSON.stringify(value)};\n`);
  const types = entries.map(([key]) => `export const ${key}: string;\n`);
  await writeFile(`${generated}${name}.js`, code.join(""));
  await writeFile(`${generated}${name}.d.ts`, types.join(""));
}

/** A script that stands in a document. */
async function inlineScript(entry: string): Promise<string> {
  const script = await bundle(entry);
  if (/<\/script|<!--/i.test(script)) throw new Error(`${entry} would end its script element.`);
  return script;
}

const frame = await inlineScript("src/frame/bootstrap.browser.ts");
const htmlProxy = await inlineScript("src/frame/html-proxy.browser.ts");
const htmlFirst = await inlineScript("src/frame/html-first.browser.ts");
const worker = await bundle("src/worker/app-worker.worker.ts");
const meteredWorker = await bundle("src/metered/metered-worker.worker.ts");
const hash = createHash("sha256").update(frame).digest("base64");

await mkdir(generated, { recursive: true });
await write("frame-bootstrap", {
  frameBootstrapSource: frame,
  frameBootstrapHash: `sha256-${hash}`,
});
await write("html-frames", { htmlProxySource: htmlProxy, htmlFirstSource: htmlFirst });
await write("app-worker", { appWorkerSource: worker });
await write("metered-worker", { meteredWorkerSource: meteredWorker });
// For hosts that serve the worker's bootstrap themselves, as `workerScriptPath` lets them.
await writeFile(fileURLToPath(new URL("dist/app-worker.js", import.meta.url)), worker);
console.log(`frame bootstrap ${frame.length} bytes, worker bootstrap ${worker.length} bytes`);
