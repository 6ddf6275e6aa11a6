/** The page of host.tsx in a real Chromium, served at every address below its prefix. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { bundle } from "../../../../test/hostile/browser/stage/bundle.ts";
import { openStageServer } from "../../../../test/hostile/browser/stage/server.ts";

export interface HostPage extends AsyncDisposable {
  readonly page: Page;
  /** Opens the product at a route of the app, and waits until every view is drawn. */
  visit(route: string, show?: string): Promise<void>;
}

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const hostFile = fileURLToPath(new URL("./host.tsx", import.meta.url));
const viewFile = fileURLToPath(new URL("../../../sdk/test/view/places-view.ts", import.meta.url));

export async function openHostPage(): Promise<HostPage> {
  const server = await openStageServer();
  server.put("/host.js", "text/javascript", await bundle(hostFile));
  server.put("/places.js", "text/javascript", await bundle(viewFile));
  server.put("/styles.css", "text/css", await readStyles());
  const browser: Browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"],
  });
  const page = await browser.newPage({ viewport: { width: 900, height: 900 } });
  return {
    page,
    async visit(route, show = "main") {
      const { pathname } = new URL(`/apps/places${route}`, server.origin);
      server.put(pathname, "text/html", document);
      const url = new URL(`/apps/places${route}`, server.origin);
      url.searchParams.set("show", show);
      await page.goto(url.href);
      for (const instance of show.split(","))
        await page.getByRole("heading", { name: `${instance} at` }).waitFor();
    },
    async [Symbol.asyncDispose]() {
      await browser.close();
      await server.close();
    },
  };
}

const document =
  '<!doctype html><link rel="stylesheet" href="/styles.css"><div id="root"></div><script type="module" src="/host.js"></script>';

/** The package's own, which a product's bundler would put into one. */
async function readStyles(): Promise<string> {
  const all = await readFile(here("../../styles.css"), "utf8");
  const parts = [...all.matchAll(/@import "(.+?)"/g)].map(([, path]) => here(`../../${path}`));
  return (await Promise.all(parts.map((path) => readFile(path, "utf8")))).join("\n");
}
