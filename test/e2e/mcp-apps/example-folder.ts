/** An example's own page, byte for byte, with a manifest beside it: what `berth pack` is given. */
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export interface ExampleFolder extends AsyncDisposable {
  readonly path: string;
}

const require = createRequire(import.meta.url);

export async function createExampleFolder(example: string): Promise<ExampleFolder> {
  const path = await mkdtemp(join(tmpdir(), "berth-mcp-app-"));
  const server = require.resolve(`@modelcontextprotocol/server-${example}`);
  await copyFile(join(dirname(server), "mcp-app.html"), join(path, "mcp-app.html"));
  const manifest = {
    id: example,
    name: "Scenario Modeler",
    version: "2.0.3",
    description: "What a subscription business earns, under other assumptions.",
    entryPoint: "mcp-app.html",
    ui: { mode: "html" },
    security: { sandboxLevel: "moderate" },
  };
  await writeFile(join(path, "berth.json"), JSON.stringify(manifest));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}
