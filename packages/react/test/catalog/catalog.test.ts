/** The components in a real Chromium: every one drawn, reachable, legible, and true to its app. */
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { catalog } from "@berth/protocol";
import type { Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createAxe } from "../../../../test/support/create-axe.ts";
import { drawPage, type OpenGallery, openGallery } from "./gallery/open-gallery.tsx";

let gallery: OpenGallery;
let page: Page;
let problems: string[];

beforeAll(async () => {
  gallery = await openGallery();
  const context = await gallery.browser.newContext({ reducedMotion: "reduce" });
  page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) problems.push(message.text());
  });
}, 60_000);
afterAll(() => gallery[Symbol.asyncDispose]());

beforeEach(() => {
  problems = [];
});
afterEach(() => {
  expect(problems).toEqual([]);
});

async function visit(search: string, width: number): Promise<void> {
  await page.setViewportSize({ width, height: 900 });
  await page.goto(`${gallery.origin}/${search}`);
  await page.locator("html[data-is-ready]").waitFor({ state: "attached" });
}

const log = (): Locator => page.locator("[data-log] li");
const lastLog = async (): Promise<string> => (await log().last().textContent()) ?? "";

async function expectLog(line: string): Promise<void> {
  await log().filter({ hasText: line }).last().waitFor({ state: "attached" });
}

async function violations(within: string): Promise<string[]> {
  const axe = await createAxe(page);
  const result = await axe
    .include(within)
    .options({ resultTypes: ["violations"] })
    .analyze();
  return result.violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

describe("every component", () => {
  beforeEach(() => visit("?part=catalog", 1280));

  it("is drawn in the gallery", async () => {
    const drawn = await page
      .locator("[data-sample]")
      .evaluateAll((samples) =>
        samples
          .filter((sample) => sample.firstElementChild !== null)
          .map((sample) => sample.getAttribute("data-sample")),
      );
    expect([...new Set(drawn)].sort()).toEqual(Object.keys(catalog).sort());
  });

  it("is drawn on a server", () => {
    const html = drawPage("?part=catalog&theme=dark&locale=pt-BR");
    for (const name of Object.keys(catalog)) expect(html).toContain(`data-sample="${name}"`);
    expect(html).toContain("Página anterior");
  });
});

describe.each([
  { theme: "light", width: 1280 },
  { theme: "dark", width: 390 },
])("in $theme at $width", ({ theme, width }) => {
  it("has no serious fault of accessibility and does not scroll sideways", async () => {
    await visit(`?theme=${theme}&density=${width === 390 ? "comfortable" : "compact"}`, width);
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow).toBe(0);
    expect(await violations("body")).toEqual([]);
    await page.getByRole("button", { name: "Open dialog" }).click();
    await page.getByRole("dialog").waitFor();
    expect(await violations(".berth-modal[open]")).toEqual([]);
  }, 60_000);
});

describe("TextField", () => {
  beforeEach(() => visit("?part=details", 1280));

  it("keeps every character and the caret while the app answers late", async () => {
    const field = page.getByRole("textbox", { name: "Customer" });
    await field.click();
    await field.press("Home");
    await field.pressSequentially("The great ", { delay: 15 });
    expect(await field.inputValue()).toBe("The great Aurora Foods");
    const caret = (): Promise<number | null> =>
      field.evaluate((input) => (input as HTMLInputElement).selectionStart);
    expect(await caret()).toBe(10);
    await expectLog('customer "The great Aurora Foods"');
    await field.pressSequentially("new ", { delay: 15 });
    await expectLog('customer "The great new Aurora Foods"');
    expect(await field.inputValue()).toBe("The great new Aurora Foods");
    expect(await caret()).toBe(14);
  });

  it("shows what the app makes of the text once the reader pauses", async () => {
    const field = page.getByRole("textbox", { name: "Code", exact: true });
    await field.pressSequentially("abcdef", { delay: 30 });
    expect(await field.inputValue()).toMatch(/abc?d?e?f?/i);
    await page.waitForFunction(
      () =>
        document.querySelector<HTMLInputElement>("input[placeholder^=Turns]")?.value === "ABCDEF",
    );
    expect(await field.evaluate((input) => (input as HTMLInputElement).selectionStart)).toBe(6);
  });

  it("loses no character to an app that answers later than the reader types", async () => {
    const field = page.getByRole("textbox", { name: "Slow code" });
    // Each key comes after the pause, so the first answer finds the reader resting and outdated.
    await field.pressSequentially("abcd", { delay: 420 });
    await page.waitForFunction(
      () => document.querySelector<HTMLInputElement>("input[placeholder^=Into]")?.value === "ABCD",
    );
  });

  it("is cleared by an app that answers a submit before it has drawn the text", async () => {
    const field = page.getByRole("textbox", { name: "Message" });
    await field.pressSequentially("hello");
    await field.press("Enter");
    await expectLog("submit null");
    await page.waitForFunction(
      () => document.querySelector<HTMLInputElement>("input[placeholder^=Enter]")?.value === "",
    );
  });
});

describe("NumberField", () => {
  beforeEach(() => visit("?part=details", 1280));

  it("steps, clamps to its bounds and goes back from what is no number", async () => {
    const field = page.getByRole("spinbutton", { name: "Quantity" });
    await field.press("ArrowUp");
    await expectLog("quantity 12.5");
    await field.fill("1,234.5");
    await expectLog("quantity 1234.5");
    await field.fill("99999");
    await field.blur();
    await expectLog("quantity 5000");
    expect(await field.inputValue()).toBe("5,000");
    await field.fill("many");
    expect(await field.getAttribute("aria-invalid")).toBe("true");
    await field.blur();
    expect(await field.inputValue()).toBe("5,000");
    await field.fill("");
    await expectLog("quantity null");
  });

  it("reads and writes the page's language", async () => {
    await visit("?part=details&locale=pt-BR", 1280);
    const field = page.getByRole("spinbutton", { name: "Quantity" });
    await field.fill("1.234,5");
    await expectLog("quantity 1234.5");
    await field.blur();
    expect(await field.inputValue()).toBe("1.234,5");
  });
});

describe("Select, Checkbox and Tabs", () => {
  beforeEach(() => visit("?part=details", 1280));

  it("tell the app what was chosen", async () => {
    await page.getByRole("combobox", { name: "Region" }).selectOption({ label: "West" });
    await expectLog('region "west"');
    await page.getByRole("checkbox", { name: "Send a confirmation" }).uncheck();
    await expectLog("confirm false");
    await page.getByRole("tab", { name: "Orders" }).press("ArrowLeft");
    const drafts = page.getByRole("tab", { name: "Drafts", selected: true });
    await drafts.waitFor();
    expect(await drafts.evaluate((tab) => tab === document.activeElement)).toBe(true);
    await page.getByRole("tabpanel").getByText("No drafts").waitFor();
  });

  it("a busy button keeps focus and presses nothing", async () => {
    const busy = page.getByRole("button", { name: "Saving" });
    await busy.focus();
    await busy.press("Enter");
    await page.getByRole("button", { name: "Create order" }).click();
    await expectLog('press "create"');
    expect(await log().allTextContents()).not.toContain('press "busy"');
  });
});

describe("FileField", () => {
  beforeEach(() => visit("?part=details", 1280));

  const choose = async (name: string, content: Buffer): Promise<void> => {
    await page
      .getByLabel("Purchase order")
      .setInputFiles({ name, mimeType: "text/csv", buffer: content });
  };

  it("hands over UTF-8 text up to its bound, and says why it refuses the rest", async () => {
    await choose("a.csv", Buffer.from("é".repeat(1000)));
    await expectLog('file {"name":"a.csv","bytes":2000,"text":"éé');
    await choose("b.csv", Buffer.from("x".repeat(2001)));
    await page.getByText("The file is larger than 2 kB.").waitFor();
    await choose("c.txt", Buffer.from("x"));
    await page.getByText("Choose a file that ends in .csv.").waitFor();
    await choose("d.csv", Buffer.from([0xff, 0xfe, 0x00]));
    await page.getByText("The file is not UTF-8 text.").waitFor();
    expect(await page.getByLabel("Purchase order").getAttribute("aria-invalid")).toBe("true");
    await choose("e.csv", Buffer.from("last"));
    await expectLog('"text":"last"');
    expect(await page.getByText("The file is not UTF-8 text.").count()).toBe(0);
    expect((await log().allTextContents()).filter((line) => line.startsWith("file"))).toHaveLength(
      2,
    );
  });
});

describe("DownloadButton", () => {
  beforeEach(() => visit("?part=details", 1280));

  it("saves the content under its name and lets the address go", async () => {
    await page.evaluate(() => {
      const revoke = URL.revokeObjectURL.bind(URL);
      URL.revokeObjectURL = (url) => {
        document.documentElement.dataset.revoked = url;
        revoke(url);
      };
    });
    const started = page.waitForEvent("download");
    await page.getByRole("button", { name: "Export" }).click();
    const download = await started;
    expect(download.suggestedFilename()).toBe("orders.csv");
    const path = join(tmpdir(), `berth-download-${process.pid}.csv`);
    await writeFile(path, await readFile(await download.path()));
    expect(await readFile(path, "utf8")).toBe("order,total\nSO-1040,120\nçã,1\n");
    await page.locator("html[data-revoked^='blob:']").waitFor({ state: "attached" });
  });
});

describe("Table", () => {
  beforeEach(() => visit("?part=details", 1280));

  const cells = async (label: string, column: number): Promise<string[]> =>
    page
      .getByRole("table", { name: label, exact: true })
      .locator(`tbody td:nth-child(${column})`)
      .allTextContents();

  it("sorts by itself, numbers as numbers and empty cells last", async () => {
    const table = page.getByRole("table", { name: "Orders", exact: true });
    const head = table.getByRole("columnheader", { name: "Margin" });
    expect(await head.getAttribute("aria-sort")).toBeNull();
    await head.getByRole("button").press("Enter");
    expect(await head.getAttribute("aria-sort")).toBe("ascending");
    expect(await cells("Orders", 4)).toEqual(["0%", "0%", "1%", "1%", "2%", "2%", "3%", "3%"]);
    await head.getByRole("button").press(" ");
    expect(await head.getAttribute("aria-sort")).toBe("descending");
    expect((await cells("Orders", 4))[0]).toBe("59%");
    for (let turn = 0; turn < 14; turn += 1)
      await page.getByRole("button", { name: "Next page" }).press("Enter");
    expect((await cells("Orders", 4)).at(-1)).toBe("–");
  });

  it("pages, and starts again at the first page when it is sorted", async () => {
    await page.getByText("1–8 of 120").waitFor();
    await page.getByRole("button", { name: "Next page" }).click();
    await page.getByText("9–16 of 120").waitFor();
    expect((await cells("Orders", 1))[0]).toBe("SO-1048");
    const orders = page.getByRole("table", { name: "Orders", exact: true });
    await orders.getByRole("button", { name: "Customer" }).click();
    await page.getByText("1–8 of 120").waitFor();
    const previous = page.getByRole("button", { name: "Previous page" });
    expect(await previous.getAttribute("aria-disabled")).toBe("true");
  });

  it("presses a row once, by pointer anywhere and by key in its first cell", async () => {
    const row = page.getByRole("table", { name: "Orders", exact: true }).getByRole("row").nth(2);
    await row.getByRole("cell").nth(2).click();
    await row.getByRole("button").press("Enter");
    await row.getByRole("button").press(" ");
    await row.getByRole("button").click();
    await page.waitForFunction(() => document.querySelectorAll("[data-log] li").length >= 4);
    expect(await log().allTextContents()).toEqual(Array(4).fill('rowPress "o1"'));
  });

  it("leaves sorting to an app that listens", async () => {
    const table = page.getByRole("table", { name: "Sorted by the app" });
    const before = await cells("Sorted by the app", 3);
    await table.getByRole("button", { name: "Total" }).click();
    await expectLog('sort {"key":"total","direction":"ascending"}');
    expect(await table.getByRole("columnheader", { name: "Total" }).getAttribute("aria-sort")).toBe(
      "ascending",
    );
    expect(await cells("Sorted by the app", 3)).toEqual(before);
  });

  it("scrolls sideways inside itself on a phone", async () => {
    await visit("?part=details", 390);
    const scroller = page.getByRole("group", { name: "Orders", exact: true });
    expect(await scroller.evaluate((box) => box.scrollWidth > box.clientWidth)).toBe(true);
  });
});

describe("charts", () => {
  beforeEach(() => visit("?part=figures", 1280));

  const plot = (label: string): Locator => page.getByRole("group", { name: label });
  const spoken = (label: string): Locator =>
    page.locator("figure", { has: plot(label) }).getByRole("status");

  it("are walked by keys and say the value", async () => {
    await plot("Revenue by month").focus();
    await page.keyboard.press("ArrowRight");
    expect(await spoken("Revenue by month").textContent()).toBe("Jan, 2026: $212,000.00");
    await page.keyboard.press("End");
    await page.keyboard.press("ArrowDown");
    expect(await spoken("Revenue by month").textContent()).toBe("Dec, 2025: $318,000.00");
    await page.keyboard.press("Escape");
    expect(await page.locator(".berth-tip").count()).toBe(0);
  });

  it("a bar is picked by key and by pointer", async () => {
    await plot("Orders by region").focus();
    for (const key of ["ArrowRight", "ArrowRight", "ArrowDown", "Enter"])
      await page.keyboard.press(key);
    await expectLog('select {"index":1,"series":"Store"}');
    const box = await plot("Orders by region").boundingBox();
    if (box === null) throw new Error("The chart has no box.");
    await page.mouse.move(box.x + box.width - 40, box.y + 200);
    await page.locator(".berth-tip").getByText("Central").waitFor();
    await page.mouse.down();
    await page.mouse.up();
    await expectLog('select {"index":4,"series":"Online"}');
  });

  it("leave gaps, bound their size, and give the figures as a table", async () => {
    const lines = page.locator("figure", { has: plot("Revenue by month") }).locator(".berth-line");
    expect((await lines.first().getAttribute("d"))?.match(/M/g)).toHaveLength(2);
    const readings = page.locator("figure", { has: plot("Temperature, 9,000 readings") });
    const path = (await readings.locator(".berth-line").getAttribute("d")) ?? "";
    expect(path.split("L").length).toBeLessThan(2_000);
    expect(await readings.getByRole("row").count()).toBe(102);
    await readings.getByText("and 8,900 more").waitFor({ state: "attached" });
    await page.getByText("No data").waitFor();
  });

  it("take the width that they are given", async () => {
    const svg = page.locator(".berth-chart-svg").first();
    await page.setViewportSize({ width: 390, height: 900 });
    await page.waitForFunction(() => {
      const drawing = document.querySelector<SVGSVGElement>(".berth-chart-svg");
      const width = drawing?.getBoundingClientRect().width ?? 0;
      return width < 340 && drawing?.viewBox.baseVal.width === Math.round(width);
    });
    expect(await svg.isVisible()).toBe(true);
  });
});

describe("Modal", () => {
  beforeEach(() => visit("?part=dialog", 1280));

  it("takes focus, closes when the app says so, and gives focus back", async () => {
    const opener = page.getByRole("button", { name: "Open dialog" });
    await opener.click();
    const dialog = page.getByRole("dialog", { name: "Order SO-1041" });
    await dialog.waitFor();
    const reason = dialog.getByRole("textbox", { name: "Reason" });
    expect(await reason.evaluate((input) => input === document.activeElement)).toBe(true);
    await page.keyboard.press("Escape");
    await expectLog('close "dialog"');
    await dialog.waitFor({ state: "hidden" });
    expect(await opener.evaluate((button) => button === document.activeElement)).toBe(true);
    expect(await log().allTextContents()).toEqual(['close "dialog"']);
  });

  it("locks the page's scroll and says whose it is", async () => {
    await page.getByRole("button", { name: "Open dialog" }).click();
    await page.getByRole("dialog").getByText("Gallery").waitFor();
    const overflow = await page.evaluate(() => getComputedStyle(document.documentElement).overflow);
    expect(overflow).toBe("hidden");
  });

  it("stays open against one request, and cannot hold the reader against three", async () => {
    await page.getByRole("button", { name: "Open stubborn" }).click();
    const dialog = page.getByRole("dialog", { name: "Stays open" });
    await dialog.waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    expect(await dialog.isVisible()).toBe(true);
    await dialog.getByRole("button", { name: "Close" }).click();
    await dialog.waitFor({ state: "hidden" });
    expect(await lastLog()).toBe('close "stubborn"');
    expect(await log().count()).toBe(3);
  });
});
