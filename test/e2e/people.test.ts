/** People, roles, invitations and service principals in the console: by an owner, by who is invited, by an operator. */
import { createClient } from "@berth/client";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createAxe } from "../support/create-axe.ts";
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
  const axe = (await createAxe(page)).options({ resultTypes: ["violations"] });
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

it("an owner makes a service principal, which acts by its key until it is disabled", async () => {
  const { page, complaints } = owner;
  await page.getByRole("link", { name: "Members", exact: true }).first().click();
  await page.getByRole("link", { name: "Service principals" }).click();
  await page.getByRole("heading", { name: "There is none" }).waitFor();
  await page.getByRole("button", { name: "New service principal" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Name" }).fill("Build server");
  const make = dialog.getByRole("button", { name: "New service principal" });
  expect(await make.isDisabled()).toBe(true);
  await dialog.getByLabel("See the organization", { exact: false }).check();
  await make.click();
  await page.getByText("It has no key, so it can do nothing.").waitFor();

  await page.getByRole("button", { name: "New key for Build server" }).click();
  await dialog.getByRole("combobox", { name: "Ends after" }).click();
  await page.getByRole("option", { name: "30 days", exact: true }).click();
  await dialog.getByRole("button", { name: "New key" }).click();
  const secret = await dialog.getByText(/^berth_/).textContent();
  await dialog.getByRole("button", { name: "I have kept it" }).click();
  const robot = createClient({ baseUrl: berth.origin, apiKey: secret ?? "" });
  expect(await robot.call("getSession")).toMatchObject({
    ...{ kind: "service", person: { name: "Build server" } },
    organizations: [{ slug: "acme", permissions: ["organization.read"] }],
  });
  await page.reload();
  const keys = page.getByRole("list", { name: "Keys of Build server" });
  await keys.getByText(/^used /).waitFor();
  await expectAccess(page, "services");

  await page.getByRole("button", { name: "Disable Build server" }).click();
  await dialog.getByRole("button", { name: "Disable" }).click();
  await page.getByText("Disabled", { exact: true }).waitFor();
  const refused = { code: "AUTH_REQUIRED" };
  await expect(robot.call("getSession")).rejects.toMatchObject(refused);
  await page.getByRole("button", { name: "Enable Build server" }).click();
  await page.getByText("Build server is enabled.").waitFor();
  expect(await robot.call("getSession")).toMatchObject({ kind: "service" });
  await keys.getByRole("button", { name: "Revoke the key" }).click();
  await dialog.getByRole("button", { name: "Revoke" }).click();
  await page.getByText("It has no key, so it can do nothing.").waitFor();
  await expect(robot.call("getSession")).rejects.toMatchObject(refused);
  await page.getByRole("button", { name: "Delete Build server" }).click();
  await dialog.getByLabel("Type Build server to confirm").fill("Build server");
  await dialog.getByRole("button", { name: "Delete" }).click();
  await page.getByRole("heading", { name: "There is none" }).waitFor();

  // A publisher's are made by the same dialog, of what a publisher may do.
  await page.getByRole("link", { name: "Publisher" }).click();
  await page.getByRole("button", { name: "New service principal" }).click();
  await dialog.getByRole("textbox", { name: "Name" }).fill("CI");
  await dialog.getByLabel("Publish and withdraw releases", { exact: false }).check();
  await page.keyboard.press("Enter");
  await page.getByText("CI is made. It has no key yet.").waitFor();
  // The focus goes back to where the dialog was opened from.
  await page.waitForFunction(() => document.activeElement?.textContent === "New service principal");
  const { services } = await berth.started.admin.call("listPublisherServices", {
    params: { publisher: "test" },
  });
  expect(services).toMatchObject([{ name: "CI", permissions: ["releases.publish"] }]);
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
