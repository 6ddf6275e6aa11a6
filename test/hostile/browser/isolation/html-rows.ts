/**
 * The isolation of apps of their own HTML, row by row, for any browser: every way out of their
 * frames, every place that they could take themselves to, and other apps.
 */
import { readFile } from "node:fs/promises";
import { beforeEach, expect, it } from "vitest";
import type { HtmlRun } from "../stage/html-page.ts";
import { openStunServer } from "../stage/stun-server.ts";
import { frameKinds, type IsolationStage, loadHtmlStage } from "./isolation-stage.ts";
import { declaredShadowRoots, freeFrame, ownFrames } from "./own-frames.ts";

/** Where an app may try to go; a script that goes there by itself. */
const departures: Readonly<Record<string, (outside: string) => string>> = {
  "another site": (outside) =>
    `setTimeout(() => { location.href = "${outside}/away?secret"; }, 100)`,
  itself: () => "setTimeout(() => location.reload(), 100)",
  nothing: () => 'setTimeout(() => { location.href = "about:blank"; }, 100)',
  "a blob": () =>
    'setTimeout(() => { location.href = URL.createObjectURL(new Blob(["x"])); }, 100)',
  "a data address": () => 'setTimeout(() => { location.href = "data:text/html,x"; }, 100)',
  "a script as an address": (outside) =>
    `setTimeout(() => { location.href = "javascript:void fetch('${outside}/script')"; location.reload(); }, 100)`,
  "a download": (outside) =>
    `setTimeout(() => Object.assign(document.createElement("a"), { href: "${outside}/x", download: "x" }).click(), 100)`,
  "another site before it has loaded": (outside) => `location.href = "${outside}/early?secret";`,
};

/**
 * Where an engine refuses to go and leaves the app's document as it was, the app goes on. Chromium
 * puts an error's document in its place, upon which the view ends; Firefox does so for what needs no
 * network only.
 */
const staysAfter: Readonly<Record<IsolationStage["engine"], readonly string[]>> = {
  Chromium: [],
  Firefox: [
    "another site",
    "a blob",
    "a data address",
    "a download",
    "another site before it has loaded",
  ],
};

/** Speaks the protocol, and logs each message that it is sent, as it is. */
const listener = `<script>
  const send = (message) => parent.postMessage({ jsonrpc: "2.0", ...message }, "*");
  addEventListener("message", ({ data }) => {
    send({ method: "notifications/message", params: { level: "info", data: JSON.stringify(data) } });
    if (data.id === 1) send({ method: "ui/notifications/initialized", params: {} });
  });
  send({ id: 1, method: "ui/initialize", params: {
    protocolVersion: "2026-01-26", appInfo: { name: "listener", version: "1.0.0" }, appCapabilities: {},
  } });
</script>`;

const impostor = (outside: string) => `<script>
  const call = { jsonrpc: "2.0", id: 99, method: "tools/call", params: { name: "get_weather" } };
  const input = { jsonrpc: "2.0", method: "ui/notifications/tool-input", params: { arguments: { place: "Nowhere" } } };
  const forged = [call, input, { berth: "boot" }, { berth: "hello" }, { berth: "beat" }];
  let refused = 0;
  for (const message of forged) {
    top.postMessage(message, "*");
    for (const other of [top[0], top[0][0]]) {
      const { port1 } = new MessageChannel();
      other.postMessage(message, "*", [port1]);
    }
  }
  for (const frame of [top[0], top[0][0]]) {
    try { frame.location.href = "${outside}/other"; } catch { refused += 1; }
    try { frame.document.title; } catch { refused += 1; }
  }
  parent.postMessage({ jsonrpc: "2.0", method: "notifications/message", params: { level: "info", data: refused + " refused" } }, "*");
</script>`;

export function describeHtmlIsolation(open: () => IsolationStage): void {
  const host = () => open().host;
  const page = () => open().page;
  const run = (options: HtmlRun) => page().evaluate((given) => globalThis.html.run(given), options);
  const logs = () => page().evaluate(() => globalThis.html.logs(), null);
  /** What the host page itself asks for. */
  const hostPaths = ["/html", "/html-page.js", "/favicon.ico"];
  const asked = () =>
    host()
      .server.requests.filter(({ path }) => !hostPaths.includes(path))
      .map(({ path }) => path);
  const frameOf = (where: (typeof frameKinds)[number], name = "x") =>
    where === "its own host" ? { frameUrl: host().htmlFrameUrlOf(name) } : {};

  beforeEach(() => loadHtmlStage(open()));

  it.each(frameKinds)(
    "shuts every way out on %s, and neither the page nor any server hears of it",
    async (where) => {
      await using stun = await openStunServer();
      const target = { out: host().outside, stun: stun.url };
      const script = await readFile(new URL("../pages/reach-out.js", import.meta.url), "utf8");
      const html = `<!doctype html><title>x</title><body><script>globalThis.target = ${JSON.stringify(target)};${script}</script>`;
      await run({ html, ...frameOf(where) });
      await page().until(
        () => globalThis.html.logs().includes("done") || globalThis.html.state() === "failed",
        null,
      );
      const outcomes = (await logs()).slice(0, -1);
      expect(outcomes.length).toBeGreaterThan(40);
      expect(outcomes.filter((outcome) => !outcome.endsWith(": refused"))).toEqual([]);
      expect(asked()).toEqual([]);
      expect(stun.packets()).toBe(0);
      expect(await page().countPages()).toBe(1);
      expect(page().url()).toBe(`${host().server.origin}/html`);
      expect(await page().evaluate(() => globalThis.html.state(), null)).toBe("running");
    },
  );

  it("keeps an app that takes itself elsewhere from getting there, on either kind of frame", async () => {
    const viewLimits = { heartbeatTimeoutMs: 2_000, heartbeatIntervalMs: 200 };
    const attackers = frameKinds.flatMap((where) =>
      Object.entries(departures).map(([what, script], index) => ({
        what,
        instance: `${what}, ${where}`,
        html: `<script>${script(host().outside)}</script>`,
        ...frameOf(where, `x${index}`),
      })),
    );
    const endings = await page().evaluate(
      async ([hostile, limits, stays]) => {
        globalThis.html.configure({ viewLimits: limits, maxConcurrentApps: 20 });
        for (const one of hostile) void globalThis.html.run(one);
        const named = (one: { what: string }) => stays.includes(one.what);
        const instances = (isStaying: boolean) =>
          hostile.filter((one) => named(one) === isStaying).map(({ instance }) => instance);
        const ended = await globalThis.html.endings(instances(false));
        // Whatever had left its document would have been silent for too long by then.
        return { ...ended, ...(await globalThis.html.endings(instances(true), 3_000)) };
      },
      [attackers, viewLimits, staysAfter[open().engine]] as const,
    );
    const gone = /^VIEW_(?:MESSAGE_REFUSED|UNRESPONSIVE)$/;
    const stayed = attackers.filter(({ instance }) => !gone.test(endings[instance] ?? ""));
    expect([...new Set(stayed.map(({ what }) => what))]).toEqual(staysAfter[open().engine]);
    const left = await page().evaluate(() => globalThis.html.frames(), null);
    expect(left).toBe(stayed.length);
    expect(asked()).toEqual([]);
    expect(await page().countPages()).toBe(1);
  });

  it.each(frameKinds)(
    "lets an app have no frame of its own, in which WebRTC would be, on %s",
    async (where) => {
      await using aimedAt = await openStunServer();
      await using control = await openStunServer();
      const attackers = Object.entries(ownFrames).map(([instance, html], index) => ({
        instance,
        html: html(aimedAt.url),
        ...frameOf(where, `x${index}`),
      }));
      await page().evaluate((hostile) => {
        globalThis.html.configure({ maxConcurrentApps: 20 });
        return Promise.all(hostile.map((one) => globalThis.html.run(one)));
      }, attackers);
      // One that nothing holds begins after them, and is through.
      await page().evaluate((free) => {
        document.body.append(document.createRange().createContextualFragment(free));
      }, freeFrame(control.url));
      await expect.poll(() => control.packets(), { timeout: 20_000 }).toBeGreaterThan(1);
      expect(aimedAt.packets()).toBe(0);
      for (const [index, html] of declaredShadowRoots.entries()) {
        const failure = await run({ html, instance: `declared ${index}`, ...frameOf(where) });
        expect(failure).toMatchObject({ code: "VIEW_LOAD_FAILED" });
        expect(failure?.message).toContain("shadowrootmode");
      }
    },
  );

  it("lets no app speak for another, nor to it, nor take its frames elsewhere", async () => {
    expect(await run({ html: listener, instance: "a" })).toBeUndefined();
    expect(await run({ html: impostor(host().outside), instance: "b" })).toBeUndefined();
    await page().until(() => globalThis.html.logs().some((line) => line.endsWith("refused")), null);
    // Whatever was forged came before this does.
    await page().evaluate(() => globalThis.html.result("told by the page", "a"), null);
    await page().until(() => globalThis.html.logs().some((line) => line.includes("told by")), null);
    const lines = await logs();
    expect(lines).toContain("4 refused");
    const heard = lines.filter((line) => line.startsWith("{"));
    expect(heard.filter((line) => /Nowhere|"berth":"|tools\/call/.test(line))).toEqual([]);
    const state = await page().evaluate(
      () => ({
        tools: globalThis.html.seen.filter(({ kind }) => kind === "tool").length,
        states: ["a", "b"].map((one) => globalThis.html.state(one)),
      }),
      null,
    );
    expect(state).toEqual({ tools: 0, states: ["running", "running"] });
    expect(asked()).toEqual([]);
  });
}
