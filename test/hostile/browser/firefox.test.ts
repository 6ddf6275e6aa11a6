/**
 * The isolation rows in Firefox, as isolation.test.ts runs them in Chromium.
 *
 * WebDriver's client keeps all of Firefox's web content in one process, so what a process of one's
 * own holds is not shown here.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeHtmlIsolation } from "./isolation/html-rows.ts";
import type { IsolationStage } from "./isolation/isolation-stage.ts";
import { describeStrictIsolation } from "./isolation/strict-rows.ts";
import { puppeteerDriver } from "./stage/driver.ts";
import { type Firefox, openFirefox } from "./stage/firefox.ts";
import { openStageHost, type StageHost } from "./stage/host.ts";

let firefox: Firefox;
let host: StageHost;

beforeAll(async () => {
  [firefox, host] = await Promise.all([openFirefox(), openStageHost()]);
  await host.serveHtmlPage();
});
afterAll(async () => {
  await firefox[Symbol.asyncDispose]();
  await host[Symbol.asyncDispose]();
});

const opened = (): IsolationStage => ({
  engine: "Firefox",
  host,
  page: puppeteerDriver(firefox.page),
});

it("is a real Firefox", () => {
  expect(firefox.version).toMatch(/^firefox\/\d+/i);
});

describe("strict views in Firefox", () => describeStrictIsolation(opened));
describe("apps of their own HTML in Firefox", () => describeHtmlIsolation(opened));
