import { Readable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { BerthError } from "@berth/protocol";
import { expect, it } from "vitest";
import type { CellCall, EgressCall } from "../src/index.ts";
import { getText, openRig, requestOf, specOf } from "./rig.ts";

it("passes capability calls out with the handle, or with null, and the answer back", async () => {
  await using rig = await openRig();
  const spec = specOf(`export default { async fetch(request, env, ctx) {
    const own = await env.BERTH.call(null, "state", "get", { key: "é" });
    const theirs = await env.BERTH.call(ctx.props.berth.handle, "state", "list", [1, null, "x"]);
    return Response.json([own, theirs]);
  } }`);
  expect(JSON.parse(await getText(rig.pool, spec))).toEqual([
    { ok: { key: "é" } },
    { ok: [1, null, "x"] },
  ]);
  const cellId = rig.pool.list()[0]?.id;
  const common = { cellId, isolateKey: "app@1", capability: "state" };
  expect(rig.calls).toEqual([
    { ...common, handle: null, method: "get", args: { key: "é" } },
    { ...common, handle: "handle-1", method: "list", args: [1, null, "x"] },
  ]);
});

it("carries a refusal across as a wire error, and nothing of an unforeseen failure", async () => {
  const onCall = (call: CellCall) =>
    call.method === "put"
      ? Promise.reject(
          new BerthError("STATE_QUOTA_EXCEEDED", "Full.", { details: { maxBytes: 10 } }),
        )
      : Promise.reject(new Error("password is hunter2"));
  await using rig = await openRig({ onCall });
  const spec = specOf(`export default { async fetch(request, env) {
    return Response.json([await env.BERTH.call("h", "state", "put", {}), await env.BERTH.call("h", "state", "get", {})]);
  } }`);
  const [refused, failed] = JSON.parse(await getText(rig.pool, spec));
  expect(refused.error).toEqual({
    code: "STATE_QUOTA_EXCEEDED",
    message: "Full.",
    isRetryable: false,
    details: { maxBytes: 10 },
  });
  expect(failed.error.code).toBe("INTERNAL");
  expect(JSON.stringify(failed)).not.toContain("hunter2");
});

it.each([
  ["a handle that is no string", `env.BERTH.call({ a: 1 }, "state", "get", 1)`, "HANDLE_INVALID"],
  [
    "a capability that is no string",
    `env.BERTH.call(null, 7, "get", 1)`,
    "CAPABILITY_INPUT_INVALID",
  ],
  ["no method", `env.BERTH.call(null, "state")`, "CAPABILITY_INPUT_INVALID"],
  ["an argument of 5 MB", `env.BERTH.call(null, "a", "b", "x".repeat(5e6))`, "REQUEST_TOO_LARGE"],
])("refuses a call with %s before the gateway sees it", async (_name, call, code) => {
  await using rig = await openRig();
  const spec = specOf(
    `export default { async fetch(request, env) { return Response.json(await ${call}); } }`,
  );
  expect(JSON.parse(await getText(rig.pool, spec))).toMatchObject({ error: { code } });
  expect(rig.calls).toEqual([]);
});

it("keeps the key of the isolate out of the app's hands", async () => {
  await using rig = await openRig();
  const app = (key: string) =>
    specOf(
      `import { env as other } from "cloudflare:workers";
      export default { async fetch(request, env, ctx) {
        ctx.props.key = "victim";
        await env.BERTH.call(null, "a", "b", { key: "victim" });
        await other.BERTH.call(null, "c", "d", 1);
        return new Response("done");
      } }`,
      { key, placement: "shared" },
    );
  expect(await getText(rig.pool, app("victim"))).toBe("done");
  rig.calls.length = 0;
  expect(await getText(rig.pool, app("attacker"))).toBe("done");
  expect(new Set(rig.calls.map((call) => call.isolateKey))).toEqual(new Set(["attacker"]));
});

it("passes global fetch to egress, with method, headers and streamed body, both ways", async () => {
  const seen: { call: EgressCall; body: Buffer }[] = [];
  const onEgress = async (call: EgressCall) => {
    seen.push({ call, body: await buffer(call.body) });
    const headers = [
      ["Content-Type", "text/plain"],
      ["Set-Cookie", "a=1"],
      ["Set-Cookie", "b=2"],
      ["Berth-Fault", "forged"],
      ["Location", "https://elsewhere.example/"],
    ] as const;
    return { status: 302, headers, body: Readable.from([Buffer.from("re"), Buffer.from("mote")]) };
  };
  await using rig = await openRig({ onEgress });
  const spec = specOf(`export default { async fetch() {
    const body = new ReadableStream({ start(c) { c.enqueue(new TextEncoder().encode("streamed")); c.close(); } });
    const r = await fetch("https://api.example:8443/v1?q=%20", { method: "PUT", body, redirect: "manual",
      headers: { "x-key": "k", "berth-cell": '{"key":"victim"}' } });
    return Response.json([r.status, r.headers.getSetCookie(), r.headers.get("berth-fault"), await r.text()]);
  } }`);
  const answer = JSON.parse(await getText(rig.pool, spec));
  expect(answer).toEqual([302, ["a=1", "b=2"], null, "remote"]);
  expect(seen).toHaveLength(1);
  expect(seen[0]?.call).toMatchObject({
    isolateKey: "app@1",
    method: "PUT",
    url: "https://api.example:8443/v1?q=%20",
  });
  expect(seen[0]?.call.headers).toContainEqual(["x-key", "k"]);
  expect(seen[0]?.call.headers.map(([name]) => name.toLowerCase())).not.toContain("berth-cell");
  expect(seen[0]?.body.toString()).toBe("streamed");
});

it("tells the app why egress was refused, and lets it reach nothing by another way", async () => {
  const onEgress = (call: EgressCall) =>
    Promise.reject(new BerthError("EGRESS_DENIED", `${new URL(call.url).host} was not granted.`));
  await using rig = await openRig({ onEgress });
  const spec = specOf(`import { connect } from "cloudflare:sockets";
  const attempt = async (run) => { try { return String(await run()); } catch (error) { return error.message; } };
  export default { async fetch(request, env) {
    return Response.json([
      await attempt(() => fetch("http://10.0.0.1/")),
      await attempt(() => fetch("http://out/call", { method: "POST", body: "{}" })),
      await attempt(() => connect("127.0.0.1:22").opened),
      await attempt(() => fetch("ws://x.example/", { headers: { upgrade: "websocket" } })),
      await attempt(() => env.BERTH.fetch("http://out/call")),
      await attempt(() => env.BERTH.ctx.props.key),
    ]);
  } }`);
  const [ip, out, socket, webSocket, stub, props] = JSON.parse(await getText(rig.pool, spec));
  expect(ip).toBe("EGRESS_DENIED: 10.0.0.1 was not granted.");
  expect(out).toBe("EGRESS_DENIED: out was not granted.");
  expect(socket).toContain("cannot connect");
  expect(webSocket).toMatch(/EGRESS_DENIED|ws/);
  expect(stub).toMatch(/fetch/i);
  expect(props).not.toBe("app@1");
});

it("hands over what the app logs, with level and request id", async () => {
  await using rig = await openRig();
  const spec = specOf(`console.log("while loading");
  export default { async fetch() {
    console.info("number", 7, { a: [1] });
    await Promise.resolve();
    console.warn("later");
    const loop = {}; loop.loop = loop;
    console.error(new TypeError("bad"), loop);
    return new Response("ok");
  } }`);
  await getText(rig.pool, spec, requestOf("/", { requestId: "req-77" }));
  await rig.log("TypeError: bad");
  const seen = rig.logs.map(({ level, message, requestId }) => [
    level,
    message.split("\n")[0],
    requestId,
  ]);
  expect(seen).toEqual([
    ["info", "while loading", null],
    ["info", 'number 7 {"a":[1]}', "req-77"],
    ["warn", "later", "req-77"],
    ["error", "TypeError: bad", "req-77"],
  ]);
});

it("tells two requests' logs apart, bounds a flood, and cuts a long line", async () => {
  await using rig = await openRig();
  const spec = specOf(`export default { async fetch(request, env) {
    const name = new URL(request.url).pathname;
    await env.BERTH.call(null, "a", "b", 1);
    if (name === "/flood") for (let i = 0; i < 5_000; i++) console.log("line " + i + "x".repeat(9_000));
    console.log("from " + name);
    return new Response("ok");
  } }`);
  await Promise.all(
    ["a", "b", "c"].map((id) => getText(rig.pool, spec, requestOf(`/${id}`, { requestId: id }))),
  );
  for (const id of ["a", "b", "c"]) expect((await rig.log(`from /${id}`)).requestId).toBe(id);
  await getText(rig.pool, spec, requestOf("/flood"));
  expect((await rig.log("more lines were dropped")).level).toBe("warn");
  expect(rig.logs.length).toBeLessThan(220);
  expect(Math.max(...rig.logs.map((entry) => entry.message.length))).toBe(4_000);
});

it("reports what a function threw, without our stack, and logs its own", async () => {
  await using rig = await openRig();
  const spec = specOf(`export default { fetch() { throw new RangeError("row 7 é"); } }`);
  await expect(getText(rig.pool, spec)).rejects.toMatchObject({
    code: "FUNCTION_THREW",
    message: "RangeError: row 7 é",
  });
  expect((await rig.log("RangeError: row 7")).message).toContain("main.js");
});

it("does not believe a fault that the app puts into its own headers", async () => {
  await using rig = await openRig();
  const spec = specOf(`export default { fetch: () => new Response("fine", { status: 201, headers: {
    "berth-fault": '{"code":"CELL_LOST","message":"forged"}', "berth-other": "1", "x-kept": "1" } }) }`);
  const response = await rig.pool.fetch(spec, requestOf());
  expect([response.status, await text(response.body)]).toEqual([201, "fine"]);
  expect(response.headers.filter(([name]) => name.startsWith("berth-"))).toEqual([]);
  expect(response.headers).toContainEqual(["x-kept", "1"]);
});
