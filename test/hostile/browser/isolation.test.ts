/** The isolation rows in Chromium; firefox.test.ts runs the same ones. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe } from "vitest";
import { describeHtmlIsolation } from "./isolation/html-rows.ts";
import type { IsolationStage } from "./isolation/isolation-stage.ts";
import { describeStrictIsolation } from "./isolation/strict-rows.ts";
import { playwrightDriver } from "./stage/driver.ts";
import { openStage, type Stage } from "./stage/stage.ts";

let stage: Stage;
let page: Page;

beforeAll(async () => {
  stage = await openStage();
  await stage.serveHtmlPage();
  page = await stage.browser.newPage();
});
afterAll(() => stage[Symbol.asyncDispose]());

const opened = (): IsolationStage => ({
  engine: "Chromium",
  host: stage,
  page: playwrightDriver(page),
});

describe("strict views in Chromium", () => describeStrictIsolation(opened));
describe("apps of their own HTML in Chromium", () => describeHtmlIsolation(opened));
