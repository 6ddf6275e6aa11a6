/** Signing in with a second factor and with a passkey, in a real browser with an authenticator of its own. */
import { createHmac } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createAxe } from "../support/create-axe.ts";
import { type OpenedConsole, openConsole } from "./console/open-console.ts";

const folder = fileURLToPath(new URL("../../test-results/e2e/security/", import.meta.url));
const password = "four plain words here";
const email = "ada@security.example";

let berth: OpenedConsole;
beforeAll(async () => {
  berth = await openConsole();
  await mkdir(folder, { recursive: true });
});
afterAll(async () => {
  await berth?.[Symbol.asyncDispose]();
});

/** What an authenticator app shows `steps` of 30 seconds from now (RFC 6238). */
function codeOf(secret: string, steps = 0): string {
  const bits = [...secret]
    .map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter))
    .map((value) => value.toString(2).padStart(5, "0"))
    .join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const hash = createHmac("sha1", key).update(counter).digest();
  const number = hash.readUInt32BE((hash.at(-1) ?? 0) & 15) & 0x7fff_ffff;
  return String(number % 1_000_000).padStart(6, "0");
}

/** Pictures wide and light, narrow and dark; what shuts somebody out is asked once. */
async function lookAt(page: Page, name: string): Promise<void> {
  const { violations } = await (await createAxe(page)).analyze();
  const barriers = violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
  expect(barriers, name).toEqual([]);
  if (process.env.CI === "true") return;
  for (const [scheme, width] of [
    ["dark", 390],
    ["light", 1280],
  ] as const) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    await page.waitForFunction(
      (wanted) => document.documentElement.dataset.mantineColorScheme === wanted,
      scheme,
    );
    await page.screenshot({ path: `${folder}${name}-${scheme}.png`, fullPage: true });
  }
}

async function signOut(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Account of" }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
}

async function addAuthenticator(page: Page) {
  const devices = await page.context().newCDPSession(page);
  await devices.send("WebAuthn.enable");
  const { authenticatorId } = await devices.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      ...{ protocol: "ctap2", transport: "internal", hasResidentKey: true },
      ...{ hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
    },
  });
  return { devices, authenticatorId };
}

it("sets up a second factor and a passkey, ends other sessions, and signs in by each", async () => {
  const { identity } = berth.started.berth;
  const person = await identity.createPerson({ name: "Ada", email, password });
  const context = await berth.browser.newContext({
    locale: "en-US",
    reducedMotion: "reduce",
  });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  const { devices, authenticatorId } = await addAuthenticator(page);

  // Elsewhere, and left open.
  const elsewhere = await berth.browser.newContext({ locale: "en-US" });
  const other = await elsewhere.newPage();
  await other.goto(await berth.createLink(person.id));
  await other.getByRole("button", { name: "Not now" }).click();

  await page.goto(await berth.createLink(person.id));
  await page.getByRole("button", { name: "Not now" }).click();
  await page.getByRole("button", { name: "Account of" }).click();
  await page.getByRole("menuitem", { name: "Security" }).click();
  await page.getByRole("heading", { level: 1, name: "Security" }).waitFor();

  await page.getByRole("button", { name: "Set up" }).click();
  await page.getByLabel("Current password").fill(password);
  await page.getByRole("button", { name: "Next" }).click();
  await page.getByRole("img", { name: "QR code with the secret below" }).waitFor();
  const secret = (await page.getByText(/^[A-Z2-7]{32}$/).textContent()) ?? "";
  await lookAt(page, "set-up");
  await page.getByLabel("Code", { exact: true }).fill(codeOf(secret));
  await page.getByRole("button", { name: "Turn on" }).click();
  const codes = page.getByRole("list", { name: "Backup codes" }).getByRole("listitem");
  await codes.nth(9).waitFor();
  const texts = await codes.allTextContents();
  expect(new Set(texts).size).toBe(10);
  for (const text of texts) expect(text).toMatch(/^[a-z2-7]{4}(-[a-z2-7]{4}){3}$/);
  await page.getByRole("button", { name: "I have kept them" }).click();
  await page.getByText("10 backup codes left").waitFor();

  await page.getByRole("button", { name: "Add passkey" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Laptop");
  await page.getByRole("button", { name: "Create" }).click();
  await page.getByText("on one device").waitFor();
  const { credentials } = await devices.send("WebAuthn.getCredentials", { authenticatorId });
  expect(credentials).toMatchObject([{ rpId: "localhost", isResidentCredential: true }]);
  await page.getByRole("button", { name: "Rename passkey Laptop" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Old laptop");
  await page.getByRole("dialog").getByRole("button", { name: "Rename" }).click();
  await page.getByText("Old laptop", { exact: true }).waitFor();
  await lookAt(page, "security");

  await page.getByRole("button", { name: "End all others" }).first().click();
  await page.getByText("1 session ends at once.").waitFor();
  await page.getByRole("dialog").getByRole("button", { name: "End all others" }).click();
  await page.getByText("Ended.").waitFor();
  await other.reload();
  await other.getByRole("heading", { level: 1, name: "Sign in" }).waitFor();
  await elsewhere.close();

  await signOut(page);
  await page.getByLabel("E-mail address").fill(email);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.getByRole("heading", { level: 1, name: "Second step" }).waitFor();
  await lookAt(page, "second-step");
  // The code that turned it on is used up, though its window is not over.
  await page.getByLabel("Code", { exact: true }).fill(codeOf(secret, -9));
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("This code does not work").waitFor();
  await page.getByLabel("Code", { exact: true }).fill(codeOf(secret, 1));
  await page.getByRole("button", { name: "Sign in" }).click();
  // Back where one signed out.
  await page.getByRole("heading", { level: 1, name: "Security" }).waitFor();

  await signOut(page);
  await page.goto(`${berth.origin}/sign-in?next=%2Fsecurity`);
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await page.getByRole("heading", { level: 1, name: "Security" }).waitFor();
  await page.getByRole("button", { name: "Remove passkey Old laptop" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await page.getByText("You have no passkeys.").waitFor();
  await signOut(page);
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await page.getByText("The passkey is refused").waitFor();
  await context.close();
}, 90_000);

it("who has a passkey alone asks an organization for a second factor, and proves it by that", async () => {
  const { identity, database } = berth.started.berth;
  const { id } = await identity.createPerson({ name: "Grace", email: "grace@security.example" });
  await identity.createOrganization({ slug: "guarded", name: "Guarded", ownerId: id });
  const context = await berth.browser.newContext({ locale: "en-US", reducedMotion: "reduce" });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  await addAuthenticator(page);
  await page.goto(await berth.createLink(id));
  await page.getByRole("button", { name: "Not now" }).click();
  await page.getByRole("link", { name: "Sign-in", exact: true }).click();
  const rule = page.getByRole("switch", { name: "Ask every member for a second factor" });
  // Whoever has none would shut themselves out, and is told so before.
  await page.getByText("this would shut you out yourself").waitFor();
  expect(await rule.isDisabled()).toBe(true);
  await page.getByRole("link", { name: "Set one up first." }).click();
  await page.getByRole("button", { name: "Add passkey" }).click();
  await page.getByLabel("Name", { exact: true }).fill("Phone");
  await page.getByRole("button", { name: "Create" }).click();
  await page.getByText("on one device").waitFor();

  await page.goto(`${berth.origin}/sign-on`);
  await page.getByText("An authenticator app or a passkey.", { exact: false }).waitFor();
  await rule.click();
  await page.getByRole("button", { name: "Ask for it" }).click();
  // Signed in by a link, which proves no factor; a password would be none either.
  await page.getByText("A second factor is asked for here, so prove yours.").waitFor();
  expect(await page.getByLabel("Current password").count()).toBe(0);
  await lookAt(page, "step-up-passkey");
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await page.getByText("A second factor is asked of every member.").waitFor();
  await expect.poll(() => rule.isChecked()).toBe(true);

  // Where the organization is closed until it is proven, that is done on the spot.
  const elsewhere = await berth.browser.newContext({ locale: "en-US" });
  elsewhere.setDefaultTimeout(15_000);
  const other = await elsewhere.newPage();
  await other.goto(await berth.createLink(id));
  await other.getByRole("button", { name: "Not now" }).click();
  await other.getByRole("button", { name: "Prove it now" }).waitFor();
  await elsewhere.close();

  // A session that lies open does not lift the rule: the proof has to be fresh.
  const provedAt = new Date(Date.now() - 16 * 60_000);
  await database.kysely
    .updateTable("session")
    .set({ provedAt, secondFactorAt: provedAt })
    .where("userId", "=", id)
    .execute();
  await rule.click();
  await page.getByRole("button", { name: "No longer ask" }).click();
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await page.getByText("A second factor is no longer asked for.").waitFor();
  await expect.poll(() => rule.isChecked()).toBe(false);
  await context.close();
}, 60_000);
