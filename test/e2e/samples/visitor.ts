/**
 * Someone in front of a real Chromium, who looks at the page on the way.
 *
 * Each look is wide and narrow, light and dark, at one and the same page; none may scroll sideways.
 * Each is kept as a picture in `test-results/e2e/samples`; but in CI (`CI=true`), where nobody looks,
 * the page is only measured, and only once for both schemes.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";

const folder = fileURLToPath(new URL("../../../test-results/e2e/samples/", import.meta.url));
const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
const wide = { width: 1280, height: 800 };
const narrow = { width: 390, height: 844 };
const takesPictures = process.env.CI !== "true";
/** Colours have no width. */
const schemes = takesPictures ? (["light", "dark"] as const) : (["light"] as const);

export interface Visitor extends AsyncDisposable {
  readonly page: Page;
  /** Errors that the page threw or wrote, what its policy refused, and what was too wide. */
  readonly complaints: readonly string[];
  /** Follows a sign-in link to the marketplace. */
  signIn(link: string): Promise<void>;
  look(name: string): Promise<void>;
}

export async function openVisitor(): Promise<Visitor> {
  if (takesPictures) await mkdir(folder, { recursive: true });
  const browser: Browser = await chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
  });
  const context = await browser.newContext({
    locale: "en-US",
    timezoneId: "UTC",
    viewport: wide,
    reducedMotion: "reduce",
  });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(`${message.text()} at ${page.url()}`);
  });

  /** Charts and tabs measure themselves after a change of size, and are drawn in a next frame. */
  const settle = () =>
    page.evaluate(async () => {
      window.scrollTo(0, 0);
      for (let frame = 0; frame < 3; frame += 1) {
        await new Promise((resolve) => requestAnimationFrame(resolve));
      }
    });

  async function lookAt(name: string, viewport: typeof wide): Promise<void> {
    await page.setViewportSize(viewport);
    await settle();
    const sideways = await page.evaluate(() => {
      const { clientWidth, scrollWidth } = document.documentElement;
      return scrollWidth - clientWidth;
    });
    if (sideways > 0) complaints.push(`${name} can be scrolled sideways by ${sideways} px`);
    if (takesPictures) await takePicture(name, viewport);
  }

  /**
   * The whole page in one window, as no scrolling picture can show what is fixed in place; but a
   * dialog stands in the window as it is.
   */
  async function takePicture(name: string, viewport: typeof wide): Promise<void> {
    const { heightPx, isModal } = await page.evaluate(() => ({
      heightPx: document.documentElement.scrollHeight,
      isModal: document.querySelector("dialog[open]") !== null,
    }));
    if (!isModal && heightPx > viewport.height) {
      await page.setViewportSize({ width: viewport.width, height: heightPx });
      await settle();
    }
    await page.screenshot({ path: join(folder, `${name}.png`), animations: "disabled" });
  }

  return {
    page,
    complaints,
    async signIn(link) {
      await page.goto(link);
      await page.getByRole("button", { name: "Not now" }).click();
      await page.getByRole("heading", { level: 1, name: "Marketplace" }).waitFor();
    },
    async look(name) {
      for (const viewport of [wide, narrow]) {
        for (const colorScheme of schemes) {
          await page.emulateMedia({ colorScheme });
          await lookAt(`${name}-${viewport.width}-${colorScheme}`, viewport);
        }
      }
      await page.emulateMedia({ colorScheme: "light" });
      await page.setViewportSize(wide);
    },
    async [Symbol.asyncDispose]() {
      await browser.close();
    },
  };
}
