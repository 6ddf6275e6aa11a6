import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { bundle } from "../../../../test/hostile/browser/stage/bundle.ts";
import {
  openStageServer,
  type StageServer,
} from "../../../../test/hostile/browser/stage/server.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
let server: StageServer;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  server = await openStageServer();
  server.put(
    "/",
    "text/html",
    '<!doctype html><div id="root"></div><script type="module" src="/host.js"></script>',
  );
  server.put("/host.js", "text/javascript", await bundle(here("./host.tsx")));
  server.put(
    "/tasks.js",
    "text/javascript",
    await bundle(here("../../../sdk/test/view/tasks-view.ts")),
  );
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"],
  });
}, 60_000);
afterAll(async () => {
  await browser.close();
  await server.close();
});
beforeEach(async () => {
  page = await browser.newPage();
});
afterEach(() => page.close());

async function open(entry = "tasks.js"): Promise<string[]> {
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  await page.goto(`${server.origin}/?entry=${entry}`);
  return problems;
}

describe("AppView with a Preact view", () => {
  it("draws it, carries typing and presses to it, and shows what it answers", async () => {
    const problems = await open();
    await page.getByRole("heading", { name: "Tasks" }).waitFor();
    await expect.poll(() => page.locator("output").textContent()).toBe("1 of 1, at none");
    const field = page.getByLabel("Title");
    expect(await page.getByRole("button", { name: "Add" }).isDisabled()).toBe(true);
    await field.pressSequentially("Write the report quickly", { delay: 2 });
    expect(await field.inputValue()).toBe("Write the report quickly");
    await page.getByRole("button", { name: "Add" }).click();
    await page.getByText("1 tasks").waitFor();
    expect(await field.inputValue()).toBe("");
    await field.fill("Send it");
    await field.press("Enter");
    await page.getByText("2 tasks").waitFor();
    await page.getByRole("group", { name: "Lengths" }).waitFor();
    await page.getByRole("button", { name: "Send it" }).click();
    await page.getByText("pressed t1").waitFor();
    expect(problems).toEqual([]);
  });

  it("tells a running view of a changed theme, and follows its navigation", async () => {
    await open();
    await page.getByText("theme light").waitFor();
    await page.getByRole("button", { name: "Dark" }).click();
    await page.getByText("theme dark").waitFor();
    await page.getByRole("button", { name: "Fail" }).click();
    await expect.poll(() => page.locator("output").textContent()).toBe("1 of 1, at /done");
  });

  it("shows why a view failed, and starts it again", async () => {
    server.put("/flaky.js", "text/javascript", 'throw new Error("not today")');
    await open("flaky.js");
    await page.getByText("not today").waitFor();
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("VIEW_THREW").waitFor();
  });

  it("updates the page soon after an event", async () => {
    await open();
    const field = page.getByLabel("Title");
    await field.waitFor();
    await field.fill("x");
    await page.getByRole("button", { name: "Add" }).waitFor();
    const times = await page.evaluate(async () => {
      const count = () => document.querySelector("tbody")?.rows.length ?? 0;
      const input = document.querySelector("input");
      const add = [...document.querySelectorAll("button")].find(
        ({ textContent }) => textContent === "Add",
      );
      const setter = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")?.set;
      const until = (isDone: () => boolean) =>
        new Promise<void>((resolve) => {
          const look = () => (isDone() ? resolve() : setTimeout(look, 0));
          look();
        });
      const taken: number[] = [];
      for (let round = 0; round < 30; round++) {
        setter?.call(input, `task ${round}`);
        input?.dispatchEvent(new Event("input", { bubbles: true }));
        await until(() => add?.disabled === false && count() === round);
        await new Promise((resolve) => setTimeout(resolve, 20));
        const startedAt = performance.now();
        add?.click();
        await until(() => count() === round + 1);
        taken.push(performance.now() - startedAt);
      }
      return taken.sort((a, b) => a - b);
    });
    const [p50, p90] = [times[15] ?? 0, times[27] ?? 0];
    console.log(`event to DOM: p50 ${p50.toFixed(1)} ms, p90 ${p90.toFixed(1)} ms`);
    expect(p50).toBeLessThan(50);
  });

  it("leaves no frame and no worker behind when it unmounts", async () => {
    await open();
    await page.getByRole("heading", { name: "Tasks" }).waitFor();
    expect(page.workers()).toHaveLength(1);
    await page.evaluate(() => (globalThis as unknown as { unmount(): void }).unmount());
    await expect.poll(() => page.workers().length).toBe(0);
    await expect.poll(() => page.locator("iframe").count()).toBe(0);
  });
});
