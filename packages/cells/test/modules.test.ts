import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { IsolateModule } from "../src/index.ts";
import { getText, openRig, type Rig, requestOf, specOf } from "./rig.ts";

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
});
afterAll(() => rig[Symbol.asyncDispose]());

/** Hono as it is published, file by file. */
function readHono(): Record<string, IsolateModule> {
  const commonJs = createRequire(import.meta.url).resolve("hono");
  const dist = dirname(dirname(commonJs));
  const files: Record<string, IsolateModule> = {};
  for (const name of readdirSync(dist, { recursive: true, encoding: "utf8" })) {
    const isNeeded = /^((helper|middleware|request|router|utils)\/.*|[^/]+)\.js$/.test(name);
    const path = join(dist, name);
    if (isNeeded) files[`hono/${relative(dist, path)}`] = { js: readFileSync(path, "utf8") };
  }
  return files;
}

it("runs a plain object with fetch, and shows it the request as it was sent", async () => {
  const spec = specOf(
    `export default { async fetch(request, env, ctx) {
      return Response.json({ method: request.method, url: request.url, body: await request.text(),
        headers: [...request.headers.keys()], config: env.CONFIG, berth: ctx.props.berth });
    } }`,
    { key: "plain", env: { CONFIG: { currency: "BRL" } } },
  );
  const answer = JSON.parse(
    await getText(
      rig.pool,
      spec,
      requestOf("/a/b?c=d%20e", {
        method: "POST",
        scheme: "https",
        headers: [
          ["X-Own", "1"],
          ["berth-cell", '{"op":"ping"}'],
          ["Connection", "upgrade"],
          ["Content-Length", "5"],
        ],
        body: Readable.from([Buffer.from("hello")]),
        props: { member: "m-1", handle: "forged" },
      }),
    ),
  );
  expect(answer).toEqual({
    method: "POST",
    url: "https://app.example/a/b?c=d%20e",
    body: "hello",
    headers: ["content-length", "host", "x-own"],
    config: { currency: "BRL" },
    berth: { member: "m-1", handle: "handle-1", requestId: "request-1" },
  });
});

it("runs a WorkerEntrypoint class", async () => {
  const spec = specOf(
    `import { WorkerEntrypoint } from "cloudflare:workers";
    export default class extends WorkerEntrypoint {
      #greeting() { return "hello from " + this.ctx.props.berth.requestId; }
      fetch(request) { return new Response(this.#greeting() + new URL(request.url).pathname); }
    }`,
    { key: "class" },
  );
  expect(await getText(rig.pool, spec, requestOf("/x"))).toBe("hello from request-1/x");
});

it("runs an unmodified Hono app", async () => {
  const main = `import { Hono } from "./hono/index.js";
    const app = new Hono();
    app.get("/items/:id", (c) => c.json({ id: c.req.param("id"), price: c.env.PRICE }));
    export default app;`;
  const spec = specOf(
    { ...readHono(), "main.js": { js: main } },
    { key: "hono", env: { PRICE: 3 } },
  );
  expect(await getText(rig.pool, spec, requestOf("/items/7"))).toBe('{"id":"7","price":3}');
  const missing = await rig.pool.fetch(spec, requestOf("/nothing"));
  missing.body.resume();
  expect(missing.status).toBe(404);
});

it("gives modules of every kind, in folders", async () => {
  // (module (func (export "answer") (result i32) i32.const 42))
  const wasm = Buffer.from(
    "0061736d010000000105016000017f03020100070a0106616e7377657200000a06010400412a0b",
    "hex",
  );
  const spec = specOf(
    {
      "server/main.js": {
        js: `import text from "../notes.txt"; import table from "./table.json";
          import data from "../raw.bin"; import wasm from "./answer.wasm"; import { twice } from "./lib/twice.js";
          export default { fetch() {
            const { answer } = new WebAssembly.Instance(wasm).exports;
            return Response.json([text, table, [...new Uint8Array(data)], answer(), twice(4)]);
          } }`,
      },
      "notes.txt": { text: "olá" },
      "server/table.json": { json: { rows: [1, 2] } },
      "raw.bin": { data: new Uint8Array([0, 255, 7]) },
      "server/answer.wasm": { wasm },
      "server/lib/twice.js": { js: "export const twice = (n) => 2 * n;" },
    },
    { key: "kinds", mainModule: "server/main.js" },
  );
  expect(JSON.parse(await getText(rig.pool, spec))).toEqual([
    "olá",
    { rows: [1, 2] },
    [0, 255, 7],
    42,
    8,
  ]);
});

it("has Node's modules when the flag is asked for", async () => {
  const spec = specOf(
    `import { createHash } from "node:crypto"; import { Buffer } from "node:buffer";
    export default { fetch: () => new Response(createHash("sha256").update(Buffer.from("a")).digest("hex").slice(0, 8)) }`,
    { key: "node", compatibilityFlags: ["nodejs_compat"] },
  );
  expect(await getText(rig.pool, spec)).toBe("ca978112");
});

it("runs hooks under their name, and says when there is none", async () => {
  const spec = specOf(
    `export default { fetch: () => new Response("x"), [Symbol.for("berth.hooks")]: {
      health: async (payload, env, ctx) => ({ ok: true, payload, name: env.NAME, who: ctx.props.berth.member }),
      broken() { throw new TypeError("no table"); },
      nothing() {},
    } }`,
    { key: "hooks", env: { NAME: "crm" } },
  );
  const context = { handle: "h", props: { member: "m-2" }, requestId: "r-9" };
  const run = (hook: string) => rig.pool.callHook(spec, hook, { since: [1] }, context);
  expect(await rig.pool.load({ ...spec, key: "hooks-2" })).toMatchObject({
    hasFetch: true,
    hooks: ["health", "broken", "nothing"],
  });
  expect(await run("health")).toEqual({
    isDefined: true,
    result: { ok: true, payload: { since: [1] }, name: "crm", who: "m-2" },
  });
  expect(await run("nothing")).toEqual({ isDefined: true, result: null });
  expect(await run("absent")).toEqual({ isDefined: false, result: null });
  expect(await run("toString")).toEqual({ isDefined: false, result: null });
  await expect(run("broken")).rejects.toMatchObject({
    code: "FUNCTION_THREW",
    message: "TypeError: no table",
  });
});

it.each([
  [
    "an object",
    `export default {
      prefix: "of ",
      scheduled(controller, env, ctx) {
        if (controller.cron === "never") controller.noRetry();
        console.log("scheduled " + this.prefix + controller.cron + controller.scheduledTime + ctx.props.berth.requestId + env.NAME);
      },
      event(event) { if (event.type === "bad") throw new TypeError("cannot"); console.log("event " + event.type); },
    }`,
  ],
  [
    "a class",
    `import { WorkerEntrypoint } from "cloudflare:workers";
    export default class extends WorkerEntrypoint {
      prefix = "of ";
      scheduled(controller) {
        if (controller.cron === "never") controller.noRetry();
        console.log("scheduled " + this.prefix + controller.cron + controller.scheduledTime + this.ctx.props.berth.requestId + this.env.NAME);
      }
      event(event) { if (event.type === "bad") throw new TypeError("cannot"); console.log("event " + event.type); }
    }`,
  ],
])("delivers schedules and events to %s", async (kind, main) => {
  const spec = specOf(main, { key: `entries of ${kind}`, env: { NAME: kind } });
  expect(await rig.pool.load(spec)).toMatchObject({ entries: ["scheduled", "event"] });
  const context = { handle: "h", props: {}, requestId: "r-5" };
  const at = { scheduledTime: 17, cron: "* * * * *" };
  const run = (...[entry, input]: ["scheduled" | "event", object]) =>
    rig.pool.callEntry(spec, entry, input as never, context);
  expect(await run("scheduled", at)).toEqual({ isDefined: true, isRetryRefused: false });
  await rig.log(`scheduled of * * * * *17r-5${kind}`);
  expect(await run("scheduled", { ...at, cron: "never" })).toMatchObject({ isRetryRefused: true });
  expect(await run("event", { type: "note.made" })).toMatchObject({ isDefined: true });
  expect((await rig.log("event note.made")).requestId).toBe("r-5");
  await expect(run("event", { type: "bad" })).rejects.toMatchObject({ code: "FUNCTION_THREW" });
});

it("says when an app has no such entry, and holds one to its limits", async () => {
  const spec = specOf(
    "export default { fetch() {}, scheduled() { return new Promise(() => setTimeout(() => {}, 60_000)); } }",
    { key: "entry limits", limits: { wallMs: 200 } },
  );
  const context = { handle: "h", props: {}, requestId: "r-6" };
  expect((await rig.pool.load(spec)).entries).toEqual(["scheduled"]);
  expect(await rig.pool.callEntry(spec, "event", {}, context)).toMatchObject({ isDefined: false });
  await expect(rig.pool.callEntry(spec, "scheduled", {}, context)).rejects.toMatchObject({
    code: "SANDBOX_DEADLINE_EXCEEDED",
  });
});

it("compiles no WebAssembly and no text at run time, and has cryptography", async () => {
  const spec = specOf(
    `const bytes = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);
    const attempts = {
      compile: () => WebAssembly.compile(bytes),
      instantiate: () => WebAssembly.instantiate(bytes),
      module: () => new WebAssembly.Module(bytes),
      eval: () => eval("1"),
      function: () => new Function("return 1"),
      text: () => setTimeout("1", 1),
    };
    export default { async fetch() {
      const done = [];
      for (const [name, attempt] of Object.entries(attempts)) {
        try { await attempt(); done.push(name); }
        catch { /* Refused, which is what is wanted of all. */ }
      }
      const key = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
      const data = crypto.getRandomValues(new Uint8Array(32));
      const signature = await crypto.subtle.sign("Ed25519", key.privateKey, data);
      const isTrue = await crypto.subtle.verify("Ed25519", key.publicKey, signature, data);
      const sha = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode("a"))).slice(0, 2);
      return Response.json([done, isTrue, [...sha], crypto.randomUUID() !== crypto.randomUUID(), new Set(data).size > 16]);
    } }`,
    { key: "crypto" },
  );
  const answer = JSON.parse(await getText(rig.pool, spec));
  expect(answer).toEqual([[], true, [0xca, 0x97], true, true]);
});

it.each([
  ["a syntax error", "export default { fetch(", "Unexpected end of input"],
  ["a throw at the top", 'export default {}; throw new Error("at start")', "at start"],
  ["a missing import", 'import x from "./gone.js"; export default {}', "gone.js"],
  ["no default export", "export const fetch = 1", "default"],
  ["a default export of a wrong kind", "export default 42", "default export"],
])("refuses a module with %s, in the engine's words", async (_name, main, words) => {
  await expect(rig.pool.load(specOf(main, { key: `bad ${words}` }))).rejects.toMatchObject({
    code: "MODULE_INVALID",
    message: expect.stringContaining(words),
  });
});

it.each([
  ["an experimental flag", { compatibilityFlags: ["experimental"] }, "experimental"],
  ["an unknown flag", { compatibilityFlags: ["nodejs_fun"] }, "nodejs_fun"],
  ["a date of the future", { compatibilityDate: "2030-01-01" }, "2030-01-01"],
  ["no date", { compatibilityDate: "latest" }, "latest"],
  ["an env that shadows ours", { env: { BERTH: 1 } }, "BERTH"],
  ["a main module that is not there", { mainModule: "toString" }, "toString"],
])("refuses a spec with %s", async (_name, changes, words) => {
  const spec = specOf("export default { fetch() {} }", { key: `spec ${words}`, ...changes });
  await expect(rig.pool.load(spec)).rejects.toMatchObject({
    code: "MODULE_INVALID",
    message: expect.stringContaining(words),
  });
});

it.each([
  "../up.js",
  "/abs.js",
  "a/../../b.js",
  "berth-console.js",
  "a\u0000.js",
  "cloudflare:workers",
])("refuses the module name %j", async (name) => {
  const spec = specOf(
    { "main.js": { js: "export default {}" }, [name]: { js: "" } },
    { key: "names" },
  );
  await expect(rig.pool.load(spec)).rejects.toMatchObject({ code: "MODULE_INVALID" });
});
