/**
 * The strict level's isolation, row by row, for any browser: network, code from text, storage and
 * navigation; other apps' frames, ports, storage and state; forged, replayed and polluting messages;
 * forbidden properties and addresses; a port that is kept.
 */
import { beforeEach, describe, expect, it } from "vitest";
import type { RunOptions } from "../stage/host-page.ts";
import { breaches } from "./breaches.ts";
import { falseFrames, intruder } from "./false-frames.ts";
import { askedOutside, frameKinds, type IsolationStage, loadStage } from "./isolation-stage.ts";

export function describeStrictIsolation(open: () => IsolationStage): void {
  const host = () => open().host;
  const page = () => open().page;
  const run = (options: RunOptions) =>
    page().evaluate((given) => globalThis.stage.run(given), options);
  const texts = (instance = "a") =>
    page().evaluate((name) => globalThis.stage.texts(name), instance);
  const frames = () => page().evaluate(() => globalThis.stage.frames(), null);
  const frameOf = (where: (typeof frameKinds)[number]) =>
    where === "its own host" ? { frameUrl: host().frameUrl } : {};
  const target = () => `globalThis.target = ${JSON.stringify(host().outside)};`;
  const notRefused = (outcomes: readonly string[]) =>
    outcomes.filter((outcome) => !outcome.endsWith(": refused"));

  beforeEach(() => loadStage(open()));

  describe.each(frameKinds)("a view on %s", (where) => {
    it("finds every way out of its worker shut, and the server hears nothing", async () => {
      const code = await host().viewCode("reach-out.js", target());
      expect(await run({ code, ...frameOf(where) })).toBeUndefined();
      const outcomes = await texts();
      expect(outcomes.length).toBeGreaterThan(25);
      expect(notRefused(outcomes)).toEqual([]);
      expect(askedOutside(open())).toEqual([]);
    });

    it("is held by the policy alone, with nothing taken from its realm", async () => {
      const bootstrap = await host().viewCode("raw-reach-out.js", target());
      host().server.put("/raw-bootstrap.js", "text/javascript", bootstrap);
      await page().evaluate(
        (workerScriptPath) => globalThis.stage.configure({ workerScriptPath }),
        "/raw-bootstrap.js",
      );
      await run({ code: "", ...frameOf(where) });
      await page().until(() => globalThis.stage.texts().length > 0, null);
      const outcomes = await texts();
      expect(outcomes.at(-1)).toBe("origin: null");
      expect(outcomes.length).toBeGreaterThan(10);
      expect(notRefused(outcomes.slice(0, -1))).toEqual([]);
      expect(askedOutside(open())).toEqual([]);
    });
  });

  it("takes away what the manifest blocks besides", async () => {
    const code = `
      globalThis[Symbol.for("berth.view")].define({
        async start() {
          const found = [typeof crypto, typeof performance.now, typeof queueMicrotask];
          await globalThis[Symbol.for("berth.view")].host.log({ level: "info", message: found.join(" ") });
        },
      });`;
    const blockedAPIs = ["crypto", "performance.now", "Function", "eval"];
    await run({ code, manifest: { security: { blockedAPIs } } });
    expect(await page().evaluate(() => globalThis.stage.logs(), null)).toEqual([
      "undefined undefined function",
    ]);
  });

  it("ends a view for whatever it forges, replays, pollutes or may not draw, each by itself", async () => {
    const bundle = await host().viewCode("steal-ports.js");
    const attacks = breaches.map(({ what, body }) => ({
      what,
      code: `globalThis.attack = ({ send, call }) => { ${body} };\n${bundle}`,
    }));
    const ended = await page().evaluate((given) => globalThis.stage.runAll(given), attacks);
    expect(ended).toEqual(Object.fromEntries(breaches.map(({ what, code }) => [what, code])));
    expect(await frames()).toBe(0);
    expect(await page().evaluate(() => "polluted" in {}, null)).toBe(false);
  });

  it("ends a view whose frame is not ours any more", async () => {
    host().server.put("/elsewhere", "text/html", "elsewhere");
    const ended: Record<string, unknown> = {};
    for (const { what, script } of falseFrames) {
      const hello = 'parent.postMessage({ berth: "hello" }, "*")';
      host().server.put("/false-frame", "text/html", `<script>${hello}; ${script}</script>`);
      const failure = await run({
        instance: what,
        code: "0",
        frameUrl: `${host().server.origin}/false-frame`,
      });
      ended[what] = failure?.code;
    }
    expect(ended).toEqual(
      Object.fromEntries(falseFrames.map(({ what }) => [what, "VIEW_MESSAGE_REFUSED"])),
    );
    expect(await frames()).toBe(0);
  });

  it("lets no other document in the page reach a frame, a waiting one neither", async () => {
    const bundleUrl = await host().serveView("counter.js");
    await page().evaluate(async (url) => {
      await globalThis.stage.startNeighbour(url);
      await globalThis.stage.warm();
      for (const frame of document.querySelectorAll("iframe")) frame.id = frame.title;
    }, bundleUrl);
    host().server.put("/intruder", "text/html", intruder);
    const outcomes = await page().evaluate(
      (url) => globalThis.stage.openIntruder(url),
      `http://intruder.localhost:${host().server.port}/intruder`,
    );
    // Messages to a frame may be sent; what they say is for its bootstrap to refuse.
    expect([...new Set(outcomes)].sort()).toEqual([
      "boot: done",
      "document: SecurityError",
      "location: SecurityError",
    ]);
    expect(outcomes.length).toBeGreaterThanOrEqual(6);
    const watched = await page().evaluate(
      () => globalThis.stage.watch({ answers: 5, ending: [] }),
      null,
    );
    expect(watched.answers).toBe(5);
    // The one that waited is whole as well: the next view starts in it.
    expect(await run({ bundleUrl })).toBeUndefined();
    const names = await page().evaluate(() => {
      const frame = document.querySelector('[title="a sandbox"]') as HTMLElement;
      return [frame.title, frame.id];
    }, null);
    expect(names).toEqual(["a sandbox", "Sandbox in waiting"]);
    expect(await texts()).toContain("Count 0");
  });

  it("shares neither state, nor nodes, nor grants between two views", async () => {
    const url = await host().serveView("counter.js");
    const grant = { id: "g", type: "api" as const, resource: "/api/*", actions: ["read" as const] };
    await page().evaluate(
      async ([bundleUrl, given]) => {
        await globalThis.stage.startNeighbour(bundleUrl);
        globalThis.stage.grant(given, "neighbour");
        await globalThis.stage.watch({ answers: 3, ending: [] });
      },
      [url, grant] as const,
    );
    await run({ bundleUrl: url, frameUrl: host().frameUrl, apiOrigin: host().apiOrigin });
    expect(await texts()).toContain("Count 0");
    await page().evaluate(() => globalThis.stage.press("Call"), null);
    await page().until(
      () => globalThis.stage.texts().some((text) => text.startsWith("PERMISSION_DENIED")),
      null,
    );
    expect(await texts("neighbour")).toContain("Count 3");
  });

  it("keeps what one view stores from another that names it in every way", async () => {
    await page().evaluate(() => globalThis.stage.configure({}, "isolation"), null);
    const code = await host().viewCode("stores.js");
    const asOwner =
      'globalThis.calls = [["put", { area: "persistent", key: "secret", value: 1 }]];';
    const thief = `const area = "persistent";
      globalThis.calls = [
        ["get", { area, key: "secret" }],
        ["get", { area, key: 'app:["owner","owner"]' }],
        ["get", { area, key: "secret", scope: '["owner","owner"]' }],
        ["get", { area: 'app:["owner","owner"]', key: "secret" }],
        ["get", { area, key: ["app:owner", "secret"] }],
        ["list", { area }],
      ];`;
    await run({ instance: "owner", code: `${asOwner}\n${code}` });
    await run({ instance: "thief", code: `${thief}\n${code}` });
    const refused = "CAPABILITY_INPUT_INVALID";
    expect(await page().evaluate(() => globalThis.stage.logs("thief"), null)).toEqual([
      "null",
      "null",
      ...[refused, refused, refused],
      '{"entries":[],"cursor":null}',
    ]);
    expect((await page().evaluate(() => globalThis.stage.logs("owner"), null)).length).toBe(1);
  });

  it("gives a view nothing more by a port that it kept, once its grant is taken back or it is stopped", async () => {
    host().server.onFunction((_request, response) => response.end("{}"));
    const body = `setInterval(() => call("fetch",
      { method: "GET", path: "/api/kept", headers: [[]], body: null }), 40);`;
    const code = await host().viewCode(
      "steal-ports.js",
      `globalThis.attack = ({ send, call }) => { ${body} };`,
    );
    const grant = { id: "g", type: "api" as const, resource: "/api/*", actions: ["read" as const] };
    await run({ code, apiOrigin: host().apiOrigin, grants: [grant] });
    const asked = () => host().server.requests.filter(({ path }) => path === "/api/kept");
    await expect.poll(() => asked().length).toBeGreaterThan(2);
    await page().evaluate(() => globalThis.stage.revoke("g"), null);
    // What was under way has been given up; from here on every call is refused before it leaves.
    const denials = () => page().evaluate(() => globalThis.stage.usage()?.denials ?? 0, null);
    await expect.poll(denials).toBeGreaterThan(1);
    host().server.forget();
    const before = await denials();
    await expect.poll(denials).toBeGreaterThan(before + 4);
    expect(asked()).toEqual([]);
    await page().evaluate(() => globalThis.stage.act("stop"), null);
    const last = await denials();
    await page().evaluate(() => globalThis.stage.longestStall(300), null);
    expect(await denials()).toBe(last);
    expect(asked()).toEqual([]);
    await page().evaluate(() => globalThis.stage.act("unload"), null);
    expect(await frames()).toBe(0);
  });
}
