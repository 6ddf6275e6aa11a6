/** What is entered, opened and walked by keys, in a real Chromium: the gallery is the app. */
import type { Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createAxe } from "../../../../test/support/create-axe.ts";
import { type OpenGallery, openGallery } from "./gallery/open-gallery.tsx";

let gallery: OpenGallery;
let page: Page;
let problems: string[];

beforeAll(async () => {
  gallery = await openGallery();
  const context = await gallery.browser.newContext({
    reducedMotion: "reduce",
    permissions: ["clipboard-read", "clipboard-write"],
    viewport: { width: 1280, height: 900 },
  });
  page = await context.newPage();
  problems = [];
  page.setDefaultTimeout(15_000);
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) problems.push(message.text());
  });
  await visit("");
}, 60_000);
afterAll(() => gallery[Symbol.asyncDispose]());

beforeEach(() => {
  problems = [];
});
afterEach(() => {
  expect(problems).toEqual([]);
});

async function visit(search: string): Promise<void> {
  await page.goto(`${gallery.origin}/?part=catalog&${search}`);
  await page.locator("html[data-is-ready]").waitFor({ state: "attached" });
}

const sample = (name: string): Locator => page.locator(`article[data-sample="${name}"]`);

async function expectSaid(name: string, said: string): Promise<void> {
  await expect.poll(() => sample(name).locator("output").textContent()).toBe(said);
}

async function violations(...within: readonly string[]): Promise<string[]> {
  const axe = (await createAxe(page)).options({ resultTypes: ["violations"] });
  for (const each of within) axe.include(each);
  const result = await axe.analyze();
  return result.violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

const isFocused = (element: Locator): Promise<boolean> =>
  element.evaluate((node) => node === document.activeElement);

describe("Form", () => {
  it("complains at submit, leads to the first fault, and submits what is right", async () => {
    const form = page.getByRole("form", { name: "New order" });
    const customer = form.getByRole("textbox", { name: "Customer" });
    expect(await form.getByRole("alert").count()).toBe(0);
    expect(await customer.getAttribute("aria-required")).toBe("true");
    await customer.press("Enter");
    await form.getByText("The terms must be agreed to.").waitFor();
    expect(await isFocused(customer)).toBe(true);
    expect(await form.locator("[aria-invalid=true]").count()).toBe(5);

    await customer.fill("Au");
    await form.getByText("At least 3 characters.").waitFor();
    await customer.fill("Aurora");
    await form.getByText("At least 3 characters.").waitFor({ state: "detached" });
    await form.getByRole("textbox", { name: "Order code" }).fill("so-1");
    await form.getByRole("textbox", { name: "Email of the buyer" }).fill("ana@example.com");
    await form.getByRole("textbox", { name: "Delivered on" }).fill("12/40/2026");
    await form.getByRole("combobox", { name: "Dock" }).selectOption({ label: "East" });
    await form.getByRole("radio", { name: "By air" }).check();
    await form.getByRole("switch", { name: "Insured" }).uncheck();
    await form.getByRole("checkbox", { name: "I agree to the terms" }).check();
    await form.getByRole("button", { name: "Place order" }).click();
    await form.getByText("Two capitals, a dash, four figures.").waitFor();
    await form.getByText("Write a date as 12/31/2026.").waitFor();
    expect(await violations("[data-sample=Form]")).toEqual([]);
    expect(await sample("Form").locator("output").textContent()).toBe("");

    await form.getByRole("textbox", { name: "Order code" }).fill("SO-1041");
    await form.getByRole("textbox", { name: "Delivered on" }).fill("12/4/2026");
    await form.getByRole("button", { name: "Place order" }).click();
    await expectSaid(
      "Form",
      `submit ${JSON.stringify({
        customer: "Aurora",
        code: "SO-1041",
        email: "ana@example.com",
        quantity: 1,
        delivery: "2026-12-04",
        dock: "east",
        shipping: "air",
        insured: false,
        terms: true,
      })}`,
    );
  });
});

describe("DateField", () => {
  it("is walked by keys, keeps to its bounds, and gives the focus back", async () => {
    const opener = page.getByRole("button", { name: "Choose a date: Delivery" });
    await opener.press("Enter");
    const grid = page.getByRole("grid", { name: "November 2026" });
    await grid.waitFor();
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute("data-day")))
      .toBe("2026-11-22");
    expect(await violations(".berth-date")).toEqual([]);
    for (const key of ["ArrowUp", "ArrowUp", "ArrowUp", "ArrowRight", "Home"])
      await page.keyboard.press(key);
    expect(await page.evaluate(() => document.activeElement?.getAttribute("data-day"))).toBe(
      "2026-11-01",
    );
    // Below the least day: it can be reached and not chosen.
    await page.keyboard.press("Enter");
    await page.keyboard.press("PageDown");
    await page.getByRole("grid", { name: "December 2026" }).waitFor();
    await page.keyboard.press("Enter");
    await expectSaid("DateField", 'change "2026-12-01"');
    await page.getByRole("grid").waitFor({ state: "detached" });
    expect(await isFocused(opener)).toBe(true);
    await opener.press("Enter");
    await page.keyboard.press("Escape");
    await page.getByRole("grid").waitFor({ state: "detached" });
    expect(await isFocused(opener)).toBe(true);
  });
});

describe("Menu", () => {
  it("opens on its first act, is walked by arrows and letters, and closes on a choice", async () => {
    const button = page.getByRole("button", { name: "Actions" });
    await button.press("ArrowDown");
    const item = (name: string): Locator => page.getByRole("menuitem", { name });
    await item("Edit").waitFor();
    expect(await isFocused(item("Edit"))).toBe(true);
    expect(await violations(".berth-menu")).toEqual([]);
    await page.keyboard.press("ArrowUp");
    expect(await isFocused(item("Delete"))).toBe(true);
    await page.keyboard.press("a");
    expect(await isFocused(item("Archive"))).toBe(true);
    await page.keyboard.press("Enter");
    expect(await sample("Menu").locator("output").textContent()).toBe("");
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await expectSaid("Menu", 'choose "duplicate"');
    expect(await page.getByRole("menu").count()).toBe(0);
    expect(await isFocused(button)).toBe(true);
    await button.click();
    await page.mouse.click(5, 5);
    await page.getByRole("menu").waitFor({ state: "detached" });
  });
});

/** From a tree as it was when the page was opened. */
async function walkTree(inwards: string, outwards: string): Promise<void> {
  const row = (name: string): Locator => page.getByRole("treeitem", { name });
  const focused = (): Promise<string | null | undefined> =>
    page.evaluate(() => document.activeElement?.querySelector(".berth-tree-label")?.textContent);
  expect(await page.getByRole("treeitem").count()).toBe(6);
  await row("North").focus();
  await page.keyboard.press(inwards);
  expect(await focused()).toBe("Shelves");
  await page.keyboard.press(outwards);
  expect(await focused()).toBe("North");
  await page.keyboard.press(outwards);
  await expectSaid("Tree", 'toggle {"id":"north","isOpen":false}');
  expect(await row("North").getAttribute("aria-expanded")).toBe("false");
  await page.keyboard.press("s");
  expect(await focused()).toBe("South");
  await page.keyboard.press("Enter");
  await expectSaid("Tree", 'choose "south"');
  expect(await row("South").getAttribute("aria-selected")).toBe("true");
  await page.keyboard.press("End");
  expect(await focused()).toBe("Orders");
  await page.keyboard.press("Home");
  expect(await focused()).toBe("Stock");
  expect(await row("South").getAttribute("aria-level")).toBe("2");
  expect(await row("South").getAttribute("aria-posinset")).toBe("2");
}

describe("Tree", () => {
  it("is walked by keys as the pattern says", async () => {
    await walkTree("ArrowRight", "ArrowLeft");
  });
});

describe("Drawer and Toast", () => {
  it("a drawer takes the focus, says whose it is, and closes at Escape", async () => {
    const opener = page.getByRole("button", { name: "Open Drawer" });
    await opener.click();
    const drawer = page.getByRole("dialog", { name: "Order SO-1041" });
    await drawer.getByText("Gallery").waitFor();
    const box = await drawer.boundingBox();
    expect([(box?.x ?? 0) + (box?.width ?? 0), box?.height]).toEqual([1280, 900]);
    await page.keyboard.press("Escape");
    await drawer.waitFor({ state: "hidden" });
    await expectSaid("Drawer", "close null");
    expect(await isFocused(opener)).toBe(true);
  });

  it("a toast says whose it is, tells of its act, and goes when it is closed", async () => {
    await page.getByRole("button", { name: "Open Toast" }).click();
    const toast = page.getByRole("log").getByText("SO-1041 was archived.");
    await toast.waitFor();
    await page.getByRole("log").getByText("Gallery").waitFor();
    expect(await violations(".berth-toasts")).toEqual([]);
    await page.getByRole("button", { name: "Undo" }).click();
    await toast.waitFor({ state: "detached" });
    await expectSaid("Toast", "close null");
  });
});

describe("what is shown", () => {
  it("tells of links and never follows them; copies code only when it is pressed for", async () => {
    const markdown = sample("Markdown");
    expect(await markdown.locator("a, [href]").count()).toBe(0);
    await markdown.getByRole("button", { name: "notes" }).click();
    await expectSaid("Markdown", 'link "https://example.com/notes"');
    expect(new URL(page.url()).origin).toBe(gallery.origin);
    await page.getByRole("button", { name: "Copy: How an order is read" }).click();
    await sample("Code").getByText("Copied").waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toContain("view.fetch(");
  });

  it("has names for pictures, lists and progress, and tells of a chosen item", async () => {
    const picture = page.getByRole("img", { name: "Three ridges of hills under a low sun" });
    expect(await picture.getAttribute("width")).toBe("480");
    const progress = page.getByRole("progressbar", { name: "Imported" });
    expect(await progress.getAttribute("aria-valuetext")).toBe("6,400 of 10,000");
    await page.getByRole("list", { name: "Next deliveries" }).getByText("Bright Mills").click();
    await expectSaid("List", 'choose "b"');
    await page.getByRole("switch", { name: "Pause imports" }).press(" ");
    await expectSaid("Switch", "change true");
    await page.getByRole("radio", { name: "By road, two days" }).press("ArrowDown");
    await expectSaid("RadioGroup", 'change "air"');
  });
});

describe("the page's language", () => {
  it("is that in which a date is read and written", async () => {
    await visit("locale=pt-BR");
    const field = sample("DateField").getByRole("textbox", { name: "Delivery" });
    expect(await field.inputValue()).toBe("22/11/2026");
    await field.fill("3/12/26");
    await expectSaid("DateField", 'change "2026-12-03"');
    await field.blur();
    expect(await field.inputValue()).toBe("03/12/2026");
  });

  it("turns everything round when it is written from the right", async () => {
    await visit("locale=he");
    await walkTree("ArrowLeft", "ArrowRight");
    expect(await page.locator(".berth-root").getAttribute("dir")).toBe("rtl");
    await page.getByRole("button", { name: "Choose a date: Delivery" }).click();
    const box = await page.locator(".berth-popup").boundingBox();
    expect(box?.x).toBeGreaterThanOrEqual(0);
    expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(1280);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Open Drawer" }).click();
    expect((await page.getByRole("dialog").boundingBox())?.x).toBe(0);
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow).toBe(0);
  });
});
