/** An admin takes back what a running app may do, and grants what it asked for: in the console. */
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createAxe } from "../support/create-axe.ts";
import type { TestAppFiles } from "../support/test-app.ts";
import { createGreeterApp } from "./console/greeter-app.ts";
import { type OpenedConsole, openConsole } from "./console/open-console.ts";

const pictures = fileURLToPath(new URL("../../test-results/e2e/grants/", import.meta.url));
const wide = { width: 1280, height: 800 };
const narrow = { width: 390, height: 844 };

let berth: OpenedConsole;
let installation = "";
let newer: TestAppFiles;

beforeAll(async () => {
  berth = await openConsole();
  const greeter = await createGreeterApp();
  const asked = greeter.manifest?.permissions ?? [];
  newer = {
    ...greeter,
    manifest: {
      ...greeter.manifest,
      version: "1.1.0",
      permissions: [
        { type: "api", resource: "/api/*", actions: ["read", "write"], reason: "To be thanked." },
        { type: "data", resource: "state/greetings", actions: ["read"] },
      ],
    },
  };
  const app = await berth.started.publisher.publish({
    ...greeter,
    manifest: {
      ...greeter.manifest,
      permissions: asked.map((permission) =>
        permission.optional
          ? {
              ...permission,
              conditions: {
                roles: ["owner", "admin"],
                time: { from: "08:00", until: "18:00", timeZone: "America/Sao_Paulo" },
                rate: { maxCalls: 100, windowMs: 3_600_000 },
              },
            }
          : permission,
      ),
    },
  });
  installation = await berth.started.install(app, {
    config: { greeting: "Hello" },
    secrets: { NAMES_TOKEN: "secret-7f" },
    refuses: ["names.example.com"],
  });
});
afterAll(async () => {
  await berth?.[Symbol.asyncDispose]();
});

async function keepPictures(page: Page, name: string): Promise<void> {
  if (process.env.CI === "true") return;
  await mkdir(pictures, { recursive: true });
  for (const scheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    for (const viewport of [wide, narrow]) {
      await page.setViewportSize(viewport);
      await page.screenshot({ path: `${pictures}${name}-${scheme}-${viewport.width}.png` });
    }
  }
  await page.setViewportSize(wide);
}

/** Nothing is cut off on a phone. */
async function expectFits(page: Page): Promise<void> {
  await page.setViewportSize(narrow);
  const beyond = () =>
    page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
  await expect.poll(beyond).toBeLessThanOrEqual(0);
  await page.setViewportSize(wide);
}

async function findBarriers(page: Page, within = "body"): Promise<readonly string[]> {
  const axe = await createAxe(page);
  const { violations } = await axe
    .include(within)
    .options({ resultTypes: ["violations"] })
    // A dialog's head is a header to axe; what lies behind the dialog is out of reach meanwhile.
    .disableRules("landmark-no-duplicate-banner")
    .analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}

it("shows grants, grants what was asked for with its conditions, and revokes from a running app", async () => {
  const { page } = await berth.signIn({ viewport: wide });
  const main = page.getByRole("navigation", { name: "Main" });
  await page.goto(`${berth.origin}/run/${installation}`);
  await page.getByRole("button", { name: "Ask" }).click();
  await page.getByText("Hello (1)").waitFor();

  // By the console's own links, so that the app runs on.
  await main.getByRole("link", { name: "Installed" }).click();
  await page.getByRole("link", { name: "Greeter" }).first().click();
  await page.getByRole("tab", { name: "Permissions" }).click();
  await page.getByText("Read through the app’s own function").waitFor();
  await page.getByText("Last used").waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await keepPictures(page, "permissions");

  await page.getByRole("button", { name: /^Grant: .*names\.example\.com/ }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("Only for the roles owner, admin").waitFor();
  await dialog.getByText("At most 100 times within 1 hr").waitFor();
  await dialog.getByLabel("Ends on").fill("2999-01-31");
  await dialog.getByLabel("Why").fill("They greet by name.");
  expect(await findBarriers(page, "[role=dialog]")).toEqual([]);
  await keepPictures(page, "grant");
  await dialog.getByRole("button", { name: "Grant" }).click();
  await page.getByText("“They greet by name.”").waitFor();
  await page.getByText("Asked for, not granted").waitFor({ state: "detached" });

  await page.getByRole("button", { name: /^Revoke: .*\/api\/\*/ }).click();
  const confirm = page.getByRole("dialog");
  expect(await confirm.getByRole("button", { name: "Revoke" }).isDisabled()).toBe(true);
  await confirm.getByLabel("Reason").fill("It greets too often.");
  await keepPictures(page, "revoke");
  await confirm.getByRole("button", { name: "Revoke" }).click();
  await page.getByText("The permission was revoked.").waitFor();
  await page.getByRole("button", { name: /^Grant: .*\/api\/\*/ }).waitFor();

  // The app runs still, and its next call is denied in the page.
  const requests: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  await main.getByRole("link", { name: "Running" }).click();
  await page.getByRole("navigation", { name: "Open apps" }).getByRole("link").click();
  await page.getByText("Hello (1)").waitFor();
  await page.getByRole("button", { name: "Ask" }).click();
  const logs = async () =>
    (
      await berth.started.admin.call("listLogs", {
        params: { organization: "acme", installation },
        query: {},
      })
    ).entries.map(({ message }) => message);
  await expect.poll(logs).toContainEqual(expect.stringContaining("no grant for api /api/greeting"));
  expect(requests.filter((url) => url.endsWith("/api/greeting"))).toEqual([]);
  expect(await page.getByText("Hello (1)").count()).toBe(1);
});

it("shows what was never used and what can be reached, and what a newer release asks for more and less", async () => {
  const { page, complaints } = await berth.signIn({ viewport: wide });
  const { kysely } = berth.started.berth.database;
  const grantedAt = new Date(Date.now() - 100 * 86_400_000);
  await kysely
    .updateTable("installation_grant")
    .set({ granted_at: grantedAt })
    .where("resource", "=", "names.example.com")
    .execute();
  await page.getByRole("link", { name: "Permissions", exact: true }).click();
  const unused = page.getByRole("region", { name: "Unused permissions" });
  await unused.getByText("names.example.com").waitFor();
  const reach = page.getByRole("region", { name: "What can this app reach?" });
  await reach.getByText("Under conditions: ", { exact: false }).waitFor();
  await reach.getByText("Sometimes").waitFor();
  const who = page.getByRole("region", { name: "Who can do this?" });
  await who.getByRole("combobox", { name: "Access" }).click();
  await page.getByRole("option", { name: "api:write" }).click();
  await who.getByLabel("Resource").fill("/api/greeting");
  await who.getByRole("button", { name: "Ask" }).click();
  await who.getByText("0 of 1 members may.").waitFor();
  await who.getByText("No permission covers it").first().waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await expectFits(page);
  await keepPictures(page, "unused");
  await unused.getByRole("button", { name: /^Revoke from Greeter: .*names/ }).click();
  await page.getByRole("dialog").getByLabel("Reason").fill("Nobody is greeted by name.");
  await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
  await unused.getByText("Every permission was used, or granted, within 90 days.").waitFor();

  await berth.started.publisher.publish(newer);
  await page.goto(`${berth.origin}/installations/${installation}`);
  await page.getByText("It asks for more, so it waits for your consent.").waitFor();
  await page.getByRole("link", { name: "See the difference" }).click();
  const difference = page.getByRole("region", { name: "Version 1.1.0 is out" });
  const more = difference.getByRole("list", { name: "It asks for more" });
  await more.getByText("Reaches further").waitFor();
  await more.getByText("Until now: Read through the app’s own function").waitFor();
  await more.getByText("state/greetings").waitFor();
  const less = difference.getByRole("list", { name: "It asks for less" });
  await less.getByText("No longer asked for").waitFor();
  expect(await less.getByRole("listitem").count()).toBe(1);
  await difference.getByText("Berth does not update in place yet.").waitFor();
  expect(await findBarriers(page)).toEqual([]);
  await expectFits(page);
  await keepPictures(page, "newer");
  expect(complaints).toEqual([]);
});
