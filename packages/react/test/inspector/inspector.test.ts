/** The inspector in a real Chromium, looking at an app that floods. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Locator, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { bundle } from "../../../../test/hostile/browser/stage/bundle.ts";
import {
  openStageServer,
  type StageServer,
} from "../../../../test/hostile/browser/stage/server.ts";
import { chromiumArgs } from "../../../../test/hostile/browser/stage/stage.ts";
import { createAxe } from "../../../../test/support/create-axe.ts";

const host = fileURLToPath(new URL("./host.tsx", import.meta.url));
const floodingView = new URL("./flooding-view.js", import.meta.url);
const quietView = new URL("./quiet-view.js", import.meta.url);
const ownFolder = new URL("../../", import.meta.url);
const problems: string[] = [];
/** An app of its own HTML that says hello by the MCP Apps contract. */
const htmlApp = `<!doctype html><title>Page</title><script>
  const params = { protocolVersion: "2026-01-26", appInfo: { name: "Page", version: "1" }, appCapabilities: {} };
  parent.postMessage({ jsonrpc: "2.0", id: 1, method: "ui/initialize", params }, "*");
</script>`;
let server: StageServer;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  server = await openStageServer();
  server.put(
    "/",
    "text/html",
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Product</title><link rel="stylesheet" href="/styles.css"><style>body{margin:0}</style><div id="root"></div><script type="module" src="/host.js"></script>',
  );
  server.put("/styles.css", "text/css", await styles());
  server.put("/host.js", "text/javascript", await bundle(host));
  server.put("/flood.js", "text/javascript", await readFile(floodingView, "utf8"));
  server.put("/quiet.js", "text/javascript", await readFile(quietView, "utf8"));
  server.put("/page.html", "text/html", htmlApp);
  server.put("/api/orders", "application/json", "[]");
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium",
    args: chromiumArgs,
  });
  const context = await browser.newContext({
    reducedMotion: "reduce",
    permissions: ["clipboard-read", "clipboard-write"],
    viewport: { width: 1280, height: 900 },
  });
  page = await context.newPage();
  page.on("pageerror", (error) => problems.push(error.message));
  await page.goto(`${server.origin}/`);
  // They are loaded in whatever order they come.
  await page.getByRole("combobox", { name: "App" }).selectOption({ label: "Flood · flood" });
  await page.getByText("running", { exact: true }).first().waitFor();
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});
afterEach(() => expect(problems).toEqual([]));

/** The package's own, which a product's bundler would put into one. */
async function styles(): Promise<string> {
  const all = await readFile(new URL("styles.css", ownFolder), "utf8");
  const parts = [...all.matchAll(/@import "(.+?)"/g)].map(([, path = ""]) => path);
  parts.push("styles/inspector.css");
  return (await Promise.all(parts.map((path) => readFile(new URL(path, ownFolder), "utf8")))).join(
    "\n",
  );
}

const tab = (name: RegExp): Locator => page.getByRole("tab", { name });
const panel = (): Locator => page.getByRole("tabpanel");
const rows = (): Locator => panel().locator("tbody tr");
const button = (name: string): Locator => page.getByRole("button", { name, exact: true });

/** How many there were in all: "300 kept of 12,345". */
async function keptAndTotal(): Promise<readonly number[]> {
  const text =
    (await panel()
      .getByText(/ kept of /)
      .textContent()) ?? "";
  return [...text.matchAll(/[\d,]+/g)].map(([digits]) => Number(digits.replaceAll(",", "")));
}

/** In the second scheme the page differs by its colours only. */
async function barriers(areColoursOnly = false): Promise<string[]> {
  const axe = (await createAxe(page)).options({ resultTypes: ["violations"] });
  if (areColoursOnly) axe.withRules("color-contrast");
  const { violations } = await axe.include(".berth-inspector").analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

describe("the inspector beside an app that floods", () => {
  it("shows the budgets move, and that the app was warned for it", async () => {
    const used = panel()
      .getByRole("row", { name: /^Messages/ })
      .getByRole("cell")
      .first();
    await expect
      .poll(async () => Number.parseFloat((await used.textContent()) ?? ""))
      .toBeGreaterThan(20);
    await page.getByText("warned", { exact: true }).waitFor();
    await panel()
      .getByText(/Messages: .*\/s, where 20\/s is allowed/)
      .waitFor();
    await panel()
      .getByRole("img", { name: /^From the app: now/ })
      .waitFor();
  });

  it("keeps a bounded part of what the app says, however much it is, and shows it as text", async () => {
    await tab(/Messages/).click();
    await expect.poll(async () => (await keptAndTotal())[1]).toBeGreaterThan(400);
    expect((await keptAndTotal())[0]).toBe(300);
    expect(await rows().count()).toBe(60);
    await rows().getByRole("button", { name: "mutate" }).first().click();
    // Reading one makes the list stand still.
    await page.getByText("Paused: what is shown stands still.").waitFor();
    await panel().locator("pre").getByText("<img src=x onerror=alert(1)>").waitFor();
    const before = await rows().allTextContents();
    await button("Go on").click();
    await expect.poll(async () => (await rows().allTextContents())[0]).not.toBe(before[0]);
    await panel().getByRole("searchbox").fill("no such text");
    await panel().getByText("Nothing of that kind.").waitFor();
    await panel().getByRole("searchbox").fill("");
    await button("Pause").click();
    await button("Clear").click();
    await panel().getByText("No message since the inspector was opened or cleared.").waitFor();
    expect((await keptAndTotal())[0]).toBe(0);
    await button("Go on").click();
    await rows().getByRole("button").first().click();
    await panel().locator("pre").waitFor();
    expect(await barriers()).toEqual([]);
    await button("Go on").click();
  });

  it("says what was refused and why, once for each, aloud as well", async () => {
    await tab(/Denials/).click();
    const row = rows().filter({ hasText: "api /api/secret (read)" });
    await row.getByText("has no grant for api /api/secret (read)").waitFor();
    await expect.poll(() => row.textContent()).toMatch(/PERMISSION_DENIED · \d+ times/);
    expect(await rows().count()).toBe(1);
  });

  it("tells calls with their answers, and the endpoints", async () => {
    await tab(/Calls/).click();
    await rows()
      .filter({ hasText: "GET /api/orders" })
      .filter({ hasText: "200" })
      .first()
      .waitFor();
    await rows()
      .filter({ hasText: "GET /api/secret" })
      .getByText("PERMISSION_DENIED")
      .first()
      .waitFor();
    await page.getByRole("rowheader", { name: "GET /api/orders" }).waitFor();
    await button("Copy as JSON").click();
    await page.getByText("Copied", { exact: true }).waitFor();
    const copied: unknown = JSON.parse(await page.evaluate(() => navigator.clipboard.readText()));
    expect(copied).toMatchObject({ instance: "flood", calls: expect.any(Array) });
  });

  it("filters the log by level and text", async () => {
    await tab(/Log/).click();
    await panel().getByRole("combobox", { name: "Level" }).selectOption("warn");
    await rows().getByText("<b>round").first().waitFor();
    expect(await rows().getByText("info", { exact: true }).count()).toBe(0);
    await panel().getByRole("combobox", { name: "Level" }).selectOption("debug");
    await rows().getByText("info", { exact: true }).first().waitFor();
  });

  it("is walked by keys, and no tab of it shuts anyone out, light or dark", async () => {
    await tab(/Overview/).click();
    expect(await barriers()).toEqual([]);
    for (const name of ["Messages", "Drawing", "Calls", "Permissions", "Denials", "Log"]) {
      await page.keyboard.press("ArrowRight");
      expect(await page.evaluate(() => document.activeElement?.textContent)).toContain(name);
      await rows().first().waitFor();
      if (name === "Permissions") expect(await barriers(), name).toEqual([]);
    }
    await page.keyboard.press("ArrowRight");
    await panel().getByRole("heading", { name: "Budgets" }).waitFor();
    await page.evaluate(() => {
      for (const root of document.querySelectorAll<HTMLElement>(".berth-root"))
        root.dataset.berthTheme = "dark";
    });
    expect(await barriers(true)).toEqual([]);
  });

  it("revokes a permission and stops the app, each after it has asked", async () => {
    await tab(/Permissions/).click();
    const grant = rows().filter({ hasText: "api /api/orders" });
    await grant.getByRole("cell", { name: "rate 5000 / 60 s" }).waitFor();
    await expect
      .poll(async () => Number(await grant.getByRole("cell").nth(1).textContent()))
      .toBeGreaterThan(0);
    await button("Revoke api /api/orders").click();
    const dialog = page.getByRole("dialog");
    await dialog.waitFor();
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Cancel");
    await dialog.getByRole("button", { name: "Revoke", exact: true }).click();
    await grant.waitFor({ state: "detached" });
    await tab(/Denials/).click();
    await rows().filter({ hasText: "has no grant for api /api/orders" }).first().waitFor();
    // The first refusal of another kind is said aloud.
    await page
      .getByRole("status")
      .filter({ hasText: /new denials\. The latest: The app has no grant/ })
      .waitFor({ state: "attached" });
    await button("Stop app").click();
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await page.getByText("running", { exact: true }).first().waitFor();
    await button("Stop app").click();
    await dialog.getByRole("button", { name: "Stop app" }).click();
    await page.getByText("stopped", { exact: true }).first().waitFor();
    await button("Start app").waitFor();
  });

  it("goes from one app to another, and leaves nothing behind when it is closed", async () => {
    await page.getByRole("combobox", { name: "App" }).selectOption({ label: "Quiet · quiet" });
    await page.getByText("running", { exact: true }).first().waitFor();
    await tab(/Drawing/).click();
    await panel().getByText("1 kept of 1").waitFor();
    await page.getByRole("combobox", { name: "App" }).selectOption({ label: "Page · page" });
    await tab(/Messages/).click();
    const message = (kind: string, direction: string) =>
      rows().filter({ hasText: direction }).getByRole("button", { name: kind, exact: true });
    await message("ui/initialize", "From the app").waitFor();
    await message("answer", "To the app").waitFor();
    await button("Close the inspector").click();
    await button("Inspect").waitFor();
    expect(await page.locator(".berth-inspector").count()).toBe(0);
  });
});
