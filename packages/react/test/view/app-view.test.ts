import { readFile } from "node:fs/promises";
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

/** The package's own, which a product's bundler would put into one. */
async function catalogStyles(): Promise<string> {
  const all = await readFile(here("../../styles.css"), "utf8");
  const parts = [...all.matchAll(/@import "(.+?)"/g)].map(([, path]) => here(`../../${path}`));
  return (await Promise.all(parts.map((path) => readFile(path, "utf8")))).join("\n");
}

describe("AppView with a view that spreads", () => {
  beforeAll(async () => {
    const view = here("../../../../test/hostile/browser/views/spreads.js");
    server.put("/spreads.js", "text/javascript", await bundle(view));
  });

  it("leaves the product's own controls to the product, and the focus to its reader", async () => {
    await open("spreads.js");
    await page.getByRole("button", { name: "Pay 0", exact: true }).waitFor();
    await page.addStyleTag({ content: await catalogStyles() });
    // Not one point of the page outside the view's box belongs to it, for the eye or for the pointer.
    const escapes = await page.evaluate(() => {
      const root = document.getElementById("root");
      const view = document.querySelector(".berth-view");
      if (root === null || view === null) return ["nothing is shown"];
      root.style.cssText = "position:absolute;left:200px;top:120px;width:300px";
      const box = view.getBoundingClientRect();
      const ringPx = 5;
      const found = new Set<string>();
      for (let x = 2; x < innerWidth; x += 12) {
        for (let y = 2; y < innerHeight; y += 6) {
          const isOutside = x < box.left - ringPx || x > box.right + ringPx || y < box.top - ringPx;
          const hit = document.elementFromPoint(x, y);
          if (isOutside && hit !== null && view.contains(hit)) found.add(hit.className);
        }
      }
      return [...found];
    });
    expect(escapes).toEqual([]);
    // Typing into the product goes on while the view draws its own field again and again.
    await page.evaluate(() => {
      const input = document.createElement("input");
      input.id = "search";
      document.body.prepend(input);
      input.focus();
    });
    await page.locator("#search").pressSequentially("a product's own search", { delay: 15 });
    expect(await page.locator("#search").inputValue()).toBe("a product's own search");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("search");
  });

  it("keeps its frame out of reach of pointer and keyboard", async () => {
    await open("spreads.js");
    await page.getByRole("button", { name: "Pay 0", exact: true }).waitFor();
    const frames = await page.evaluate(() =>
      [...document.querySelectorAll("iframe")].map((frame) => {
        const { width, height } = frame.getBoundingClientRect();
        frame.focus();
        return { area: width * height, isFocused: document.activeElement === frame };
      }),
    );
    expect(frames.length).toBeGreaterThan(0);
    for (const frame of frames) expect(frame).toEqual({ area: 0, isFocused: false });
  });
});

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

  it("shows an app of its own HTML in a titled frame, which lasts while it does", async () => {
    server.put("/page.html", "text/html", "<h1>Own page</h1>");
    const problems = await open("page.html");
    const frame = page.locator("iframe[title=Tasks]");
    await frame.contentFrame().locator("iframe").contentFrame().getByText("Own page").waitFor();
    expect(await frame.evaluate((one) => one.getBoundingClientRect().height)).toBeGreaterThan(100);
    await expect.poll(() => page.locator("output").textContent()).toBe("1 of 1, at none");
    await page.evaluate(() => (globalThis as unknown as { unmount(): void }).unmount());
    await expect.poll(() => page.locator("iframe").count()).toBe(0);
    expect(problems).toEqual([]);
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
