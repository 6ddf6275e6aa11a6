/** What passes through a cell: requests, streams, hooks, entries, WebSockets. */

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { BerthError } from "@berth/protocol";
import { type DriverTrial, openExchange, outcomeOf, requestOf, Stage, specOf } from "./trial.ts";

/** A text frame of a client (RFC 6455, 5.2), at most 125 bytes. */
function maskedFrame(message: string): Buffer {
  const mask = randomBytes(4);
  const payload = Buffer.from(message).map((byte, index) => byte ^ (mask[index % 4] ?? 0));
  return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length]), mask, payload]);
}

export const requestTrials: readonly DriverTrial[] = [
  {
    name: "passes a request and its answer on as they are",
    async run(subject) {
      await using stage = await Stage.open(subject);
      await stage.load(
        specOf(
          `export default { async fetch(request, env, ctx) {
            const { method, url, headers } = request;
            const seen = { method, url, token: headers.get("x-token"), cell: headers.get("berth-cell"),
              body: await request.text(), config: env.CONFIG, berth: ctx.props.berth };
            return new Response(JSON.stringify(seen), { status: 201,
              headers: [["x-one", "1"], ["set-cookie", "a=1"], ["set-cookie", "b=2"], ["berth-fault", "x"]] }); } }`,
          { env: { CONFIG: { deep: [1, null] } } },
        ),
      );
      const body = new PassThrough();
      body.end("payload");
      const exchange = openExchange();
      const request = requestOf("/path?q=1", {
        method: "POST",
        headers: [["x-token", "t"]],
        body,
        props: { member: "m" },
      });
      const response = await stage.cell.invoke("app@1", request, exchange);
      assert.equal(response.status, 201);
      const cookies = response.headers.filter(([name]) => name.toLowerCase() === "set-cookie");
      assert.deepEqual(
        cookies.map(([, value]) => value),
        ["a=1", "b=2"],
      );
      assert.deepEqual(JSON.parse(await text(response.body)), {
        method: "POST",
        url: "http://app.example/path?q=1",
        token: "t",
        cell: null,
        body: "payload",
        config: { deep: [1, null] },
        berth: { member: "m", handle: "handle-1", requestId: "request-1" },
      });
      assert.equal(await exchange.ended, undefined);
      assert.equal(exchange.endCount(), 1);
    },
  },
  {
    name: "names an error of the app, and serves its next request",
    async run(subject) {
      await using stage = await Stage.open(subject);
      await stage.load(
        specOf(`export default { fetch(request) {
          if (request.url.endsWith("/throw")) throw new TypeError("of the app");
          return new Response("fine"); } }`),
      );
      const thrown = stage.getText(requestOf("/throw"));
      await assert.rejects(thrown, { code: "FUNCTION_THREW", message: /TypeError: of the app/ });
      assert.equal(await stage.getText(requestOf()), "fine");
    },
  },
  {
    name: "streams both ways without waiting for the end of either",
    async run(subject) {
      await using stage = await Stage.open(subject);
      await stage.load(specOf(`export default { fetch: (request) => new Response(request.body) }`));
      const body = new PassThrough();
      body.write("first");
      const request = requestOf("/", { method: "POST", body });
      const response = await stage.cell.invoke("app@1", request, openExchange());
      const [first] = await once(response.body, "data");
      assert.equal(String(first), "first");
      body.end("last");
      assert.equal(await text(response.body), "last");
    },
  },
  {
    name: "lets the app know that its caller is gone, and ends the exchange once",
    async run(subject) {
      await using stage = await Stage.open(subject);
      await stage.load(
        specOf(
          `export default { async fetch(request) {
            request.signal.addEventListener("abort", () => console.log("noticed"));
            console.log("waits"); await new Promise(() => setTimeout(() => {}, 1e6)); } }`,
          { compatibilityFlags: ["enable_request_signal"] },
        ),
      );
      const exchange = openExchange();
      const asked = outcomeOf(stage.cell.invoke("app@1", requestOf(), exchange));
      await stage.log("waits");
      exchange.cancel(new BerthError("REQUEST_TIMEOUT", "Gone."));
      assert.equal(await asked, "REQUEST_TIMEOUT");
      await stage.log("noticed");
      await exchange.ended;
      assert.equal(exchange.endCount(), 1);
    },
  },
  {
    name: "cuts off an answer that is larger than it may be",
    async run(subject) {
      await using stage = await Stage.open(subject);
      await stage.load(
        specOf(`export default { fetch: () => new Response(new ReadableStream({
          pull: (controller) => controller.enqueue(new Uint8Array(1000)) })) }`),
      );
      const response = await stage.cell.invoke("app@1", requestOf(), openExchange(10_000));
      assert.equal(await outcomeOf(text(response.body)), "SANDBOX_RESPONSE_TOO_LARGE");
      await stage.cell.ping();
    },
  },
  {
    name: "runs hooks and entries, and says when there are none",
    async run(subject) {
      await using stage = await Stage.open(subject);
      await stage.load(
        specOf(`export default { fetch() {},
          scheduled(controller) { controller.noRetry(); },
          [Symbol.for("berth.hooks")]: { double: (n) => ({ doubled: n * 2 }), fails() { throw new Error("no"); } } }`),
      );
      const { cell } = stage;
      const context = { handle: "h", props: {}, requestId: "r" };
      const hook = (name: string) => cell.runHook("app@1", name, 21, context, openExchange());
      assert.deepEqual(await hook("double"), { isDefined: true, result: { doubled: 42 } });
      assert.equal((await hook("none")).isDefined, false);
      assert.equal(await outcomeOf(hook("fails")), "FUNCTION_THREW");
      const input = { scheduledTime: 1, cron: "* * * * *" };
      const entry = (kind: "scheduled" | "event") =>
        cell.runEntry("app@1", kind, input, context, openExchange());
      assert.deepEqual(await entry("scheduled"), { isDefined: true, isRetryRefused: true });
      assert.equal((await entry("event")).isDefined, false);
    },
  },
  {
    name: "opens a WebSocket, and passes its frames both ways",
    async run(subject) {
      await using stage = await Stage.open(subject);
      await stage.load(
        specOf(`export default { fetch() {
          const [client, server] = Object.values(new WebSocketPair());
          server.accept();
          server.addEventListener("message", ({ data }) => server.send(data + "!"));
          return new Response(null, { status: 101, webSocket: client }); } }`),
      );
      const exchange = openExchange();
      const headers = [
        ["sec-websocket-version", "13"],
        ["sec-websocket-key", randomBytes(16).toString("base64")],
      ] as const;
      const answer = await stage.cell.upgrade("app@1", requestOf("/", { headers }), exchange);
      assert.ok("socket" in answer, "the app took the WebSocket");
      answer.socket.write(maskedFrame("hi"));
      const [frame] = (await once(answer.socket, "data")) as [Buffer];
      assert.equal(frame.subarray(2).toString(), "hi!");
      answer.socket.destroy();
      await exchange.ended;
    },
  },
];
