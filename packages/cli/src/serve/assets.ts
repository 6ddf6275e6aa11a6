/** What a running Berth hands to browsers: the built console and the frames' script. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export interface Assets {
  /** Null when the console is not built. */
  readonly consoleFolder: string | null;
  readonly frameBootstrap: string;
  readonly htmlProxy: string;
}

export async function findAssets(): Promise<Assets> {
  const { frameBootstrapSource, htmlProxySource } = await import("@berth/browser/frame");
  const manifest = fileURLToPath(import.meta.resolve("@berth/console/package.json"));
  const folder = join(dirname(manifest), "dist");
  return {
    consoleFolder: existsSync(join(folder, "index.html")) ? folder : null,
    frameBootstrap: frameBootstrapSource,
    htmlProxy: htmlProxySource,
  };
}
