import { Readable } from "node:stream";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { IsolateModule } from "../src/index.ts";
import { getText, openRig, type Rig, requestOf, specOf } from "./rig.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
});
afterAll(() => rig[Symbol.asyncDispose]());

const answering = 'export default { fetch: () => new Response("here") };';
/** The empty WebAssembly module. */
const emptyWasm = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);

it.each([
  ["an app of plain modules", {}, {}, "waiting"],
  ["flags that it has anyway", { compatibilityFlags: ["nodejs_als"] }, {}, "waiting"],
  ["Node's modules", { compatibilityFlags: ["nodejs_compat"] }, {}, "made"],
  ["an older date", { compatibilityDate: "2025-01-01" }, {}, "made"],
  ["bytes", {}, { "empty.wasm": { wasm: emptyWasm } }, "made"],
  ["a name that is no plain path", {}, { "a//b.js": { js: "" } }, "made"],
  ["a name with a dot for a folder", {}, { "./b.js": { js: "" } }, "made"],
  ["a name that addresses write otherwise", {}, { "a b+c.js": { js: "" } }, "made"],
] as const)("with %s an app is answered for, by the isolate that suits it", async (...row) => {
  const [what, changes, modules, isolate] = row;
  const all: Record<string, IsolateModule> = { "main.js": { js: answering }, ...modules };
  const spec = specOf(all, { ...changes, key: what });
  expect((await rig.pool.load(spec)).isolate).toBe(isolate);
  expect(await getText(rig.pool, spec)).toBe("here");
  await rig.pool.release(what);
});

it("imports what the app has, when it asks for it, and is the same to the app", async () => {
  const spec = specOf(
    {
      "main.js": {
        js: `import { env } from "cloudflare:workers";
          import text from "./data/note.txt";
          import json from "./data/list.json";
          import { deep } from "./lib/deep/module.js";
          export default { async fetch(request, given, ctx) {
            const { late } = await import("./lib/late.js");
            return Response.json({ text, json, deep, late, env: env.CONFIG, given: given.CONFIG,
              names: Object.keys(given).sort(), berth: ctx.props.berth.member,
              stack: new Error("where").stack.split("\\n")[1].trim() });
          } };`,
      },
      "data/note.txt": { text: "näh" },
      "data/list.json": { json: [1, { two: 2 }] },
      "lib/deep/module.js": { js: 'export { up as deep } from "../up.js";' },
      "lib/up.js": { js: 'export const up = "up";' },
      "lib/late.js": { js: 'export const late = "late";' },
    },
    { key: "imports", env: { CONFIG: { a: 1 } } },
  );
  expect((await rig.pool.load(spec)).isolate).toBe("waiting");
  const answer = JSON.parse(
    await getText(rig.pool, spec, requestOf("/", { props: { member: "m-1" } })),
  );
  expect(answer).toEqual({
    text: "näh",
    json: [1, { two: 2 }],
    deep: "up",
    late: "late",
    env: { a: 1 },
    given: { a: 1 },
    names: ["BERTH", "CONFIG"],
    berth: "m-1",
    stack: expect.stringMatching(/main\.js:\d+:\d+/),
  });
});

const seeker = `export default { async fetch(request) {
  const outcomes = {};
  for (const name of await request.json()) {
    try { outcomes[name] = Object.keys(await import(name)).join(); }
    catch (error) { outcomes[name] = "refused"; }
  }
  return Response.json(outcomes);
} };`;

async function seek(key: string, placement: string, names: readonly string[]) {
  const body = Buffer.from(JSON.stringify(names));
  const headers = [["content-length", String(body.length)]] as const;
  const request = requestOf("/", { method: "POST", body: Readable.from([body]), headers });
  const spec = specOf({ "main.js": { js: seeker } }, { key, placement });
  return JSON.parse(await getText(rig.pool, spec, request)) as Record<string, string>;
}

it("gives an app its own modules only, and only the first of a cell the isolate that waits", async () => {
  const secret = { "main.js": { js: answering }, "secret.js": { js: "export const secret = 1;" } };
  const first = await rig.pool.load(specOf(secret, { key: "first", placement: "together" }));
  const seekers = ["second", "third"];
  const names = [
    "./secret.js",
    "secret.js",
    "/secret.js",
    "../secret.js",
    "./main.js?x=1",
    "./main.js&specifier=/secret.js",
    "host.js",
    "/config/host.js",
    "file:///etc/passwd",
    "/etc/passwd",
    "../../../../etc/passwd",
    "http://out/call",
    "data:text/javascript,export const a = 1",
    "node:fs",
    "workerd:unsafe",
    "constructor",
    "__proto__",
    "",
  ];
  for (const key of seekers) {
    const outcomes = await seek(key, "together", names);
    expect(Object.entries(outcomes).filter(([, outcome]) => outcome !== "refused")).toEqual([]);
    const load = await rig.pool.load(specOf(seeker, { key, placement: "together" }));
    expect([load.cellId, load.isolate]).toEqual([first.cellId, "made"]);
  }
  // The one that has the isolate is given no more than the others.
  const alone = await seek("alone", "alone", names);
  expect(Object.entries(alone).filter(([, outcome]) => outcome !== "refused")).toEqual([]);
  const load = await rig.pool.load(specOf(seeker, { key: "alone", placement: "alone" }));
  expect(load.isolate).toBe("waiting");
});

it("is not given to a second app when the first could not be loaded, nor when it left", async () => {
  const placement = "after-failure";
  const stays = specOf(answering, { key: "stays", placement, compatibilityDate: "2025-01-01" });
  await rig.pool.load(stays);
  const broken = specOf("throw new Error('no')", { key: "broken", placement });
  await expect(rig.pool.load(broken)).rejects.toMatchObject({ code: "MODULE_INVALID" });
  const next = await rig.pool.load(specOf(answering, { key: "next", placement }));
  expect(next.isolate).toBe("made");

  await rig.pool.load(
    specOf(answering, {
      key: "stays-too",
      placement: "after-leave",
      compatibilityDate: "2025-01-01",
    }),
  );
  const leaves = specOf('globalThis.left = 1; export default { fetch: () => new Response("l") }', {
    key: "leaves",
    placement: "after-leave",
  });
  expect((await rig.pool.load(leaves)).isolate).toBe("waiting");
  await rig.pool.release("leaves");
  const comes = specOf("export default { fetch: () => new Response(String(globalThis.left)) }", {
    key: "leaves",
    placement: "after-leave",
  });
  expect((await rig.pool.load(comes)).isolate).toBe("made");
  expect(await getText(rig.pool, comes)).toBe("undefined");
});
