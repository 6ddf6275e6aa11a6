import type { ServerResponse } from "node:http";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type {} from "./stage/host-page.ts";
import { openStage, type Stage } from "./stage/stage.ts";

declare global {
  /** In the page: what was asked, and what the person says. */
  var asked: string[];
  var answer: "granted" | "denied";
}

const optional = {
  type: "api" as const,
  resource: "/api/extra",
  actions: ["read" as const],
  optional: true,
  reason: "Shows what is extra.",
};

let stage: Stage;
let page: Page;
let code: string;

beforeAll(async () => {
  stage = await openStage();
  page = await stage.openPage();
  code = await stage.viewCode("asks.js");
});
afterAll(() => stage[Symbol.asyncDispose]());

beforeEach(async () => {
  await stage.load(page);
  await page.evaluate(() => {
    globalThis.asked = [];
    globalThis.answer = "denied";
    globalThis.stage.configure({
      permissions: {
        askPermission: async ({ permission, app }) => {
          globalThis.asked.push(`${app.name}: ${permission.reason}`);
          return globalThis.answer;
        },
      },
    });
  });
  const options = { code, apiOrigin: stage.apiOrigin, manifest: { permissions: [optional] } };
  expect(await page.evaluate((given) => globalThis.stage.run(given), options)).toBeUndefined();
});

const press = (name: string) => page.evaluate((text) => globalThis.stage.press(text), name);
const shows = (text: string) =>
  page.waitForFunction(
    (wanted) => globalThis.stage.texts().some((each) => each.startsWith(wanted)),
    text,
  );
const isModalOpen = () =>
  page.evaluate(() => globalThis.stage.elements("Modal").some((props) => props.isOpen === true));

describe("a view that asks for permissions", () => {
  it("has what it asked for at once, and loses it at once with the call under way", async () => {
    const held = Promise.withResolvers<ServerResponse>();
    stage.server.onFunction((_request, response) => held.resolve(response));
    await press("Fetch");
    await shows("PERMISSION_DENIED: The app has no grant");
    await page.evaluate(() => {
      globalThis.answer = "granted";
    });
    await press("Ask");
    await shows("granted");
    expect(await page.evaluate(() => globalThis.asked)).toEqual(["Specimen: Shows what is extra."]);
    await press("Fetch");
    await held.promise;
    await page.evaluate(() => globalThis.stage.revoke("asked:0"));
    await shows("PERMISSION_DENIED: The grant asked:0 was taken back");
    await press("Ask");
    await shows("denied");
    expect(await page.evaluate(() => globalThis.asked)).toHaveLength(1);
  });

  it("gets no prompt for another permission or by a forged id, and one however often it asks", async () => {
    await press("Ask for all");
    await shows("PERMISSION_DENIED");
    await press("Forge");
    await shows("REQUEST_INVALID");
    expect(await page.evaluate(() => globalThis.asked)).toEqual([]);
    await press("Pester");
    await shows("pestered: denied");
    expect(await page.evaluate(() => globalThis.asked)).toHaveLength(1);
    expect(await page.evaluate(() => globalThis.stage.state())).toBe("running");
  });
});

describe("what a view does to the page", () => {
  it("moves among its routes and covers it with a dialog until that is taken back", async () => {
    await press("Go");
    await shows("went");
    await page.evaluate(() => globalThis.stage.revoke("basic:navigate"));
    await press("Go");
    await shows("PERMISSION_DENIED: The app has no grant for ui navigate");
    const went = await page.evaluate(() =>
      globalThis.stage.seen.filter(({ kind }) => kind === "navigate"),
    );
    expect(went).toHaveLength(1);
    await press("Open");
    await page.waitForFunction(() =>
      globalThis.stage.elements("Modal").some((props) => props.isOpen === true),
    );
    await page.evaluate(() => globalThis.stage.revoke("basic:modal"));
    expect(await isModalOpen()).toBe(false);
    await shows("told to close");
    await press("Open");
    await page.waitForFunction(() => {
      const last = globalThis.stage.attempts().at(-1);
      return last?.request.resource === "modal" && !last.decision.isAllowed;
    });
    expect(await isModalOpen()).toBe(false);
  });
});
