/** A real Chromium with the runtime's public names and the raw browser at hand in its pages. */
import { fileURLToPath } from "node:url";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { bundle } from "../../../../test/hostile/browser/stage/bundle.ts";
import {
  openStageServer,
  type StageServer,
} from "../../../../test/hostile/browser/stage/server.ts";
import { chromiumArgs } from "../../../../test/hostile/browser/stage/stage.ts";
import type {} from "./lab-page.ts";
import { trackResources } from "./track-resources.ts";

export interface Lab extends AsyncDisposable {
  readonly server: StageServer;
  /** A further tab of the same origin, with the lab loaded. */
  openTab(): Promise<Page>;
  /** Loads it anew in a tab. */
  load(tab: Page): Promise<void>;
  /** Builds a module and serves it at `/<name>`. */
  serve(name: string, file: URL): Promise<void>;
}

// Files share a worker: what one has built, the next need not build again.
const built = new Map<string, Promise<string>>();

function build(file: string): Promise<string> {
  const code = built.get(file) ?? bundle(file);
  built.set(file, code);
  return code;
}

export async function openLab(): Promise<Lab> {
  const server = await openStageServer();
  server.put("/", "text/html", '<!doctype html><script type="module" src="/lab.js"></script>');
  const serve = async (name: string, file: URL): Promise<void> =>
    server.put(`/${name}`, "text/javascript", await build(fileURLToPath(file)));
  await serve("lab.js", new URL("lab-page.ts", import.meta.url));
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium",
    args: chromiumArgs,
  });
  const context: BrowserContext = await browser.newContext();
  await context.addInitScript(trackResources);
  const load = async (tab: Page): Promise<void> => {
    await tab.goto(`${server.origin}/`);
    await tab.waitForFunction("globalThis.lab !== undefined");
  };
  return {
    server,
    load,
    serve,
    async openTab() {
      const tab = await context.newPage();
      await load(tab);
      return tab;
    },
    async [Symbol.asyncDispose]() {
      await browser.close();
      await server.close();
    },
  };
}
