/** An organization's administrator sets up single sign-on, and a colleague comes in by it: all in a real browser, by a real provider. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createAxe } from "../support/create-axe.ts";
import { startTestProvider, type TestProvider } from "../support/sign-on/provider.ts";
import { type OpenedConsole, openConsole } from "./console/open-console.ts";
import { keepPicture } from "./mcp-apps/pictures.ts";

const accounts = {
  grace: { name: "Grace Hopper", email: "grace@acme.example", email_verified: true },
};
const records = new Map<string, string[]>();
let berth: OpenedConsole;
let provider: TestProvider;

beforeAll(async () => {
  berth = await openConsole({
    berth: {
      egress: { allowPrivate: ["127.0.0.1"] },
      resolveTxt: async (name) => records.get(name) ?? [],
    },
  });
  provider = await startTestProvider({
    redirectUris: [`${berth.origin}/api/v1/single-sign-on/acme/callback`],
    accounts,
  });
});
afterAll(async () => {
  await provider?.[Symbol.asyncDispose]();
  await berth?.[Symbol.asyncDispose]();
});

/** Pictures in both schemes, wide and narrow. */
async function picture(page: Page, name: string): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: 900 });
      await keepPicture(page, `${name}-${colorScheme}-${width}`);
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 1280, height: 900 });
}

async function expectNoBarriers(page: Page): Promise<void> {
  const { violations } = await (await createAxe(page)).analyze();
  const barriers = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  expect(barriers.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
}

it("is set up by an administrator, and brings a colleague in", async () => {
  const admin = await berth.signIn({ viewport: { width: 1280, height: 900 } });
  const { page } = admin;
  await page.getByRole("link", { name: "Sign-in", exact: true }).click();
  await page.getByText("No single sign-on is set up").waitFor();
  expect(await page.getByLabel("Claim of roles").isVisible()).toBe(false);
  await page.getByLabel("Issuer").fill(provider.issuer);
  await page.getByLabel("Client id").fill(provider.clientId);
  await page.getByLabel("Client secret").fill(provider.clientSecret);
  await page.getByRole("button", { name: "Save" }).click();
  await page.getByText("Kept under the fingerprint").waitFor();

  await page.getByRole("button", { name: "Claim a domain" }).click();
  await page.getByRole("textbox", { name: "Domain" }).fill("acme.example");
  await page.getByRole("dialog").getByRole("button", { name: "Claim a domain" }).click();
  const row = page.getByRole("listitem").filter({ hasText: "acme.example" });
  await row.getByRole("button", { name: "Check acme.example" }).click();
  await row.getByRole("alert").waitFor();
  const [recordName = "", recordValue = ""] = await row.locator("code").allTextContents();
  records.set(recordName, [recordValue]);
  await picture(page, "sign-on-domain");
  await row.getByRole("button", { name: "Check acme.example" }).click();
  await row.getByText("Proven", { exact: true }).waitFor();

  await page.getByRole("button", { name: "New token" }).click();
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("Directory");
  await page.getByRole("dialog").getByRole("button", { name: "New token" }).click();
  await page.getByRole("dialog").getByText(/^bsc_/).waitFor();
  await page.getByRole("button", { name: "I have kept it" }).click();

  const context = await berth.browser.newContext({ locale: "en-US" });
  const visitor = await context.newPage();
  await visitor.goto(`${berth.origin}/settings`);
  await visitor.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
  await visitor.getByRole("button", { name: "Single sign-on" }).click();
  await visitor.getByText("Type your e-mail address first").waitFor();
  await visitor.getByLabel("E-mail address").fill("grace@acme.example");
  await visitor.getByRole("button", { name: "Single sign-on" }).click();
  await visitor.getByLabel("Login").fill("grace");
  await visitor.getByRole("button", { name: "Sign in" }).click();
  await visitor.getByRole("heading", { level: 1, name: "Settings" }).waitFor();
  await visitor.getByText("grace@acme.example").waitFor();
  // A member is not offered what they may not do.
  expect(await visitor.getByRole("link", { name: "Sign-in", exact: true }).count()).toBe(0);
  await visitor.getByRole("button", { name: "Account of" }).click();
  await visitor.getByRole("menuitem", { name: "Sign out" }).click();
  await visitor.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();

  // What comes back with no sign-in under way lands on words, without what the address said.
  await visitor.goto(
    `${berth.origin}/api/v1/single-sign-on/acme/callback?code=x&state=y&error=%3Cb%3Eevil`,
  );
  await visitor.getByText("The single sign-on did not succeed").waitFor();
  await picture(visitor, "sign-in-failed");
  await expectNoBarriers(visitor);
  await context.close();

  await page.getByRole("button", { name: "New group" }).click();
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("Board");
  await page.getByRole("dialog").getByRole("button", { name: "New group" }).click();
  await page.getByRole("button", { name: "Open Board" }).click();
  await page.getByLabel("E-mail address of a member").fill("grace@acme.example");
  await page.getByRole("button", { name: "Add a member" }).click();
  await page.getByRole("dialog").getByText("Grace Hopper").waitFor();
  await page.keyboard.press("Escape");
  await page.reload();
  await page.getByRole("button", { name: "Claims, roles and session" }).click();
  await picture(page, "sign-on");
  await expectNoBarriers(page);
  expect(admin.complaints.filter((line) => !line.includes("409"))).toEqual([]);
  await admin.context.close();
});
