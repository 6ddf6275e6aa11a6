import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { PassThrough, Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  createTestClock,
  expectLater,
  getText,
  openRig,
  type Rig,
  requestOf,
  specOf,
} from "./rig.ts";

const clock = createTestClock();
let rig: Rig;
beforeAll(async () => {
  rig = await openRig({ clock });
});
afterAll(() => rig[Symbol.asyncDispose]());

/** At least so many bytes, in however many reads they come; the stream goes on. */
async function take(stream: Readable, length: number): Promise<Buffer> {
  const seen: Buffer[] = [];
  for (let left = length; left > 0; ) {
    const chunk = stream.read() as Buffer | null;
    if (chunk === null) await once(stream, "readable");
    else {
      seen.push(chunk);
      left -= chunk.length;
    }
  }
  return Buffer.concat(seen);
}

function* chunks(count: number, chunk: Buffer): Generator<Buffer> {
  for (let index = 0; index < count; index += 1) yield chunk;
}

const echo = specOf(`export default { fetch: (request) => new Response(request.body) }`, {
  key: "echo",
  limits: { maxResponseBytes: 100e6 },
});

it("streams 40 MB up and down through a cell of 64 MB, unchanged", async () => {
  const chunk = randomBytes(1_000_000);
  const expected = createHash("sha256");
  for (const part of chunks(40, chunk)) expected.update(part);
  const body = Readable.from(chunks(40, chunk));
  const response = await rig.pool.fetch(echo, requestOf("/", { method: "POST", body }));
  const actual = createHash("sha256");
  for await (const part of response.body) actual.update(part as Buffer);
  expect(actual.digest("hex")).toBe(expected.digest("hex"));
});

it("answers while the upload still runs", async () => {
  const body = new PassThrough();
  const pending = rig.pool.fetch(echo, requestOf("/", { method: "POST", body }));
  body.write("first");
  const response = await pending;
  expect(String(await take(response.body, 5))).toBe("first");
  body.write("second");
  expect(String(await take(response.body, 6))).toBe("second");
  body.end();
  expect(await text(response.body)).toBe("");
});

it("delivers server-sent events as they are written, past the deadline of the head", async () => {
  const spec = specOf(
    `export default { fetch() {
      let n = 0;
      const body = new ReadableStream({ async pull(c) {
        if (n === 4) return c.close();
        if (n > 0) await new Promise((resolve) => setTimeout(resolve, 150));
        c.enqueue(new TextEncoder().encode("data: " + n++ + "\\n\\n"));
      } });
      return new Response(body, { headers: { "content-type": "text/event-stream" } });
    } }`,
    { key: "sse" },
  );
  const response = await rig.pool.fetch(spec, requestOf());
  const first = String(await take(response.body, 1));
  expect(first).toMatch(/^data: 0\n\n/);
  expect(first).not.toContain("data: 3");
  clock.advance(2 * spec.limits.wallMs);
  const whole = [0, 1, 2, 3].map((number) => `data: ${number}\n\n`).join("");
  expect(first + (await text(response.body))).toBe(whole);
});

it("tells the app when the caller is gone, and keeps serving others", async () => {
  const spec = specOf(
    `export default { async fetch(request, env) {
      if (new URL(request.url).pathname === "/ok") return new Response("ok");
      request.signal.addEventListener("abort", () => console.log("saw the abort"));
      console.log("waits");
      await new Promise((resolve) => setTimeout(resolve, 60_000));
      return new Response("late");
    } }`,
    { key: "abort" },
  );
  const aborter = new AbortController();
  const pending = rig.pool.fetch(spec, requestOf("/", { signal: aborter.signal }));
  expectLater(pending);
  await rig.log("waits");
  aborter.abort(new Error("tab closed"));
  await expect(pending).rejects.toMatchObject({ code: "REQUEST_TIMEOUT" });
  await rig.log("saw the abort");
  expect(await getText(rig.pool, spec, requestOf("/ok"))).toBe("ok");
  expect(rig.pool.list().find((cell) => cell.isolateKeys.includes("abort"))?.inFlight).toBe(0);
});

it("cancels an answer that nobody reads, and lets waitUntil go on after it", async () => {
  const spec = specOf(
    `export default { fetch(request, env, ctx) {
      const { promise, resolve } = Promise.withResolvers();
      ctx.waitUntil(promise.then(() => env.BERTH.call(null, "state", "put", "kept")));
      return new Response(new ReadableStream({
        async pull(c) { await new Promise((r) => setTimeout(r, 5)); c.enqueue(new Uint8Array(100)); },
        cancel() { console.log("was cancelled"); setTimeout(resolve, 50); },
      }));
    } }`,
    { key: "cancel" },
  );
  const response = await rig.pool.fetch(spec, requestOf());
  await take(response.body, 1);
  response.body.destroy();
  await rig.log("was cancelled");
  await expect.poll(() => rig.calls.map((call) => call.args)).toContain("kept");
});

it("takes 256 MB in a cell of 16 MB, and holds none of it", async () => {
  const spec = specOf(
    `export default { async fetch(request) {
      let bytes = 0;
      const reader = request.body.getReader({ mode: "byob" });
      for (let buffer = new ArrayBuffer(1 << 18); ; ) {
        const { done, value } = await reader.read(new Uint8Array(buffer));
        if (done) break;
        bytes += value.byteLength;
        buffer = value.buffer;
      }
      return new Response(String(bytes));
    } }`,
    { key: "upload", limits: { memoryMb: 16 } },
  );
  await rig.pool.load(spec);
  const before = process.memoryUsage().rss;
  let grown = 0;
  const chunk = Buffer.alloc(1 << 20, 7);
  function* megabytes(): Generator<Buffer> {
    for (let count = 0; count < 256; count += 1) {
      grown = Math.max(grown, process.memoryUsage().rss - before);
      yield chunk;
    }
  }
  const body = Readable.from(megabytes());
  expect(await getText(rig.pool, spec, requestOf("/", { method: "POST", body }))).toBe("268435456");
  expect(grown).toBeLessThan(64 << 20);
});

/** As a client sends it: masked, by a mask of zeros. */
function textFrame(text: string): Buffer {
  return Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]);
}

const handshake = {
  headers: [
    ["sec-websocket-version", "13"],
    ["sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="],
  ],
} as const;

const sockets = specOf(
  `export default { fetch(request) {
    if (new URL(request.url).pathname === "/plain") return new Response("plain");
    const [client, server] = Object.values(new WebSocketPair());
    server.accept();
    server.addEventListener("message", ({ data }) => {
      if (data === "hang") for (;;) ;
      server.send("<" + data + ">");
    });
    return new Response(null, { status: 101, webSocket: client });
  } }`,
  { key: "sockets", limits: { cpuMs: 300 } },
);

it("opens a WebSocket, which counts as a running request until it is closed", async () => {
  const answer = await rig.pool.upgrade(sockets, requestOf("/", handshake));
  if (!("socket" in answer)) throw new Error("No socket was opened.");
  const accept = answer.headers.find(([name]) => name.toLowerCase() === "sec-websocket-accept");
  expect(accept?.[1]).toBe("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  answer.socket.write(textFrame("hi"));
  expect(await take(answer.socket, 6)).toEqual(Buffer.from("\u0081\u0004<hi>", "latin1"));
  const inFlight = () =>
    rig.pool.list().find((cell) => cell.isolateKeys.includes("sockets"))?.inFlight;
  expect(inFlight()).toBe(1);
  answer.socket.destroy();
  await expect.poll(inFlight).toBe(0);
  const plain = await rig.pool.upgrade(sockets, requestOf("/plain", handshake));
  expect("body" in plain && (await text(plain.body))).toBe("plain");
  await expect(
    rig.pool.fetch(sockets, requestOf("/", { headers: [["upgrade", "websocket"]] })),
  ).rejects.toMatchObject({ code: "FUNCTION_THREW" });
});

it("bounds the processor time of a message, and says what ended the socket", async () => {
  const answer = await rig.pool.upgrade(sockets, requestOf("/", handshake));
  if (!("socket" in answer)) throw new Error("No socket was opened.");
  answer.socket.write(textFrame("hang"));
  await new Promise((resolve) => answer.socket.resume().once("close", resolve));
  expect(await answer.explain()).toMatchObject({ code: "SANDBOX_CPU_EXCEEDED" });
});

it("frees the cell when the answer's body is destroyed half-way", async () => {
  const spec = specOf(
    `export default { fetch: () => new Response(new ReadableStream({ pull(c) { c.enqueue(new Uint8Array(65536)); } })) }`,
    { key: "endless" },
  );
  const response = await rig.pool.fetch(spec, requestOf());
  await take(response.body, 1);
  const closed = once(response.body, "close");
  response.body.destroy();
  await closed;
  expect(rig.pool.list().find((cell) => cell.isolateKeys.includes("endless"))?.inFlight).toBe(0);
});

it.each([
  ["longer", "123456789", 5],
  ["shorter", "123", 5],
])(
  "refuses a body %s than declared, and does not let it become a second request",
  async (_name, sent, declared) => {
    const body = Readable.from([Buffer.from(sent)]);
    const headers = [["content-length", String(declared)]] as const;
    await expect(
      getText(rig.pool, echo, requestOf("/", { method: "POST", headers, body })),
    ).rejects.toMatchObject({ code: "REQUEST_INVALID" });
    expect(
      await getText(
        rig.pool,
        echo,
        requestOf("/", { method: "POST", body: Readable.from(["next"]) }),
      ),
    ).toBe("next");
  },
);

it("fails the request when its upload fails", async () => {
  const body = new PassThrough();
  const pending = getText(rig.pool, echo, requestOf("/", { method: "POST", body }));
  body.write("some");
  body.destroy(new Error("client went away"));
  await expect(pending).rejects.toMatchObject({ code: expect.stringMatching(/REQUEST_INVALID/) });
});

it("passes the head of a HEAD request with its length, and no body", async () => {
  const spec = specOf(
    `export default { fetch: () => new Response(null, { headers: { "content-length": "999999999" } }) }`,
    { key: "head" },
  );
  const response = await rig.pool.fetch(spec, requestOf("/", { method: "HEAD" }));
  expect(await text(response.body)).toBe("");
});

it.each([
  [999, "known"],
  [1_000, "known"],
  [1_001, "known"],
  [999, "streamed"],
  [1_000, "streamed"],
  [1_001, "streamed"],
])("with a bound of 1,000 bytes, an answer of %i bytes of %s length", async (length, kind) => {
  const main = `export default { fetch() {
    const bytes = new Uint8Array(${length});
    if (${kind === "known"}) return new Response(bytes);
    let left = ${length};
    return new Response(new ReadableStream({ pull(c) {
      const part = Math.min(left, 333); left -= part;
      if (part > 0) c.enqueue(new Uint8Array(part)); else c.close();
    } }));
  } }`;
  const spec = specOf(main, {
    key: `bound ${length} ${kind}`,
    limits: { maxResponseBytes: 1_000 },
  });
  const outcome = getText(rig.pool, spec).then(
    (body) => body.length,
    (error) => error.code,
  );
  expect(await outcome).toBe(length <= 1_000 ? length : "SANDBOX_RESPONSE_TOO_LARGE");
});
