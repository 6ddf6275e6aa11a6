/** A whole Berth with its console, and a real browser in front of it. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { frameBootstrapSource, htmlProxySource } from "@berth/browser/frame";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { type StartedBerth, type StartOptions, startBerth } from "../../support/start-berth.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const chromiumPath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
const chromiumArgs = [
  ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
];

export interface OpenedConsole extends AsyncDisposable {
  readonly started: StartedBerth;
  readonly browser: Browser;
  readonly origin: string;
  /** A window of its own, in which the admin has signed in by a single-use link. */
  signIn(options?: Parameters<Browser["newContext"]>[0]): Promise<SignedIn>;
  /** The address of a new single-use link, for the admin or for someone else. */
  createLink(personId?: string): Promise<string>;
}

export interface SignedIn {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Errors that the page threw or wrote, and what its policy refused. */
  readonly complaints: readonly string[];
}

// Files share a worker, one after another: what one has built and launched serves the next. The
// browser ends with the worker.
let built: Promise<unknown> | undefined;
let launched: Promise<Browser> | undefined;

/** As `npm start` does: nothing is built that is built already. */
function build(): Promise<unknown> {
  const argv = ["--conditions=berth-source", "scripts/build.ts", "--for-start"];
  built ??= promisify(execFile)(process.execPath, argv, { cwd: root });
  return built;
}

async function openBrowser(): Promise<Browser> {
  const browser = await launched;
  if (browser?.isConnected()) return browser;
  launched = chromium.launch({ executablePath: chromiumPath, args: chromiumArgs });
  return launched;
}

export async function openConsole(
  options: Pick<StartOptions, "berth"> = {},
): Promise<OpenedConsole> {
  await build();
  const started = await startBerth({
    berth: {
      ...options.berth,
      assets: {
        consoleFolder: fileURLToPath(new URL("../../../packages/console/dist", import.meta.url)),
        frameBootstrap: frameBootstrapSource,
        htmlProxy: htmlProxySource,
      },
    },
  });
  const browser = await openBrowser();
  const { origin } = started.berth;

  const createLink = async (personId = started.adminId) => {
    const { token } = await started.berth.identity.createSignInLink(personId);
    return `${origin}/sign-in/link#token=${token}`;
  };
  return {
    started,
    browser,
    origin,
    createLink,
    async signIn(options) {
      const context = await browser.newContext({ locale: "en-US", ...options });
      context.setDefaultTimeout(15_000);
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on("pageerror", (error) => complaints.push(error.message));
      page.on("console", (message) => {
        if (message.type() === "error") complaints.push(message.text());
      });
      await page.goto(await createLink());
      await page.getByRole("button", { name: "Not now" }).click();
      await page.getByRole("heading", { level: 1, name: "Marketplace" }).waitFor();
      return { context, page, complaints };
    },
    async [Symbol.asyncDispose]() {
      // All of them are this file's.
      await Promise.all(browser.contexts().map((context) => context.close()));
      await started[Symbol.asyncDispose]();
    },
  };
}
