/**
 * MCP Apps as they come from the registry, shown unchanged at the moderate level in a real browser:
 * their own servers, the official client, their own pages. And servers that want more than that.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { unpack } from "@berth/bundle";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { bundle } from "../hostile/browser/stage/bundle.ts";
import { chromiumArgs } from "../hostile/browser/stage/stage.ts";
import { berthCommand } from "../support/berth-command.ts";
import type { ScriptedServer } from "./mcp-apps/host-page.ts";
import { keepPicture } from "./mcp-apps/pictures.ts";
import { type ExampleServers, serveExamples } from "./mcp-apps/serve-examples.ts";

let servers: ExampleServers;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  const text = await bundle(fileURLToPath(new URL("./mcp-apps/host-page.ts", import.meta.url)));
  servers = await serveExamples({
    "/": {
      type: "text/html",
      text: '<!doctype html><title>host</title><link rel="icon" href="data:,"><script type="module" src="/host.js"></script>',
    },
    "/host.js": { type: "text/javascript", text },
  });
  const executablePath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
  browser = await chromium.launch({ executablePath, args: [...chromiumArgs] });
  // No emulation of a scheme: it would stand above what the page says to its frames.
  page = await browser.newPage({ colorScheme: null, viewport: { width: 760, height: 700 } });
  await page.goto(servers.origin);
  await page.waitForFunction("globalThis.mcp !== undefined");
});
afterAll(async () => {
  await browser?.close();
  await servers?.close();
});
afterEach(async () => {
  await page.evaluate(() => globalThis.mcp.close());
  await page.evaluate(() => {
    globalThis.mcp.seen.length = 0;
  });
  servers.forget();
});

const app = () => page.frameLocator("iframe >> nth=0").frameLocator("iframe");
const seen = (kind: string) =>
  page.evaluate(
    (wanted) => globalThis.mcp.seen.flatMap((one) => (one.kind === wanted ? [one.text] : [])),
    kind,
  );
const show = (server: string, tool: string) =>
  page.evaluate(([one, two]) => globalThis.mcp.show(one, two), [server, tool] as const);

/** The page's scheme is the app's, which is told by media query as by the contract; each is kept as a picture. */
async function inBothSchemes(name: string, use = async () => {}): Promise<void> {
  for (const scheme of ["dark", "light"] as const) {
    await page.evaluate((theme) => globalThis.mcp.setTheme(theme), scheme);
    const prefers = () =>
      app()
        .locator("body")
        .evaluate(() => (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light"));
    await expect.poll(prefers).toBe(scheme);
    await use();
    await keepPicture(page, `${name}-${scheme}`, app().locator("body"));
  }
}

/** Moves a range input as its user does by keyboard, which no script could tell from it. */
async function press(label: string, key: string, times: number): Promise<void> {
  await app().locator(label).focus();
  for (let n = 0; n < times; n += 1) await page.keyboard.press(key);
}

describe("an example of the registry", () => {
  it("allocates a budget: it draws its tool's answer, and its sliders and selects change it", async () => {
    const opened = await show("budget-allocator", "get-budget-data");
    expect(opened).toEqual({
      asked: { domains: [], refused: [] },
      granted: [],
      callable: ["get-budget-data"],
    });
    await page.evaluate(() => globalThis.mcp.call({}));
    expect(servers.calls).toEqual([
      { server: "budget-allocator", tool: "get-budget-data", args: {} },
    ]);
    const status = () => app().locator("#status-bar").textContent();
    await expect.poll(status).toContain("$100,000 / $100,000");
    expect(await app().locator(".slider-row").count()).toBe(5);
    const before = await status();
    await press(".slider >> nth=0", "ArrowRight", 4);
    await expect.poll(status).not.toBe(before);
    await app().locator("#budget-selector").selectOption({ index: 3 });
    await expect.poll(status).toContain("$500,000");
    await app().locator("#stage-selector").selectOption("Seed");
    await expect.poll(() => app().locator("#stage-selector").inputValue()).toBe("Seed");
    await inBothSchemes("budget-allocator");
  });

  it("shows retention by cohort: what is chosen in it is asked of its server, and drawn", async () => {
    await show("cohort-heatmap", "get-cohort-data");
    const args = { metric: "retention", periodType: "monthly", cohortCount: 12, maxPeriods: 12 };
    const call = (more: object) => ({
      server: "cohort-heatmap",
      tool: "get-cohort-data",
      args: { ...args, ...more },
    });
    const heads = app().locator('[class*="headerPeriod"]');
    await heads.first().waitFor();
    expect(servers.calls).toContainEqual(call({}));
    const cells = () => app().locator('[class*="heatmapGrid"]').textContent();
    const monthly = await cells();
    await app().locator("select >> nth=1").selectOption("weekly");
    await expect.poll(() => servers.calls).toContainEqual(call({ periodType: "weekly" }));
    await expect.poll(cells).not.toBe(monthly);
    await app().locator("select >> nth=0").selectOption("revenue");
    await expect
      .poll(() => servers.calls)
      .toContainEqual(call({ metric: "revenue", periodType: "weekly" }));
    await heads.first().waitFor();
    await inBothSchemes("cohort-heatmap");
    // Taken back while it is shown, the tool is out of reach, and its server hears no more.
    await page.evaluate(() => globalThis.mcp.revoke("tool:get-cohort-data"));
    servers.forget();
    await app().locator("select >> nth=1").selectOption("monthly");
    await expect.poll(() => seen("violation")).toContain("PERMISSION_DENIED");
    expect(servers.calls).toEqual([]);
  });

  it("models scenarios: parameters, templates of its server, and its buttons work", async () => {
    await show("scenario-modeler", "get-scenario-data");
    await page.evaluate(() => globalThis.mcp.call({}));
    const profit = () => app().locator(".metric-value >> nth=2").textContent();
    const template = app().locator("select.template-select");
    await expect.poll(() => template.locator("option").count()).toBeGreaterThan(3);
    const before = await profit();
    const firstSlider = 'input[type="range"] >> nth=0';
    await press(firstSlider, "ArrowRight", 10);
    await expect.poll(profit).not.toBe(before);
    await template.selectOption({ index: 1 });
    await app().getByRole("button", { name: "Load" }).click();
    const loaded = await profit();
    expect(loaded).not.toBe(before);
    await template.selectOption({ index: 2 });
    await app().locator(".metrics-column.template").waitFor();
    // It begins its chart anew in another scheme, and draws its figures into it at their next change.
    await inBothSchemes("scenario-modeler", () => press(firstSlider, "ArrowRight", 1));
    await app().getByRole("button", { name: "Reset" }).click();
    await expect.poll(profit).toBe(before);
  });
});

describe("the template of `berth new --template page`", () => {
  it("is drawn on, and has what was drawn kept by the page that shows it", async () => {
    const template = fileURLToPath(new URL("../../packages/cli/templates/page", import.meta.url));
    const folder = await mkdtemp(join(tmpdir(), "berth-template-"));
    const place = { cwd: folder, configFolder: folder };
    const packed = await berthCommand(["pack", template, "-o", "page.berth"], place);
    expect(packed.stderr).toBe("");
    const { files } = await unpack(await readFile(join(folder, "page.berth")));
    await rm(folder, { recursive: true });
    const html = Buffer.from(files.get("app.html") ?? "").toString();
    const tools = [{ name: "show", _meta: { ui: { resourceUri: "ui://template/page" } } }];
    const open = () =>
      page.evaluate((given) => globalThis.mcp.showScripted(given), { tools, page: {}, html });
    const ink = () =>
      app()
        .locator("canvas")
        .evaluate((canvas: HTMLCanvasElement) => {
          const pixels = canvas.getContext("2d")?.getImageData(0, 0, 640, 320).data ?? [];
          return pixels.some((value) => value > 0);
        });
    await open();
    await app()
      .locator("canvas")
      .hover({ position: { x: 20, y: 20 } });
    await page.mouse.down();
    await page.mouse.move(200, 120, { steps: 4 });
    await page.mouse.up();
    await expect.poll(ink).toBe(true);
    await open();
    await expect.poll(ink).toBe(true);
    await app().getByRole("button", { name: "Clear" }).click();
    await expect.poll(ink).toBe(false);
  });
});

/** A page that speaks the contract, then does what it likes; `ask` resolves with "ok" or the refusal. */
const pageOf = (script: string): string => `<!doctype html><title>x</title><body><script>
  let id = 0;
  const waiting = new Map();
  const send = (message) => parent.postMessage({ jsonrpc: "2.0", ...message }, "*");
  const ask = (method, params) => new Promise((resolve) => {
    waiting.set(++id, resolve);
    send({ id, method, params });
  });
  const say = (data) => send({ method: "notifications/message", params: { level: "info", data } });
  addEventListener("message", ({ data }) => {
    const { error, method, params } = data;
    if (method === "ui/notifications/host-context-changed" && params.displayMode) say(params.displayMode);
    if (method === "ui/resource-teardown") send({ id: data.id, result: {} });
    waiting.get(data.id)?.(error ? (error.data?.code ?? error.code) : "ok");
  });
  (async () => {
    await ask("ui/initialize", { protocolVersion: "2026-01-26", appInfo: { name: "x", version: "1" } });
    send({ method: "ui/notifications/initialized" });
    ${script}
    say("done");
  })();
</script>`;

describe("a server that wants more than it was given", () => {
  const uri = "ui://scripted/page";
  const tools = [
    { name: "show", _meta: { ui: { resourceUri: uri } } },
    { name: "for_model", _meta: { ui: { visibility: ["model"] } } },
    { name: "for_app", _meta: { ui: { visibility: ["app"] } } },
  ];
  type Options = Parameters<typeof globalThis.mcp.showScripted>[1];
  const open = (server: Partial<ScriptedServer>, options: Options = {}) =>
    page.evaluate(([given, more]) => globalThis.mcp.showScripted(given, more), [
      { tools, page: {}, ...server },
      options,
    ] as const);
  const done = async () => {
    await expect.poll(() => seen("log")).toContain("done");
    return (await seen("log")).filter((line) => line !== "done");
  };

  it("calls the tools that it lists for apps, and by no way another", async () => {
    await open(
      {
        html: pageOf(`
        const tool = (name) => ask("tools/call", { name, arguments: {} });
        const direct = (capability, method, args) => ask("berth/call", { capability, method, args });
        for (const name of ["for_app", "for_model", "get-budget-data", "../x", "constructor"])
          say(name + " " + await tool(name));
        say("direct " + await direct("tools", "call", { name: "for_model" }));
        say("strange " + await direct("tools", "call", { name: ["for_app"] }));
        say("product " + await direct("state", "get", { key: "x" }));
        say("product's own " + await direct("documents", "read", { id: "x" }));
        say("product's API " + await ask("berth/fetch", { path: "/api/me", method: "GET", headers: [], body: null }));
        say("file " + await ask("resources/read", { uri: "file://etc/passwd" }));
        say("direct file " + await direct("resources", "read", { uri: "file://etc/passwd" }));
        say("escaped " + await direct("resources", "read", { uri: "docs://..%2fsecret" }));
        say("docs " + await ask("resources/read", { uri: "docs://guide" }));`),
      },
      { readable: ["docs/*"] },
    );
    expect(await done()).toEqual([
      "for_app ok",
      "for_model PERMISSION_DENIED",
      "get-budget-data PERMISSION_DENIED",
      "../x REQUEST_INVALID",
      "constructor PERMISSION_DENIED",
      "direct PERMISSION_DENIED",
      "strange REQUEST_INVALID",
      "product PERMISSION_DENIED",
      "product's own CAPABILITY_UNKNOWN",
      "product's API FUNCTION_ABSENT",
      "file PERMISSION_DENIED",
      "direct file PERMISSION_DENIED",
      "escaped REQUEST_INVALID",
      "docs ok",
    ]);
    expect(await seen("call")).toEqual(["for_app"]);
    expect(servers.strays).toEqual([]);
  });

  it("reaches what the host has granted it, however much its page asks for", async () => {
    const { port } = new URL(servers.origin);
    const outside = `outside.localhost:${port}`;
    const csp = {
      connectDomains: ["*", "https://*", `http://${outside}`],
      resourceDomains: ["data:"],
    };
    const server = {
      page: { _meta: { ui: { csp } } },
      html: pageOf(
        `say(await fetch("http://${outside}/leak", { mode: "no-cors" }).then(() => "sent", () => "held"));`,
      ),
    };
    expect(await open(server)).toMatchObject({
      asked: {
        domains: [{ domain: outside, uses: ["connect"] }],
        refused: ["*", "https://*", "data:"],
      },
      granted: [],
    });
    expect(await done()).toEqual(["held"]);
    expect(servers.strays).toEqual([]);
    await page.evaluate(() => {
      globalThis.mcp.seen.length = 0;
    });
    expect(await open(server, { grants: [outside] })).toMatchObject({ granted: [outside] });
    expect(await done()).toEqual(["sent"]);
    expect(servers.strays).toEqual(["/leak"]);
  });

  it("is not shown when its page is too large", async () => {
    const html = pageOf(`/* ${"x".repeat(20_000)} */`);
    expect(await open({ html }, { maxHtmlBytes: 20_000 })).toMatchObject({
      code: "VIEW_LOAD_FAILED",
      message: expect.stringContaining("more than 20000 bytes"),
    });
    expect(await page.evaluate(() => globalThis.mcp.frames())).toBe(0);
  });

  it("has a bounded number of its calls made, and is ended when it floods", async () => {
    const call = 'ask("tools/call", { name: "for_app", arguments: {} })';
    await open(
      { html: pageOf(`for (let n = 0; n < 60; n++) say(await ${call});`) },
      { callsPerMinute: 20 },
    );
    const answers = await done();
    expect(answers.filter((answer) => answer === "ok")).toHaveLength(20);
    expect(new Set(answers)).toEqual(new Set(["ok", "RATE_LIMITED"]));
    expect(await seen("call")).toHaveLength(20);
    await open({ html: pageOf(`for (let n = 0; n < 5000; n++) ${call};`) });
    await expect.poll(() => page.evaluate(() => globalThis.mcp.state())).toBe("failed");
    expect(await seen("violation")).toContain("VIEW_LIMIT_EXCEEDED");
    expect((await seen("call")).length).toBeLessThan(20 + 500);
  });

  it("is as large as the page lets it be, and speaks for itself within bounds", async () => {
    const html = pageOf(`
      const mode = (mode) => ask("ui/request-display-mode", { mode });
      say("pip " + await mode("pip"));
      say("fullscreen " + await mode("fullscreen"));
      say("link " + await ask("ui/open-link", { url: "https://docs.example/" }));
      say("script " + await ask("ui/open-link", { url: "javascript:alert(1)" }));
      const content = [{ type: "text", text: "hello" }];
      say("model " + await ask("ui/update-model-context", { content }));
      for (let n = 0; n < 20; n++) await ask("ui/message", { role: "user", content });
      say("flood " + await ask("ui/message", { role: "user", content }));`);
    await open({ html }, { displayModes: ["fullscreen"] });
    expect(await done()).toEqual([
      "pip ok",
      "fullscreen",
      "fullscreen ok",
      "link ok",
      "script REQUEST_INVALID",
      "model ok",
      "flood RATE_LIMITED",
    ]);
    expect(await page.evaluate(() => globalThis.mcp.frameHeight())).toBe(640);
    await page.evaluate(() => globalThis.mcp.setDisplayMode("inline"));
    await expect.poll(() => seen("log")).toContain("inline");
    expect(await page.evaluate(() => globalThis.mcp.frameHeight())).toBeLessThan(640);
    expect(await seen("link")).toEqual(["https://docs.example/"]);
    expect((await seen("said")).length).toBeLessThan(20);
    expect(await seen("model")).toEqual(['[{"type":"text","text":"hello"}]']);
  });
});
