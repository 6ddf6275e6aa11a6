/**
 * What a stranger's view may do to the product's page around it by drawing: nothing beyond its place,
 * its notices and a dialog that waits its turn. (Its frame, and what it draws wide or high, are in
 * packages/react/test/view/app-view.test.ts.)
 */
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { bundle } from "./stage/bundle.ts";
import { catalogStyles } from "./stage/catalog-styles.ts";
import type {} from "./stage/product-page.ts";
import { openStage, type Stage } from "./stage/stage.ts";

let stage: Stage;
let page: Page;

beforeAll(async () => {
  stage = await openStage();
  const entry = fileURLToPath(new URL("./stage/product-page.ts", import.meta.url));
  stage.server.put("/product.js", "text/javascript", await bundle(entry));
  stage.server.put(
    "/product",
    "text/html",
    `<!doctype html><title>Product</title><style>${await catalogStyles()}</style>
     <div id="root"></div><script type="module" src="/product.js"></script>`,
  );
  page = await stage.browser.newPage();
});
afterAll(() => stage[Symbol.asyncDispose]());
beforeEach(async () => {
  await page.goto(`${stage.server.origin}/product`);
  await page.waitForFunction("globalThis.product !== undefined");
});

const run = async (file: string) =>
  page.evaluate((code) => globalThis.product.run(code), await stage.viewCode(file));

it("shows three notices of a flood, four changes a second, over nothing of the product's", async () => {
  expect(await run("notices.js")).toBe("running");
  const figures = await page.evaluate(() => globalThis.product.watchNotices(6));
  expect(figures.most).toBe(3);
  expect(await page.locator(".berth-toast").count()).toBe(3);
  expect(await page.evaluate(() => globalThis.product.countEscapes())).toBe(0);
  // The first change needs no wait; each further one a quarter of a second.
  expect(figures.watchedMs).toBeGreaterThan(5 * 240);
  expect(figures.longestGapMs).toBeLessThan(1_200);
  // The product's own controls are where they were, and take what is meant for them.
  await page.locator("#search").pressSequentially("still mine");
  expect(await page.locator("#search").inputValue()).toBe("still mine");
  await page.locator("#pay").click();
  await page.waitForFunction(() => globalThis.product.presses() === 1);
});

it("opens no dialog under the hands of a reader who types elsewhere, and does once they have left", async () => {
  await page.locator("#search").focus();
  expect(await run("pounces.js")).toBe("running");
  const turns = () => page.getByText(/^turn \d+$/).textContent();
  const first = await turns();
  await page.locator("#search").pressSequentially("correct horse battery staple", { delay: 20 });
  await expect.poll(turns).not.toBe(first);
  expect(await page.locator("#search").inputValue()).toBe("correct horse battery staple");
  expect(await page.evaluate(() => document.activeElement?.id)).toBe("search");
  expect(await page.locator("dialog[open]").count()).toBe(0);
  // Out of the field, the app's dialog may come, under the app's name.
  await page.evaluate(() => document.getElementById("search")?.blur());
  await page.getByRole("dialog", { name: "Sign in again" }).getByText("Stranger").waitFor();
});
