/** The audit page: found by its filters, an entry proven in the browser, an export that verifies. */
import { readFile } from "node:fs/promises";
import { verifyExport } from "@berth/audit";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createTestFolder, type TestFolder } from "../support/test-folder.ts";
import { createGreeterApp } from "./console/greeter-app.ts";
import { type OpenedConsole, openConsole } from "./console/open-console.ts";

let berth: OpenedConsole;
let folder: TestFolder;

beforeAll(async () => {
  folder = await createTestFolder();
  berth = await openConsole({ berth: { audit: { anchorFolder: folder.path } } });
  await berth.started.publisher.publish(await createGreeterApp());
});
afterAll(async () => {
  await berth?.[Symbol.asyncDispose]();
  await folder?.release();
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

it("shows the operator where checkpoints are kept, and how far", async () => {
  const { browser, createLink, started } = berth;
  const { id } = await started.berth.identity.createPerson({
    ...{ name: "Olga", email: "olga@audit.example", operatorRole: "auditor" },
  });
  const context = await browser.newContext({ locale: "en-US" });
  const page = await context.newPage();
  await page.goto(await createLink(id));
  await page.getByRole("button", { name: "Not now" }).click();
  // An export is of a checkpoint, which goes to the folder.
  const exported = await page.request.get(new URL("/api/v1/audit/export", berth.origin).href);
  expect(exported.ok()).toBe(true);
  await page.getByRole("link", { name: "Audit" }).click();
  const anchors = page.getByRole("region", { name: "Kept elsewhere" });
  await anchors.getByText("Kept", { exact: true }).waitFor();
  await anchors.getByText(folder.path).waitFor();
  const picture = process.env.BERTH_TEST_PICTURES;
  if (picture !== undefined) await page.screenshot({ path: `${picture}/audit-anchors.png` });
  await context.close();
});
