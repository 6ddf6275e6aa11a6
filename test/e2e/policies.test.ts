/** An admin writes a policy, mends it, tries it, puts it in force, takes it back, and asks why. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createAxe } from "../support/create-axe.ts";
import { createGreeterApp } from "./console/greeter-app.ts";
import { type OpenedConsole, openConsole, type SignedIn } from "./console/open-console.ts";

const folder = process.env.BERTH_TEST_PICTURES;
const rule = `@id("quiet")
@reason("No greetings on this host")
forbid (principal, action == Action::"api:read", resource in App::"test/greeter");`;

let berth: OpenedConsole;
let visitor: SignedIn;
let installation = "";

beforeAll(async () => {
  berth = await openConsole();
  const app = await berth.started.publisher.publish(await createGreeterApp());
  installation = await berth.started.install(app, {
    config: { greeting: "Hello" },
    secrets: { NAMES_TOKEN: "secret-7f" },
  });
  visitor = await berth.signIn({ viewport: { width: 1280, height: 900 }, reducedMotion: "reduce" });
});
afterAll(async () => {
  await visitor?.context.close();
  await berth?.[Symbol.asyncDispose]();
});

/** Asks the app as a member's view would. */
const callApp = async () => (await berth.started.callFunction(installation, "/api/greet")).status;

async function findBarriers(): Promise<readonly string[]> {
  const axe = await createAxe(visitor.page);
  const { violations } = await axe.analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(" ")}`);
}

async function picture(name: string): Promise<void> {
  if (folder === undefined) return;
  const { page } = visitor;
  for (const width of [1280, 390]) {
    await page.setViewportSize({ width, height: 900 });
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.screenshot({
        path: join(folder, `policies-${name}-${width}-${colorScheme}.png`),
        fullPage: true,
      });
    }
  }
  await page.setViewportSize({ width: 1280, height: 900 });
}

describe("the page of policies", () => {
  it("shows what is wrong at its place, tries, publishes, explains and takes back", async () => {
    const { page, complaints } = visitor;
    expect(await callApp()).toBe(200);
    expect(await callApp()).toBe(200);
    await page.getByRole("link", { name: "Policies" }).click();
    await page.getByRole("heading", { level: 1, name: "Policies" }).waitFor();
    await page.getByText("Nothing has been published yet.").waitFor();

    const text = page.getByRole("textbox", { name: "Policies" });
    await page.getByRole("button", { name: "Start from an example" }).click();
    await page.getByRole("button", { name: "Validate" }).click();
    await page.getByText("1 policy, no error.").waitFor();
    await text.fill(`\n${rule.replace("forbid", "permit")}`);
    await page.getByRole("button", { name: "Validate" }).click();
    await page.getByText("Policies can only forbid: what").waitFor();
    await page.getByRole("button", { name: "Line 4, column 1" }).click();
    expect(await text.evaluate((area: HTMLTextAreaElement) => area.selectionStart)).toBe(
      rule.indexOf("forbid") + 1,
    );
    await picture("problem");
    await text.fill(rule);
    await page.getByRole("button", { name: "Validate" }).click();
    await page.getByText("1 policy, no error.").waitFor();

    await page.getByRole("button", { name: "Try", exact: true }).click();
    await page.getByText("It would have denied 2 calls.").waitFor();
    await page.getByText("Denied by quiet").waitFor();
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await findBarriers()).toEqual([]);
    await picture("tried");
    await page.setViewportSize({ width: 1280, height: 900 });

    await page.getByRole("button", { name: "Publish…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("list", { name: "Difference" }).getByText('@id("quiet")').waitFor();
    expect(await callApp()).toBe(200);
    await dialog.getByRole("button", { name: "Publish" }).click();
    await page.getByText("In force: version 1").waitFor();
    expect(await callApp()).toBe(403);

    await page.getByRole("textbox", { name: "Resource" }).fill("/api/greet");
    await page.getByRole("button", { name: "Explain" }).click();
    await page.getByText("quiet: forbids (No greetings on this host)").waitFor();
    await picture("explained");
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await findBarriers()).toEqual([]);
    await page.setViewportSize({ width: 1280, height: 900 });

    await text.fill(rule.replace("api:read", "api:write"));
    await page.getByRole("button", { name: "Publish…" }).click();
    await dialog.getByRole("button", { name: "Publish" }).click();
    await page.getByText("In force: version 2").waitFor();
    expect(await callApp()).toBe(200);
    await page.getByRole("button", { name: "Restore version 1" }).click();
    await dialog.getByRole("button", { name: "Restore" }).click();
    await page.getByText("In force: version 3").waitFor();
    expect(await callApp()).toBe(403);
    await page.getByText("Version 1 again").waitFor();

    expect(complaints).toEqual([]);
  });

  it("is the host's own for an operator, beneath every organization's", async () => {
    const { identity } = berth.started.berth;
    const operator = await identity.createPerson({
      ...{ name: "Olga", email: "olga@example.com", operatorRole: "admin" },
    });
    const context = await berth.browser.newContext({ locale: "en-US" });
    const page = await context.newPage();
    await page.goto(await berth.createLink(operator.id));
    await page.getByRole("button", { name: "Not now" }).click();
    await page.getByRole("link", { name: "Policies" }).click();
    await page.getByRole("textbox", { name: "Policies" }).fill(rule.replace("quiet", "host-rule"));
    await page.getByRole("button", { name: "Publish…" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Publish" }).click();
    await page.getByText("In force: version 1").waitFor();
    const denied = await berth.started.callFunction(installation, "/api/greet");
    expect(denied.status).toBe(403);
    expect(denied.text).toContain("The operator's policy host-rule");
    await context.close();
  });
});
