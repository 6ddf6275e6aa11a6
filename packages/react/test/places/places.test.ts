/** Views in their places of a product's page, in a real Chromium: the address, the surroundings, a long table. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AppViewProps } from "../../src/view/AppView.tsx";
import { type HostPage, openHostPage } from "./host-page.ts";

let host: HostPage;
beforeAll(async () => {
  host = await openHostPage();
}, 60_000);
afterAll(() => host[Symbol.asyncDispose]());

const at = (instance: string, route: string) =>
  host.page.getByRole("heading", { name: `${instance} at ${route}`, exact: true }).waitFor();
const press = (label: string, instance = "main") =>
  host.page
    .getByRole("region", { name: instance, exact: true })
    .getByRole("button", { name: label })
    .click();
/** Path and query, without what this test's own page is opened by. */
const address = () =>
  host.page.evaluate(() => `${location.pathname}${location.search}`.replace(/[?&]show=[^&]*/, ""));
const steps = () => host.page.evaluate(() => history.length);

describe("a view placed as the page", () => {
  it("opens where a deep link leads", async () => {
    await host.page.addInitScript(() => {
      let timesDrawn = 0;
      new MutationObserver((records) => {
        for (const added of records.flatMap(({ addedNodes }) => [...addedNodes]))
          if (added instanceof Element && added.querySelector(".berth-table") !== null)
            timesDrawn += 1;
      }).observe(document, { childList: true, subtree: true });
      Object.assign(globalThis, { timesDrawn: () => timesDrawn });
    });
    await host.visit("/orders/9?tab=notes");
    await at("main", "/orders/9?tab=notes&show=main");
    // At its first picture already, and not only after it.
    await host.page.getByText("opened at /orders/9?tab=notes&show=main").waitFor();
    // What it has drawn while it started is not drawn again, and so keeps focus and scrolling.
    await host.page.locator('.berth-view[data-state="running"]').waitFor();
    expect(await host.page.evaluate("timesDrawn()")).toBe(1);
  });

  it("moves the address, and follows Back and Forward", async () => {
    await host.visit("");
    const before = await steps();
    await press("Order");
    await at("main", "/orders/7?tab=lines");
    await expect.poll(address).toBe("/apps/places/orders/7?tab=lines");
    await press("Replace");
    await at("main", "/replaced");
    await expect.poll(address).toBe("/apps/places/replaced");
    expect(await steps()).toBe(before + 1);
    await host.page.goBack();
    await at("main", "/?show=main");
    await host.page.goForward();
    await at("main", "/replaced");
  });

  it("cannot leave its prefix, nor bury the page that its reader came from", async () => {
    await host.visit("");
    const before = await steps();
    await press("Escape");
    await host.page.getByText("outcome Error: The view's call of navigate is refused").waitFor();
    expect(await address()).toBe("/apps/places");
    await press("Twice");
    await at("main", "/second");
    await expect.poll(address).toBe("/apps/places/second");
    expect(await steps()).toBe(before + 1);
    // Twenty in ten seconds, the two that were just made among them; one press is one step.
    await press("Flood");
    await host.page.getByText(/outcome 2\d of 40 refused/).waitFor();
    expect(await steps()).toBe(before + 2);
    await host.page.goBack();
    await at("main", "/second");
    await host.page.goBack();
    await at("main", "/?show=main");
  });
});

describe("several views on one page", () => {
  it("leave the address to the page in the foreground, and a panel never has it", async () => {
    await host.visit("", "main,other,side");
    await press("Order", "side");
    await at("side", "/orders/7?tab=lines");
    expect(await address()).toBe("/apps/places");
    await press("Order", "other");
    await at("other", "/orders/7?tab=lines");
    await expect.poll(address).toBe("/apps/places/orders/7?tab=lines");
    // In the background it moves by itself, and the address stays.
    await host.page.evaluate(() => {
      const { manager } = globalThis as unknown as {
        manager: { setForeground(instance: string): void };
      };
      manager.setForeground("other");
      const section = document.querySelector('section[aria-label="main"]');
      const buttons = [...(section?.querySelectorAll("button") ?? [])];
      buttons.find(({ textContent }) => textContent === "Replace")?.click();
    });
    await at("main", "/replaced");
    expect(await address()).toBe("/apps/places/orders/7?tab=lines");
    await at("side", "/orders/7?tab=lines");
  });
});

type Environment = Partial<AppViewProps>;
interface Page {
  setEnvironment(environment: Environment): void;
  readonly manager: { setContext(context: object): void };
}

const set = (environment: Environment) =>
  host.page.evaluate((given) => (globalThis as unknown as Page).setEnvironment(given), environment);
const told = (text: string) => host.page.getByText(`told ${text}`, { exact: true }).waitFor();
/** As the browser has computed them, and the second row's cells. */
const drawn = () =>
  host.page.evaluate(() => {
    const root = document.querySelector<HTMLElement>(".berth-root");
    const view = document.querySelector(".berth-view");
    const rows = [...document.querySelectorAll<HTMLTableRowElement>("tr[aria-rowindex]")];
    if (root === null || view === null) throw new Error("nothing is drawn");
    const style = getComputedStyle(root);
    return {
      background: style.backgroundColor,
      direction: getComputedStyle(view).direction,
      lang: root.lang,
      accent: style.getPropertyValue("--berth-accent"),
      rowPx: Math.round(rows[1]?.getBoundingClientRect().height ?? 0),
      amount: rows[1]?.cells[1]?.textContent,
      at: rows[1]?.cells[2]?.textContent,
    };
  });

describe("what a place is like", () => {
  it("changes while the view runs, for what the page draws and for what the app is told", async () => {
    await host.visit("");
    await told("light comfortable en ltr UTC ");
    const first = await drawn();
    expect(first).toMatchObject({ direction: "ltr", lang: "en", amount: "1,234.5", rowPx: 36 });

    await set({ theme: "dark" });
    await told("dark comfortable en ltr UTC ");
    expect((await drawn()).background).not.toBe(first.background);

    await set({ density: "compact" });
    await told("light compact en ltr UTC ");
    expect((await drawn()).rowPx).toBe(30);

    await set({ locale: "de" });
    await told("light comfortable de ltr UTC ");
    expect(await drawn()).toMatchObject({ amount: "1.234,5", lang: "de", rowPx: 36 });

    await set({ locale: "ar" });
    await told("light comfortable ar rtl UTC ");
    expect(await drawn()).toMatchObject({ direction: "rtl", lang: "ar" });

    await set({ direction: "rtl", timeZone: "Asia/Tokyo" });
    await told("light comfortable en rtl Asia/Tokyo ");
    const inTokyo = await drawn();
    expect(inTokyo.direction).toBe("rtl");
    expect([first.at, inTokyo.at]).toEqual([
      expect.stringContaining("12:00"),
      expect.stringContaining("9:00"),
    ]);

    await set({ tokens: { accent: "#bb2255" } });
    await told("light comfortable en ltr UTC #bb2255");
    expect((await drawn()).accent).toBe("#bb2255");
    await set({});
    await told("light comfortable en ltr UTC ");
    expect(await drawn()).toEqual(first);
  });

  it("follows what the manager says for all views, and the reader's system", async () => {
    await host.page.evaluate(() =>
      (globalThis as unknown as Page).manager.setContext({ locale: "pt-BR", theme: "dark" }),
    );
    await told("dark comfortable pt-BR ltr UTC ");
    expect(await drawn()).toMatchObject({ lang: "pt-BR", amount: "1.234,5" });
    await set({ theme: "auto" });
    await told("light comfortable pt-BR ltr UTC ");
    await host.page.emulateMedia({ colorScheme: "dark" });
    await told("dark comfortable pt-BR ltr UTC ");
    await host.page.emulateMedia({ colorScheme: null });
  });
});

describe("a view in a panel", () => {
  it("has so much room, and scrolls what is more", async () => {
    await host.visit("", "side");
    await host.page.addStyleTag({ content: ":root{--berth-panel-height:300px}" });
    const sizes = await host.page.locator(".berth-view").evaluate((view) => {
      view.scrollTop = 10_000;
      return { height: view.clientHeight, isScrolled: view.scrollTop > 0 };
    });
    expect(sizes).toEqual({ height: 300, isScrolled: true });
  });
});

describe("a table of ten thousand rows", () => {
  const area = () => host.page.getByRole("group", { name: "Rows" });
  const rows = () => host.page.locator("tbody tr[aria-rowindex]");
  const shownAt = (index: number) =>
    host.page.locator(`tbody tr[aria-rowindex="${index + 2}"] td`).first();

  it("holds those in sight, names each one's place, and keeps its columns", async () => {
    await host.visit("");
    await shownAt(0).waitFor();
    expect(await host.page.getByRole("table").getAttribute("aria-rowcount")).toBe("10001");
    expect(await rows().count()).toBeLessThan(100);
    const geometry = () =>
      area().evaluate((element) => ({
        height: element.scrollHeight,
        columns: [...element.querySelectorAll("th")].map((head) =>
          Math.round(head.getBoundingClientRect().width),
        ),
      }));
    const before = await geometry();
    for (const index of [5_000, 9_999, 7_777, 0]) {
      await area().evaluate((element, top) => {
        element.scrollTop = top;
      }, index * 36);
      expect(await shownAt(index).textContent()).toBe(
        index === 7_777 ? "The longest of all the names" : `Row ${index}`,
      );
      expect(await geometry()).toEqual(before);
      expect(await rows().count()).toBeLessThan(100);
    }
  });

  it("is gone through by keyboard, page by page and row by row", async () => {
    await area().focus();
    await host.page.keyboard.press("End");
    await shownAt(9_999).waitFor();
    await host.page.keyboard.press("Home");
    await expect.poll(() => area().evaluate(({ scrollTop }) => scrollTop)).toBe(0);
    await shownAt(0).getByRole("button").focus();
    for (let row = 0; row < 60; row++) await host.page.keyboard.press("Tab");
    await expect
      .poll(() => host.page.evaluate(() => document.activeElement?.textContent))
      .toBe("Row 60");
    // Scrolled away, the row with the focus stays, and the keyboard goes on from it.
    await area().evaluate((element) => {
      element.scrollTop = 200_000;
    });
    await shownAt(5_560).waitFor();
    await host.page.keyboard.press("Tab");
    expect(await host.page.evaluate(() => document.activeElement?.textContent)).toBe("Row 61");
  });

  it("begins at its first row when it is sorted", async () => {
    await host.page.getByRole("columnheader", { name: "Amount" }).getByRole("button").click();
    await host.page.getByRole("columnheader", { name: "Amount" }).getByRole("button").click();
    await expect.poll(() => shownAt(0).textContent()).toBe("Row 9999");
    expect(await area().evaluate(({ scrollTop }) => scrollTop)).toBe(0);
  });
});
