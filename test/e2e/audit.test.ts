/** The audit page: found by its filters, an entry proven in the browser, an export that verifies. */
import { readFile } from "node:fs/promises";
import { verifyExport } from "@berth/audit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createGreeterApp } from "./console/greeter-app.ts";
import { type OpenedConsole, openConsole } from "./console/open-console.ts";

let berth: OpenedConsole;

beforeAll(async () => {
  berth = await openConsole();
  await berth.started.publisher.publish(await createGreeterApp());
});
afterAll(async () => {
  await berth?.[Symbol.asyncDispose]();
});

it("shows who did what, proves an entry in the page, and exports what verifies", async () => {
  const { adminId, berth: server } = berth.started;
  await server.identity.createOrganization({ slug: "second", name: "Second", ownerId: adminId });
  const { page, context, complaints } = await berth.signIn();
  await page.getByRole("link", { name: "Audit" }).click();
  await page.getByRole("heading", { level: 1, name: "Audit" }).waitFor();
  await page.getByRole("button", { name: /organization\.create/ }).waitFor();

  await page.getByLabel("Action").fill("nothing.like-it");
  await page.getByRole("button", { name: "Find" }).click();
  await page.getByText("No entry fits").waitFor();
  expect(new URL(page.url()).searchParams.get("action")).toBe("nothing.like-it");
  await page.getByRole("button", { name: "Clear" }).click();

  await page.getByRole("button", { name: /organization\.create/ }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("Proven to be in the log").waitFor();
  expect(new URL(page.url()).searchParams.get("entry")).toMatch(/^\d+$/);
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });

  const downloading = page.waitForEvent("download");
  await page.getByRole("link", { name: "Export to verify" }).click();
  const text = await readFile(await (await downloading).path());
  async function* bytes() {
    yield text;
  }
  const report = await verifyExport(bytes(), { nowMs: Date.now() });
  expect(report).toMatchObject({ isIntact: true, lastTrustedSize: report.size });
  expect(complaints).toEqual([]);
  await context.close();
});
