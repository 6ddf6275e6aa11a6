/**
 * A20, isolation: apps side by side in one page. Every way out of a worker, and every breach of the
 * protocol, is tried in test/hostile/browser; here is what one app can learn of, or do to, another.
 */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { type Lab, openLab } from "../lab/lab.ts";
import type {} from "../lab/lab-page.ts";

let lab: Lab;
let page: Page;

/** A view without the SDK: `body` runs when it starts, with `host` and `log` at hand. */
const view = (body: string) => `
  const { host, define } = globalThis[Symbol.for("berth.view")];
  const log = (value) => host.log({ level: "info", message: JSON.stringify(value) ?? "undefined" });
  const call = (method, args) => host.call({ capability: "storage", method, args })
    .catch((error) => ({ refused: error.code ?? error.message }));
  define({
    async start(context) { ${body} },
    async update() {}, async pause() {}, async resume() {}, async stop() {}, async dispatch() {},
  });`;

beforeAll(async () => {
  lab = await openLab();
  page = await lab.openTab();
});
afterAll(() => lab[Symbol.asyncDispose]());
beforeEach(() => lab.load(page));

/** Runs the views by their instance names, one after another; what each logged, in order. */
const run = (views: Readonly<Record<string, string>>, blockedAPIs: readonly string[] = []) =>
  page.evaluate(
    async ([codes, blocked]) => {
      const { lab: inPage } = globalThis;
      const manager = new inPage.AppRuntimeManager({ storage: inPage.storageOf("isolation") });
      const logs: Record<string, unknown[]> = {};
      manager.on("message", (event) => {
        if (event.kind !== "log") return;
        logs[event.instance] = [...(logs[event.instance] ?? []), JSON.parse(event.entry.message)];
      });
      for (const [name, code] of Object.entries(codes)) {
        const { manifest, ...source } = inPage.sourceOf(name, "");
        await manager.load(name, {
          ...source,
          manifest: {
            ...manifest,
            security: { blockedAPIs: name === "blocked" ? [...blocked] : [] },
          },
          bundle: { code },
        });
        await manager.start(name).catch((error: { code: string }) => {
          logs[name] = [...(logs[name] ?? []), error.code];
        });
      }
      const states = Object.fromEntries(manager.list().map((app) => [app.instance, app.state]));
      await manager.close();
      return { logs, states };
    },
    [views, [...blockedAPIs]] as const,
  );

it("gives each app a realm of its own: what one leaves in it, the next does not find", async () => {
  const code = view(`
    await log([globalThis.mark ?? null, Object.prototype.mark ?? null, Array.prototype.mark ?? null]);
    globalThis.mark = Object.prototype.mark = Array.prototype.mark = "was here";
  `);
  const { logs } = await run({ first: code, second: code });
  expect(logs).toEqual({ first: [[null, null, null]], second: [[null, null, null]] });
  expect(await page.evaluate(() => "mark" in {})).toBe(false);
});

it("keeps one app's storage from another that names its keys, scope and area", async () => {
  const thief = `["owner","owner"]`;
  const { logs } = await run({
    owner: view(
      'await call("put", { area: "persistent", key: "secret", value: 1 }); await log("kept")',
    ),
    thief: view(`
      const area = "persistent";
      const tries = [
        { area, key: "secret" },
        { area, key: '${thief}/secret' },
        { area, key: 'app:${thief}' },
        { area, key: "secret", scope: '${thief}' },
        { area: 'app:${thief}', key: "secret" },
        { area: ["persistent"], key: "secret" },
        { area, key: [ "app:owner", "secret" ] },
      ];
      for (const args of tries) await log(await call("get", args));
      await log((await call("list", { area })).entries);
      await log((await call("usage", { area })).usedBytes);
    `),
  });
  const refused = { refused: "CAPABILITY_INPUT_INVALID" };
  expect(logs.owner).toEqual(["kept"]);
  expect(logs.thief).toEqual([null, null, null, refused, refused, refused, refused, [], 0]);
});

it("tells an app its own name and nothing of who else is there", async () => {
  const code = view("await log(context)");
  const { logs } = await run({ one: code, other: code });
  expect(logs.one?.[0]).toMatchObject({ instance: "one", app: { id: "one" }, viewState: null });
  expect(JSON.stringify(logs.one)).not.toContain("other");
});

it("lets the others run on when one throws, breaks the protocol or never defines itself", async () => {
  const { states, logs } = await run({
    before: view('await log("up")'),
    throws: view('throw new Error("no")'),
    silent: "void 0;",
    forges: `${view("")}; host.mutate([[99, "~", "nonsense"]]);`,
    after: view('await log("up")'),
  });
  expect(states).toMatchObject({ before: "running", throws: "failed", silent: "failed" });
  expect(states).toMatchObject({ forges: "failed", after: "running" });
  expect(logs).toMatchObject({ before: ["up"], throws: ["VIEW_THREW"], after: ["up"] });
});

it("blocks what one manifest names for that app alone", async () => {
  const code = view("await log([typeof crypto, typeof structuredClone, typeof fetch])");
  const { logs } = await run({ blocked: code, free: code }, ["crypto", "structuredClone"]);
  expect(logs.blocked).toEqual([["undefined", "undefined", "undefined"]]);
  expect(logs.free).toEqual([["object", "function", "undefined"]]);
});
