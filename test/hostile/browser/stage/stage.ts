/** A real Chromium with a host page that has the runtime, and a server that sees every request. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { bundle } from "./bundle.ts";
import { openStageServer, type StageServer } from "./server.ts";

const chromiumPath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
export const chromiumArgs = [
  ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
];

export interface Stage extends AsyncDisposable {
  readonly server: StageServer;
  readonly browser: Browser;
  /** A fresh page, with the runtime loaded and no app. */
  openPage(): Promise<Page>;
  /** The same in a page that is there already. */
  load(page: Page): Promise<void>;
  /** Where the frame's document of one installation lies. */
  readonly frameUrl: string;
  /** The same of an installation of another name. */
  frameUrlOf(installation: string): string;
  /** Where its function answers. */
  readonly apiOrigin: string;
  /** Builds a view of test/hostile/browser/views and serves it; returns its address. */
  serveView(file: string): Promise<string>;
  /** The script of such a view, with lines of the test's own before it. */
  viewCode(file: string, before?: string): Promise<string>;
}

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** @param args - for the browser, beside the usual ones */
export async function openStage(args: readonly string[] = []): Promise<Stage> {
  const server = await openStageServer();
  server.put(
    "/",
    "text/html",
    '<!doctype html><title>host</title><script type="module" src="/host.js"></script>',
  );
  server.put("/host.js", "text/javascript", await bundle(here("host-page.ts")));
  const browser = await chromium.launch({
    executablePath: chromiumPath,
    args: [...chromiumArgs, ...args],
  });
  const load = async (page: Page): Promise<void> => {
    await page.goto(`${server.origin}/`);
    await page.waitForFunction("globalThis.stage !== undefined");
  };
  // Built once, however many tests of the file use it.
  const built = new Map<string, Promise<string>>();
  const codeOf = (file: string): Promise<string> => {
    const code = built.get(file) ?? build(file);
    built.set(file, code);
    return code;
  };
  return {
    server,
    browser,
    frameUrlOf: (installation) => `http://${installation}.frames.localhost:${server.port}/frame`,
    frameUrl: `http://x.frames.localhost:${server.port}/frame`,
    apiOrigin: `http://x.apps.localhost:${server.port}`,
    async openPage() {
      const page = await browser.newPage();
      await load(page);
      return page;
    },
    load,
    async serveView(file) {
      server.put(`/views/${file}`, "text/javascript", await codeOf(file));
      return `${server.origin}/views/${file}`;
    },
    viewCode: async (file, before = "") => `${before}\n${await codeOf(file)}`,
    async [Symbol.asyncDispose]() {
      await browser.close();
      await server.close();
    },
  };
}

async function build(file: string): Promise<string> {
  const path = here(`../views/${file}`);
  const raw = await readFile(path, "utf8");
  return /^import /m.test(raw) ? bundle(path) : raw;
}
