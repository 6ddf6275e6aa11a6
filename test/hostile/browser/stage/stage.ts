/** A real Chromium with a host page that has the runtime, and a server that sees every request. */
import { type Browser, chromium, type Page } from "playwright-core";
import { openStageHost, type StageHost } from "./host.ts";

const chromiumPath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
export const chromiumArgs = [
  ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
];

export interface Stage extends StageHost {
  readonly browser: Browser;
  /** A fresh page, with the runtime loaded and no app. */
  openPage(): Promise<Page>;
  /** The same in a page that is there already. */
  load(page: Page): Promise<void>;
}

/** @param args - for the browser, beside the usual ones */
export async function openStage(args: readonly string[] = []): Promise<Stage> {
  const host = await openStageHost();
  const browser = await chromium.launch({
    executablePath: chromiumPath,
    args: [...chromiumArgs, ...args],
  });
  const load = async (page: Page): Promise<void> => {
    await page.goto(`${host.server.origin}/`);
    await page.waitForFunction("globalThis.stage !== undefined");
  };
  return {
    ...host,
    browser,
    async openPage() {
      const page = await browser.newPage();
      await load(page);
      return page;
    },
    load,
    async [Symbol.asyncDispose]() {
      await browser.close();
      await host[Symbol.asyncDispose]();
    },
  };
}
