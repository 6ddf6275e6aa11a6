/** Every page of the console, wide and narrow, light and dark: nothing clipped, nobody shut out. */
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createAxe } from "../support/create-axe.ts";
import { createGreeterApp } from "./console/greeter-app.ts";
import { type OpenedConsole, openConsole, type SignedIn } from "./console/open-console.ts";

let berth: OpenedConsole;
let installation = "";

beforeAll(async () => {
  berth = await openConsole();
  const app = await berth.started.publisher.publish(await createGreeterApp());
  installation = await berth.started.install(app, {
    config: { greeting: "Hello" },
    secrets: { NAMES_TOKEN: "secret-7f" },
  });
});
afterAll(async () => {
  await berth?.[Symbol.asyncDispose]();
});

const pages = [
  { path: () => "/", heading: "Marketplace" },
  { path: () => "/apps/test/greeter", heading: "Greeter" },
  { path: () => "/apps/test/greeter/install", heading: "Install Greeter" },
  { path: () => "/installed", heading: "Installed" },
  { path: () => `/installations/${installation}`, heading: "Greeter" },
  { path: () => `/installations/${installation}?part=permissions`, heading: "Greeter" },
  { path: () => `/installations/${installation}?part=logs`, heading: "Greeter" },
  { path: () => `/installations/${installation}?part=settings`, heading: "Greeter" },
  {
    path: () => `/run/${installation}`,
    heading: "Greeter",
    text: "Not asked yet",
    press: { name: "Inspect", shows: "What happened" },
  },
  { path: () => "/publisher", heading: "Publisher" },
  { path: () => "/policies", heading: "Policies" },
  { path: () => "/posture", heading: "Posture" },
  { path: () => "/audit", heading: "Audit", text: "installation.install.activate.done" },
  { path: () => "/sign-on", heading: "Sign-in" },
  { path: () => "/gallery", heading: "Gallery" },
  { path: () => "/settings", heading: "Settings" },
  { path: () => "/security", heading: "Security" },
  { path: () => "/no/such/page", heading: "There is no such page" },
];
const schemes = ["light", "dark"] as const;
/** A page is loaded in the first, as on a phone, and then the window is made wide. */
const viewports = [
  { width: 390, height: 844 },
  { width: 1280, height: 800 },
] as const;

/**
 * What axe finds that would shut somebody out; in words. All its rules are tried in the first scheme;
 * in the second the page differs by its colours only.
 */
async function findBarriers(page: Page, scheme: (typeof schemes)[number]): Promise<string[]> {
  // The app's own frame is reached only in the slower mode, which opens a page for each analysis.
  const isAlone = page.frames().length === 1;
  const axe = isAlone ? await createAxe(page) : new AxeBuilder({ page });
  axe.options({ resultTypes: ["violations"] });
  if (scheme !== schemes[0]) axe.withRules("color-contrast");
  const { violations } = await axe.analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(" ")}`);
}

async function expectFits(page: Page, where: string): Promise<void> {
  // What measures itself is drawn anew a frame after the window changed.
  await expect
    .poll(
      () =>
        page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        ),
      { message: `too wide, ${where}`, timeout: 10_000 },
    )
    .toBeLessThanOrEqual(0);
}

async function expectAccess(
  page: Page,
  width: number,
  scheme: (typeof schemes)[number],
): Promise<void> {
  const where = `${scheme} at ${width} px`;
  await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
  await page.waitForFunction(
    (wanted) => document.documentElement.dataset.mantineColorScheme === wanted,
    scheme,
  );
  await expectFits(page, where);
  expect(await findBarriers(page, scheme), where).toEqual([]);
}

describe("every page", () => {
  let visitor: SignedIn;
  beforeAll(async () => {
    visitor = await berth.signIn({ viewport: viewports[0], reducedMotion: "reduce" });
  });
  afterAll(async () => {
    await visitor?.context.close();
  });

  it.each(pages)(
    "$heading has no serious barrier and fits",
    async ({ path, heading, press, text }) => {
      const { page } = visitor;
      for (const viewport of viewports) {
        await page.setViewportSize(viewport);
        if (viewport === viewports[0]) await page.goto(berth.origin + path());
        await page.getByRole("heading", { level: 1, name: heading, exact: true }).first().waitFor();
        if (text !== undefined) await page.getByText(text).waitFor();
        if (press !== undefined && viewport === viewports[0])
          await page.getByRole("button", { name: press.name, exact: true }).click();
        if (press !== undefined) await page.getByText(press.shows).waitFor();
        await page.waitForFunction(() => document.querySelector('[aria-label="Loading"]') === null);
        // What is on a page is the same in both widths; the menu, which is not, is on the first.
        const isWhole = viewport === viewports[0] || path === pages[0]?.path;
        if (!isWhole) await expectFits(page, `at ${viewport.width} px`);
        else for (const scheme of schemes) await expectAccess(page, viewport.width, scheme);
      }
      expect(await page.title()).toBe(`${heading} · Berth`);
    },
  );
});

describe("the console", () => {
  it("speaks Brazilian Portuguese to a browser that does, and English on demand", async () => {
    const context = await berth.browser.newContext({ locale: "pt-BR" });
    const page = await context.newPage();
    await page.goto(`${berth.origin}/`);
    await page.getByRole("heading", { level: 1, name: "Entrar" }).waitFor();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe("pt-BR");
    await page.getByText("English", { exact: true }).click();
    await page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
    await context.close();
  });

  it("is reached by keyboard: the first stop skips to the content", async () => {
    const { page, context } = await berth.signIn();
    await page.reload();
    await page.getByRole("heading", { level: 1, name: "Marketplace" }).waitFor();
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Skip to content");
    await page.keyboard.press("Enter");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("main");
    await context.close();
  });

  it("says when there is no network", async () => {
    const { page, context } = await berth.signIn();
    await context.setOffline(true);
    await page.getByText("No network.").waitFor();
    await context.setOffline(false);
    await page.getByText("No network.").waitFor({ state: "detached" });
    await context.close();
  });
});
