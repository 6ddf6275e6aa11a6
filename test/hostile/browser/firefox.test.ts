/**
 * The isolation rows in Firefox, as isolation.test.ts runs them in Chromium.
 *
 * WebDriver's client keeps all of Firefox's web content in one process, so what a process of one's
 * own holds is not shown here.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { describeHtmlIsolation } from "./isolation/html-rows.ts";
import { type IsolationStage, loadHtmlStage } from "./isolation/isolation-stage.ts";
import { describeStrictIsolation } from "./isolation/strict-rows.ts";
import { puppeteerDriver } from "./stage/driver.ts";
import { type Firefox, openFirefox } from "./stage/firefox.ts";
import { openStageHost, type StageHost } from "./stage/host.ts";
import { openStunServer } from "./stage/stun-server.ts";

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

/**
 * The one difference that lets something out. Chromium is held by `Connection-Allowlist`
 * (html-app.test.ts), which Firefox does not know: there an app's own document has no WebRTC, but a
 * frame that it makes has. A strict view has neither. See decision 7; once this fails, so does that.
 */
it("does not hold WebRTC from a frame that an app of its own HTML makes", async () => {
  await using stun = await openStunServer();
  await loadHtmlStage(opened());
  const connect = `
    const connection = new RTCPeerConnection({ iceServers: [{ urls: "${stun.url}" }] });
    connection.createDataChannel("x");
    connection.createOffer().then((offer) => connection.setLocalDescription(offer));`;
  const html = `<!doctype html><iframe srcdoc="<script>${connect.replaceAll('"', "&quot;")}</script>"></iframe>`;
  await opened().page.evaluate((given) => globalThis.html.run(given), {
    html,
    frameUrl: host.htmlFrameUrlOf("x"),
  });
  await expect.poll(() => stun.packets()).toBeGreaterThan(0);
});
