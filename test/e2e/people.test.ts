/** People, roles and invitations in the console: by an owner, by who is invited, by an operator. */
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type OpenedConsole, openConsole, type SignedIn } from "./console/open-console.ts";
import { keepPicture } from "./mcp-apps/pictures.ts";

let berth: OpenedConsole;
let owner: SignedIn;

beforeAll(async () => {
  berth = await openConsole();
  owner = await berth.signIn({ viewport: { width: 1280, height: 800 }, reducedMotion: "reduce" });
});
afterAll(async () => {
  await berth?.[Symbol.asyncDispose]();
});

const widths = [1280, 390] as const;
const schemes = ["light", "dark"] as const;

/** All rules are tried in the first scheme; the second differs by its colours only, which all pages share. */
async function findBarriers(page: Page, scheme: (typeof schemes)[number]): Promise<string[]> {
  const axe = new AxeBuilder({ page }).options({ resultTypes: ["violations"] }).setLegacyMode(true);
  if (scheme !== schemes[0]) axe.withRules("color-contrast");
  const { violations } = await axe.analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(" ")}`);
}

/** Nothing shuts anybody out, in both schemes, wide and narrow; and a picture of each. */
async function expectAccess(page: Page, name: string): Promise<void> {
  for (const width of widths) {
    await page.setViewportSize({ width, height: 800 });
    for (const colorScheme of schemes) {
      const where = `${name} ${colorScheme} at ${width} px`;
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.waitForFunction(
        (wanted) => document.documentElement.dataset.mantineColorScheme === wanted,
        colorScheme,
      );
      const isTried = width === widths[0] && (colorScheme === schemes[0] || name === "members");
      if (isTried) expect(await findBarriers(page, colorScheme), where).toEqual([]);
      await expect
        .poll(
          () =>
            page.evaluate(
              () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
            ),
          { message: `too wide, ${where}`, timeout: 10_000 },
        )
        .toBeLessThanOrEqual(0);
      await keepPicture(page, `people-${name}-${colorScheme}-${width}`);
    }
  }
  await page.setViewportSize({ width: 1280, height: 800 });
}

it("an owner makes a role and invites; who comes may do what the role says, and at once no more", async () => {
  const { page, complaints } = owner;
  await page.getByRole("link", { name: "Members", exact: true }).click();
  await page.getByRole("heading", { level: 1, name: "Members" }).waitFor();
  await page.getByText("Nobody is invited.").waitFor();
  await page.getByRole("link", { name: "Roles" }).click();
  await page.getByRole("button", { name: "New role" }).click();
  await page.getByRole("dialog").getByRole("textbox", { name: "Name" }).fill("Front desk");
  await page.getByLabel("See installed apps", { exact: false }).check();
  await page.getByLabel("Invite people", { exact: false }).check();
  await page.getByRole("button", { name: "Save role" }).click();
  await page.getByText("Front desk").first().waitFor();
  await expectAccess(page, "roles");

  await page.getByRole("link", { name: "Members", exact: true }).first().click();
  await page.getByRole("button", { name: "Invite" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("E-mail address").fill("Grace@acme.example");
  await dialog.getByRole("combobox", { name: "Role" }).click();
  await page.getByRole("option", { name: "Front desk" }).click();
  await dialog.getByRole("button", { name: "Make the link" }).click();
  const link = await dialog.getByText("/invitation#token=").textContent();
  await dialog.getByRole("button", { name: "I have kept it" }).click();
  await page.getByText("grace@acme.example").waitFor();
  await expectAccess(page, "members");

  const context = await berth.browser.newContext({ locale: "en-US" });
  const guest = await context.newPage();
  await guest.goto(link ?? "");
  await guest.getByRole("heading", { level: 1, name: "Join acme" }).waitFor();
  expect(guest.url()).toBe(`${berth.origin}/invitation`);
  await expectAccess(guest, "invitation");
  await guest.getByLabel("Name", { exact: true }).fill("Grace");
  await guest.getByLabel("New password").fill("four plain words here");
  await guest.getByRole("button", { name: "Accept" }).click();
  await guest.getByRole("heading", { level: 1, name: "Marketplace" }).waitFor();
  const nav = guest.getByRole("navigation", { name: "Main" });
  await nav.getByRole("link", { name: "Installed" }).waitFor();
  // Nothing is offered that the role does not give.
  expect(await nav.getByRole("link", { name: "Running" }).count()).toBe(0);
  expect(await nav.getByRole("link", { name: "Host" }).count()).toBe(0);
  await nav.getByRole("link", { name: "Members" }).click();
  await guest.getByRole("button", { name: "Invite" }).waitFor();
  expect(await guest.getByRole("button", { name: "Remove ada" }).count()).toBe(0);

  await page.reload();
  await page.getByRole("combobox", { name: "Role of Grace" }).click();
  await page.getByRole("option", { name: "Member", exact: true }).click();
  await page.getByText("Grace has another role now.").waitFor();
  await guest.reload();
  await nav.getByRole("link", { name: "Running" }).waitFor();
  expect(await guest.getByRole("button", { name: "Invite" }).count()).toBe(0);

  await page.getByRole("button", { name: "Remove Grace" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await page.getByText("Grace was removed.").waitFor();
  await guest.reload();
  await nav.getByRole("link", { name: "Marketplace" }).waitFor();
  expect(await nav.getByRole("link", { name: "Members" }).count()).toBe(0);
  await context.close();
  expect(complaints).toEqual([]);
});

it("an operator makes an organization, whose owner accepts with the account that they have", async () => {
  const { identity } = berth.started.berth;
  const operator = await identity.createPerson({
    ...{ name: "Olga", email: "olga@berth.example", operatorRole: "admin" },
  });
  const context = await berth.browser.newContext({ locale: "en-US" });
  const page = await context.newPage();
  await page.goto(await berth.createLink(operator.id));
  await page.getByRole("button", { name: "Not now" }).click();
  await page.getByRole("link", { name: "Host" }).click();
  await page.getByRole("button", { name: "New organization" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name", { exact: true }).fill("Globex");
  await dialog.getByLabel("Short name").fill("globex");
  await dialog.getByLabel("Owner’s e-mail address").fill("olga@berth.example");
  await dialog.getByRole("button", { name: "New organization" }).click();
  await page.getByText("1 member").first().waitFor();
  await page.getByRole("searchbox", { name: "Name or e-mail address" }).fill("olga");
  await page.getByRole("button", { name: "Sign-in link for Olga" }).waitFor();
  await expectAccess(page, "host");
  await page.getByRole("link", { name: "Members" }).click();
  await page.getByText("The people of Globex.").waitFor();
  await context.close();
});
