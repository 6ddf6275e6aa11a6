import { readFile } from "node:fs/promises";
import type { Frame, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { HtmlRun } from "./stage/html-page.ts";
import { openStage, type Stage } from "./stage/stage.ts";
import { openStunServer } from "./stage/stun-server.ts";

let stage: Stage;
let page: Page;
let weather: string;

beforeAll(async () => {
  stage = await openStage();
  await stage.serveHtmlPage();
  weather = await readFile(new URL("./pages/mcp-app.html", import.meta.url), "utf8");
  page = await stage.browser.newPage();
});
afterAll(() => stage[Symbol.asyncDispose]());
beforeEach(async () => {
  stage.server.forget();
  await page.goto(`${stage.server.origin}/html`);
  await page.waitForFunction("globalThis.html !== undefined");
});

const run = (options: HtmlRun) => page.evaluate((given) => globalThis.html.run(given), options);
const state = () => page.evaluate(() => globalThis.html.state());
const app = () => page.frameLocator("iframe >> nth=0").frameLocator("iframe");
const text = (id: string) => app().locator(`#${id}`).textContent();
const logs = () => page.evaluate(() => globalThis.html.logs());
const toolGrant = {
  id: "t1",
  type: "tool" as const,
  resource: "get_weather",
  actions: ["execute" as const],
};

/** The frame that holds the app's own document. */
async function appFrame(): Promise<Frame> {
  const body = await app().locator("body").elementHandle();
  const frame = await body?.ownerFrame();
  if (!frame) throw new Error("no app is shown");
  return frame;
}

/** Lets the app ask the host something, and returns what it was answered. */
async function ask(method: string, params: unknown): Promise<string | null> {
  await (await appFrame()).evaluate(
    ([name, given]) => {
      const shown = document.getElementById("call");
      if (shown !== null) shown.textContent = "";
      dispatchEvent(new CustomEvent("ask", { detail: { method: name, params: given } }));
    },
    [method, params] as const,
  );
  await expect.poll(() => text("call")).not.toBe("");
  return text("call");
}

describe("an MCP App's own HTML", () => {
  it("starts, is told of its tool's call and calls one, sized and themed by the page", async () => {
    expect(await run({ html: weather, grants: [toolGrant] })).toBeUndefined();
    await expect.poll(() => text("place")).toBe("Porto");
    await page.evaluate(() => globalThis.html.result("18 degrees"));
    await expect.poll(() => text("answer")).toBe("18 degrees");
    await app().getByRole("button", { name: "Refresh" }).click();
    await expect.poll(() => text("call")).toBe("21 degrees");
    expect(await text("theme")).toMatch(/^light /);
    // Its links to its own headings stay in it, and it does not know where the page is.
    await (await appFrame()).evaluate(() => {
      const link = document.body.appendChild(document.createElement("a"));
      link.href = "#title";
      link.click();
    });
    expect(
      await (await appFrame()).evaluate(() => [location.href, document.baseURI, document.referrer]),
    ).toEqual(["about:srcdoc#title", "about:srcdoc", ""]);
    await page.evaluate(() => globalThis.html.setTheme("dark"));
    await expect.poll(() => text("theme")).toMatch(/^dark/);
    const height = () => page.evaluate(() => globalThis.html.height());
    await expect.poll(height).toBeLessThan(400);
    await (await appFrame()).evaluate(() => {
      document.body.style.blockSize = "3000px";
    });
    await expect.poll(height).toBe(600);
    expect(await page.locator("iframe").getAttribute("title")).toBe("Weather");
  });

  it("is refused without a grant, and again once it is revoked", async () => {
    await run({ html: weather });
    const call = () => ask("tools/call", { name: "get_weather", arguments: {} });
    expect(await call()).toBe("-32000 PERMISSION_DENIED");
    await page.evaluate((grant) => globalThis.html.grant(grant), toolGrant);
    expect(JSON.parse((await call()) ?? "")).toMatchObject({ structuredContent: { degrees: 21 } });
    await page.evaluate(() => globalThis.html.revoke("t1"));
    expect(await call()).toBe("-32000 PERMISSION_DENIED");
    expect(await page.evaluate(() => globalThis.html.usage()?.denials)).toBe(2);
  });

  it("has links opened by the page when they are https and granted", async () => {
    const grant = {
      id: "l1",
      type: "ui" as const,
      resource: "open-link",
      actions: ["show" as const],
    };
    await run({ html: weather, grants: [grant] });
    const open = (url: string) => ask("ui/open-link", { url });
    expect(await open("https://weather.example/map")).toBe("{}");
    for (const url of [
      "http://weather.example",
      "javascript:alert(1)",
      "https://me:secret@x.example",
    ])
      expect(await open(url), url).toBe("-32602 REQUEST_INVALID");
    await page.evaluate(() => globalThis.html.revoke("l1"));
    expect(await open("https://weather.example/map")).toBe("-32000 PERMISSION_DENIED");
    expect(await page.evaluate(() => globalThis.html.opened)).toEqual([
      "https://weather.example/map",
    ]);
  });

  it.each(["a srcdoc frame", "its own host"])(
    "reads a resource and reaches its granted domain on %s, until that is revoked",
    async (where) => {
      const domain = `allowed.localhost:${stage.server.port}`;
      stage.server.put("/figures", "application/json", '{"rain":3}');
      const frameUrl = `http://x.frames.localhost:${stage.server.port}/html?domain=${domain}`;
      await run({
        html: weather,
        ...(where === "its own host" ? { frameUrl } : {}),
        grants: [
          { id: "d1", type: "document", resource: "docs/*", actions: ["read"] },
          { id: "n1", type: "network", resource: domain, actions: ["connect"] },
        ],
      });
      expect(await ask("resources/read", { uri: "docs://guide/rain" })).toContain("Read me");
      expect(await ask("resources/read", { uri: "files://guide" })).toBe(
        "-32000 PERMISSION_DENIED",
      );
      expect(await ask("resources/read", { uri: "docs://../secret" })).toBe(
        "-32602 REQUEST_INVALID",
      );
      expect(await ask("sampling/createMessage", {})).toBe("-32601 undefined");
      const fetched = async (host: string) =>
        (await appFrame()).evaluate(
          (url) =>
            fetch(url).then(
              (answer) => answer.text(),
              () => "refused",
            ),
          `http://${host}/figures`,
        );
      expect(await fetched(domain)).toBe('{"rain":3}');
      expect(await fetched(`outside.localhost:${stage.server.port}`)).toBe("refused");
      await page.evaluate(() => globalThis.html.revoke("n1"));
      expect(await state()).toBe("failed");
      expect(await page.evaluate(() => globalThis.html.error())).toMatchObject({
        code: "PERMISSION_DENIED",
        message: expect.stringContaining(domain),
      });
      expect(await page.evaluate(() => globalThis.html.frames())).toBe(0);
    },
  );

  it("keeps its document when the page moves it, says goodbye when it is stopped, and starts again", async () => {
    await run({ html: weather, isUnseen: true });
    await expect.poll(() => text("place")).toBe("Porto");
    await (await appFrame()).evaluate(() => {
      document.title = "kept";
    });
    await page.evaluate(() => globalThis.html.show());
    await app().getByRole("button", { name: "Refresh" }).click();
    expect(await (await appFrame()).title()).toBe("kept");
    await page.evaluate(() => globalThis.html.act("pause"));
    expect(await page.evaluate(() => document.querySelector("iframe")?.inert)).toBe(true);
    await page.evaluate(() => globalThis.html.act("resume"));
    await page.evaluate(() => globalThis.html.act("stop"));
    expect(await logs()).toEqual(["bye"]);
    expect(await page.evaluate(() => globalThis.html.frames())).toBe(0);
    await page.evaluate(() => globalThis.html.act("start"));
    await expect.poll(() => text("place")).toBe("Porto");
    await page.evaluate(() => globalThis.html.act("unload"));
    expect(await page.evaluate(() => globalThis.html.frames())).toBe(0);
  });

  it("runs without a word of the protocol, and tells what it throws and which API it lacks", async () => {
    const html = `<h1>Plain</h1><script>
      setTimeout(() => { throw new Error(typeof Notification); }, 0);</script>`;
    const manifest = {
      security: { sandboxLevel: "moderate" as const, blockedAPIs: ["Notification"] },
    };
    expect(await run({ html, manifest })).toBeUndefined();
    expect(await app().locator("h1").textContent()).toBe("Plain");
    await page.waitForFunction(() => globalThis.html.seen.some(({ kind }) => kind === "error"));
    const errors = await page.evaluate(() =>
      globalThis.html.seen.filter(({ kind }) => kind === "error"),
    );
    expect(errors[0]?.text).toContain("undefined");
    expect(await state()).toBe("running");
  });
});

/** Its ways out, and other apps: isolation/html-rows.ts. */
describe("an app's HTML that wants out", () => {
  const htmlFrameUrl = () => stage.htmlFrameUrlOf("x");
  const failure = () => page.evaluate(() => globalThis.html.error());
  const failed = () => page.waitForFunction(() => globalThis.html.state() === "failed");

  const request = '{ jsonrpc: "2.0", id: 1, method: "ping" }';
  it.each([
    ["VIEW_LIMIT_EXCEEDED", "floods", `for (let n = 0; n < 20000; n++) send(${request})`],
    [
      "VIEW_LIMIT_EXCEEDED",
      "sends too much",
      `send({ ...${request}, params: { x: "x".repeat(3e6) } })`,
    ],
    ["VIEW_MESSAGE_REFUSED", "sends a cycle", `const a = ${request}; a.params = a; send(a)`],
  ])("is ended with %s when it %s, while the page stays live", async (code, _what, script) => {
    const html = `<script>
      const send = (message) => parent.postMessage(message, "*");
      setTimeout(() => { ${script} }, 50);</script>`;
    const viewLimits = { heartbeatTimeoutMs: 20_000 };
    const stall = page.evaluate(() => globalThis.html.longestStall());
    await run({ html, viewLimits });
    await failed();
    expect((await failure())?.code).toBe(code);
    expect(await page.evaluate(() => globalThis.html.frames())).toBe(0);
    expect(await stall).toBeLessThan(1_500);
  });

  // After the others: the browser may keep that process for the page's next srcdoc frames.
  it("is ended when it never yields, while the page and an app of another host stay live", async () => {
    const other = stage.htmlFrameUrlOf("y");
    const viewLimits = { heartbeatTimeoutMs: 2_000, heartbeatIntervalMs: 100 };
    const neighbour = { html: weather, frameUrl: other, instance: "b", viewLimits };
    expect(await run(neighbour)).toBeUndefined();
    const stall = page.evaluate(() => globalThis.html.longestStall());
    await run({
      html: "<script>setTimeout(() => { for (;;) {} }, 50);</script>",
      frameUrl: htmlFrameUrl(),
    });
    await failed();
    expect((await failure())?.code).toBe("VIEW_UNRESPONSIVE");
    expect(await stall).toBeLessThan(1_500);
    // It is still told of things, and says what it was told.
    await page.evaluate(() => globalThis.html.result("still here", "b"));
    await expect.poll(() => text("answer")).toBe("still here");
  });

  it("has a frames host whose header holds WebRTC by itself, where nothing was taken away", async () => {
    await using aimedAt = await openStunServer();
    await using control = await openStunServer();
    const connect = (url: string) => {
      const connection = new RTCPeerConnection({ iceServers: [{ urls: url }] });
      connection.createDataChannel("x");
      void connection.createOffer().then((offer) => connection.setLocalDescription(offer));
    };
    // Chromium may end the frame's whole process for it, so its page is asked nothing any more.
    const other = await stage.browser.newPage();
    await other.goto(`${stage.server.origin}/html`);
    await other.waitForFunction("globalThis.html !== undefined");
    const frameUrl = htmlFrameUrl();
    await other.evaluate((options) => globalThis.html.run(options), { html: weather, frameUrl });
    const proxy = other.frames().find((frame) => frame.url().startsWith(frameUrl));
    const tried = proxy?.evaluate(connect, aimedAt.url).catch((error: unknown) => {
      // The frame's process was ended before it could answer.
      return error;
    });
    expect(tried).toBeDefined();
    await page.evaluate(connect, control.url);
    await expect.poll(() => control.packets(), { timeout: 20_000 }).toBeGreaterThan(1);
    expect(aimedAt.packets()).toBe(0);
    await other.close();
    await tried;
  });
});
