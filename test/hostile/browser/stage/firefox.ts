/** A real Firefox, Debian's, by WebDriver BiDi. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launch, type Page } from "puppeteer-core";

const firefoxPath = process.env.FIREFOX_PATH ?? "/usr/bin/firefox-esr";

export interface Firefox extends AsyncDisposable {
  readonly version: string;
  readonly page: Page;
}

export async function openFirefox(): Promise<Firefox> {
  // Firefox refuses a home that is another user's, as root's may be, and writes into its own.
  const home = await mkdtemp(join(tmpdir(), "berth-firefox-"));
  const browser = await launch({
    browser: "firefox",
    executablePath: firefoxPath,
    env: { ...process.env, HOME: home, XDG_CONFIG_HOME: home, XDG_CACHE_HOME: home },
    // WebRTC does not speak to this machine otherwise, and a test's server could not tell.
    extraPrefsFirefox: { "media.peerconnection.ice.loopback": true },
    // A busy machine takes its time to start it.
    timeout: 90_000,
  });
  const [page = await browser.newPage()] = await browser.pages();
  return {
    version: await browser.version(),
    page,
    async [Symbol.asyncDispose]() {
      await browser.close();
      await rm(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
