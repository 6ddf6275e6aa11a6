import { fileURLToPath } from "node:url";
import type { Permission } from "@berth/protocol";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { bundle } from "../../../../test/hostile/browser/stage/bundle.ts";
import {
  openStageServer,
  type StageServer,
} from "../../../../test/hostile/browser/stage/server.ts";
import { createAxe } from "../../../../test/support/create-axe.ts";
import type {} from "./host.tsx";

let server: StageServer;
let browser: Browser;
let page: Page;

const permission: Permission = {
  type: "data",
  resource: "state/notes/*",
  actions: ["read", "write"],
  reason: "<b>Keeps</b> your notes.",
};

beforeAll(async () => {
  server = await openStageServer();
  const html = '<!doctype html><html lang="en"><title>Host</title><main id="root"></main>';
  server.put("/", "text/html", `${html}<script type="module" src="/host.js"></script></html>`);
  const entry = fileURLToPath(new URL("./host.tsx", import.meta.url));
  server.put("/host.js", "text/javascript", await bundle(entry));
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"],
  });
  const context = await browser.newContext({ reducedMotion: "reduce" });
  page = await context.newPage();
}, 60_000);
afterAll(async () => {
  await browser.close();
  await server.close();
});

async function open(scheme: "light" | "dark" = "light"): Promise<void> {
  await page.goto("about:blank");
  await page.goto(`${server.origin}/#${scheme}`);
  await page.waitForFunction("globalThis.prompting !== undefined");
}
const ask = (app: string) =>
  page.evaluate(([name, given]) => globalThis.prompting.ask(name, given), [
    app,
    permission,
  ] as const);
const answered = (line: string) =>
  page.waitForFunction((wanted) => globalThis.prompting.answers.includes(wanted), line);
const dialog = (app: string) => page.getByRole("dialog", { name: `Allow ${app} to do this?` });

describe("the permission prompt", () => {
  beforeEach(() => open());

  it("says what is asked and why as plain text, and allows on a press", async () => {
    await ask("Notes");
    await dialog("Notes").waitFor();
    const text = await dialog("Notes").textContent();
    expect(text).toContain("Read and Change: the data state/notes/*");
    expect(text).toContain("<b>Keeps</b> your notes.");
    await page.getByRole("button", { name: "Allow", exact: true }).click();
    await answered("Notes granted");
    expect(await page.getByRole("dialog").count()).toBe(0);
  });

  it("takes no yes in the first moment, whose length the page's clock decides", async () => {
    const context = await browser.newContext();
    const paused = await context.newPage();
    await paused.clock.install({ time: 0 });
    await paused.goto(`${server.origin}/`);
    await paused.waitForFunction("globalThis.prompting !== undefined");
    await paused.clock.pauseAt(60_000);
    await paused.evaluate((given) => globalThis.prompting.ask("Eager", given), permission);
    const allow = paused.getByRole("button", { name: "Allow", exact: true });
    await allow.waitFor();
    await paused.clock.runFor(499);
    expect(await allow.isDisabled()).toBe(true);
    await paused.clock.runFor(1);
    await paused.getByRole("button", { name: "Allow", exact: true, disabled: false }).waitFor();
    await context.close();
  });

  it("takes no yes while something lies over it, nor in the first moment after", async () => {
    const context = await browser.newContext();
    const paused = await context.newPage();
    await paused.clock.install({ time: 0 });
    await paused.goto(`${server.origin}/`);
    await paused.waitForFunction("globalThis.prompting !== undefined");
    await paused.clock.pauseAt(60_000);
    await paused.evaluate((given) => globalThis.prompting.ask("Jacker", given), permission);
    const allow = paused.getByRole("button", { name: "Allow", exact: true, includeHidden: true });
    await allow.waitFor();
    await paused.clock.runFor(300);
    await paused.evaluate(() => {
      const cover = document.body.appendChild(document.createElement("dialog"));
      cover.style.cssText = "inline-size:90vw;block-size:90vh";
      cover.showModal();
    });
    await paused.clock.runFor(5_000);
    expect(await allow.isDisabled()).toBe(true);
    // The second press of two, for which the view has taken its own dialog away.
    await paused.evaluate(() =>
      document.querySelector<HTMLDialogElement>("body > dialog")?.close(),
    );
    await paused.clock.runFor(450);
    expect(await allow.isDisabled()).toBe(true);
    await paused.clock.runFor(100);
    await paused.getByRole("button", { name: "Allow", exact: true, disabled: false }).waitFor();
    await context.close();
  });

  it("takes a no by Enter, by Escape, by the view's end and by the button, one at a time", async () => {
    await ask("Eager");
    await dialog("Eager").waitFor();
    await page.keyboard.press("Enter");
    await answered("Eager denied");
    await ask("First");
    await ask("Second");
    await ask("Third");
    await dialog("First").waitFor();
    expect(await page.getByRole("dialog").count()).toBe(1);
    await page.keyboard.press("Escape");
    await answered("First denied");
    await dialog("Second").waitFor();
    await page.evaluate(() => globalThis.prompting.end("Second"));
    await answered("Second denied");
    await dialog("Third").waitFor();
    await page.getByRole("button", { name: "Do not allow" }).click();
    await answered("Third denied");
  });
});

it.each(["light", "dark"] as const)("the permission prompt is accessible, %s", async (scheme) => {
  await open(scheme);
  await ask("Notes");
  await page.getByRole("button", { name: "Allow", exact: true, disabled: false }).waitFor();
  const { violations } = await (await createAxe(page)).analyze();
  expect(violations.map(({ id }) => id)).toEqual([]);
});
