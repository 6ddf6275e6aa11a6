import { once } from "node:events";
import { connect } from "node:net";
import { Readable } from "node:stream";
import { isBerthError } from "@berth/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openFrontDoor } from "../../src/runtime/front-door.ts";
import { send, sendRaw } from "./client.ts";
import { type DataPlane, openDataPlane } from "./rig.ts";

const counting = `
let served = 0;
export default { async fetch(request) {
  const body = await request.arrayBuffer();
  return Response.json({ served: ++served, path: new URL(request.url).pathname, bytes: body.byteLength });
} };`;

describe("the front door", () => {
  let plane: DataPlane;
  beforeAll(async () => {
    plane = await openDataPlane({ maxRequestBytes: 1_000_000 });
  });
  afterAll(() => plane[Symbol.asyncDispose]());
  const raw = (text: string) => sendRaw(plane.door.port, text.replaceAll("\n", "\r\n"));
  const statusOf = (answer: string) => answer.split(" ", 2)[1];

  it("tells hosts apart and answers for no other", async () => {
    const ask = (host: string) => send({ port: plane.door.port, host, path: "/x" });
    expect((await ask("localhost")).json).toMatchObject({ path: "/x" });
    expect((await ask("127.0.0.1")).status).toBe(200);
    const id = (await plane.install({ "server.js": counting })).id;
    expect((await ask(`${id}.apps.localhost`)).status).toBe(401);
    expect((await ask(`${id.toUpperCase()}.APPS.localhost`)).status).toBe(401);
    expect((await ask(`${id}.frames.localhost`)).status).toBe(404);
    for (const host of [
      "evil.example",
      "apps.localhost",
      "frames.localhost",
      "x.apps.localhost",
      `${id}.apps.localhost.evil.example`,
      `a.${id}.apps.localhost`,
      `${id}.apps.localhost.`,
      "localhost.evil.example",
      "localhost@evil.example",
      "0.0.0.0",
    ]) {
      const answer = await ask(host);
      expect(answer.status, host).toBe(421);
      expect(answer.json, host).toMatchObject({ code: "HOST_UNKNOWN" });
    }
  });

  it("refuses no host, two hosts and absolute targets", async () => {
    expect(statusOf(await raw("GET / HTTP/1.1\nconnection: close\n\n"))).toBe("421");
    expect(
      statusOf(
        await raw("GET / HTTP/1.1\nhost: localhost\nHost: evil.example\nconnection: close\n\n"),
      ),
    ).toBe("421");
    expect(statusOf(await raw("GET / HTTP/1.0\n\n"))).toBe("421");
    const absolute = await raw(
      "GET http://localhost/ HTTP/1.1\nhost: localhost\nconnection: close\n\n",
    );
    expect(statusOf(absolute)).toBe("400");
    expect(absolute).toContain("REQUEST_INVALID");
  });

  it("takes berth headers off what comes to the API, and names the request itself", async () => {
    const answer = await send({
      port: plane.door.port,
      host: "localhost",
      path: "/",
      headers: { "Berth-Request-Id": "forged", "berth-admin": "1", "x-mine": "1" },
    });
    const { headers, requestId } = answer.json as {
      headers: Record<string, string>;
      requestId: string;
    };
    expect(Object.keys(headers).filter((name) => name.startsWith("berth-"))).toEqual([]);
    expect(headers["x-mine"]).toBe("1");
    expect(requestId).toMatch(/^req-/);
  });

  it("refuses every way to frame a body twice, and serves nothing of what follows", async () => {
    const live = await plane.install({ "server.js": counting });
    const head = `POST /a HTTP/1.1\nhost: ${live.id}.apps.localhost\nauthorization: Bearer ${plane.tokenOf(live)}\n`;
    const smuggled = `GET /smuggled HTTP/1.1\nhost: ${live.id}.apps.localhost\nauthorization: Bearer ${plane.tokenOf(live)}\n\n`;
    const attempts = {
      both: `${head}content-length: 4\ntransfer-encoding: chunked\n\n0\n\n${smuggled}`,
      twoLengths: `${head}content-length: 0\ncontent-length: 60\n\n${smuggled}`,
      listedLengths: `${head}content-length: 0, 60\n\n${smuggled}`,
      signedLength: `${head}content-length: +0\n\n${smuggled}`,
      oddEncoding: `${head}transfer-encoding: xchunked\n\n0\n\n${smuggled}`,
      chunkedFirst: `${head}transfer-encoding: chunked, identity\n\n0\n\n${smuggled}`,
      spaceBeforeColon: `${head}content-length : 4\n\n0\n\n${smuggled}`,
      folded: `${head}x-a: b\n content-length: 60\n\n${smuggled}`,
      badChunk: `${head}transfer-encoding: chunked\n\n-1\n\n${smuggled}`,
    };
    for (const [name, text] of Object.entries(attempts)) {
      const answer = await raw(text);
      expect(answer, name).not.toContain("/smuggled");
      expect(answer.match(/HTTP\/1\.1 200/g) ?? [], name).toHaveLength(0);
    }
    const bareLf = await sendRaw(plane.door.port, `${head}\n${smuggled}`);
    expect(bareLf).not.toContain("HTTP/1.1 200");
    expect((await plane.call(live, "/after")).json).toMatchObject({ served: 1, path: "/after" });
  });

  it("bounds bodies of known and of unknown length", async () => {
    const live = await plane.install({ "server.js": counting });
    const post = (body: string | Readable, headers = {}) =>
      plane.call(live, "/", { method: "POST", body, headers });
    expect((await post("x".repeat(1_000_000))).json).toMatchObject({ bytes: 1_000_000 });
    expect((await post("x".repeat(1_000_001))).status).toBe(413);
    expect((await post(Readable.from(["x".repeat(900_000)]))).json).toMatchObject({
      bytes: 900_000,
    });
    const chunks = Array.from({ length: 30 }, () => "x".repeat(100_000));
    expect((await post(Readable.from(chunks))).status).toBe(413);
  });

  it("answers broken requests with a typed error and closes", async () => {
    const garbage = await raw("\u0000\u0001\u0002\n\n");
    expect(statusOf(garbage)).toBe("400");
    expect(garbage).toContain("REQUEST_INVALID");
    const huge = await raw(`GET / HTTP/1.1\nhost: localhost\nx: ${"a".repeat(20_000)}\n\n`);
    expect(statusOf(huge)).toBe("431");
    const upgrade = await raw(
      "GET / HTTP/1.1\nhost: localhost\nconnection: upgrade\nupgrade: websocket\nsec-websocket-key: x\n\n",
    );
    expect(statusOf(upgrade)).toBe("501");
    expect(statusOf(await raw("CONNECT evil.example:443 HTTP/1.1\nhost: evil.example\n\n"))).toBe(
      "400",
    );
    expect((await send({ port: plane.door.port, host: "localhost", path: "/" })).status).toBe(200);
  });

  it("gives up on heads and bodies that do not move", async () => {
    // A door of its own: with such times a busy machine would shut out the others' clients.
    await using hasty = await openFrontDoor({
      ...{ host: "127.0.0.1", port: 0, createRequestId: () => "req-1" },
      ...{ slowClients: { toleranceMs: 300 }, headersTimeoutMs: 400 },
      api: async () => new Response(),
      functions: plane.functions,
      frames: { handle: async () => undefined },
      hosts: plane.hosts,
      ground: plane.rig.ground,
    });
    const send = (text: string) => sendRaw(hasty.port, text.replaceAll("\n", "\r\n"));
    const head = await send("GET / HTTP/1.1\nhost: loc");
    expect(statusOf(head)).toBe("408");
    const live = await plane.install({ "server.js": counting });
    const body = await send(
      `POST / HTTP/1.1\nhost: ${live.id}.apps.localhost\nauthorization: Bearer ${plane.tokenOf(live)}\ncontent-length: 100\n\nfew`,
    );
    expect(body).not.toContain("HTTP/1.1 200");
  });

  it("says which port is busy", async () => {
    const options = {
      ...{ host: "127.0.0.1", port: plane.door.port, createRequestId: () => "req-1" },
      api: async () => new Response(),
      functions: plane.functions,
      frames: { handle: async () => undefined },
      hosts: plane.hosts,
      ground: plane.rig.ground,
    };
    const failure = await openFrontDoor(options).catch((error: unknown) => error);
    expect(isBerthError(failure, "PORT_BUSY")).toBe(true);
    expect(String(failure)).toContain(String(plane.door.port));
  });

  it("lets running requests end when it closes, up to its deadline", async () => {
    const { promise: asked, resolve: isAsked } = Promise.withResolvers<void>();
    const { promise: mayAnswer, resolve: answer } = Promise.withResolvers<Response>();
    await using second = await openFrontDoor({
      ...{ host: "127.0.0.1", port: 0, createRequestId: () => "req-1" },
      api: () => {
        isAsked();
        return mayAnswer;
      },
      functions: plane.functions,
      frames: { handle: async () => undefined },
      hosts: plane.hosts,
      ground: plane.rig.ground,
    });
    const running = send({ port: second.port, host: "localhost", path: "/" });
    const idle = connect(second.port, "127.0.0.1");
    await once(idle, "connect");
    await asked;
    // Longer than the test may take: neither the request nor the idle connection is cut off by it.
    const closed = second.close({ deadlineMs: 60_000 });
    await once(idle.resume(), "close");
    answer(new Response("late but whole"));
    expect((await running).body).toBe("late but whole");
    await closed;
    await expect(send({ port: second.port, host: "localhost", path: "/" })).rejects.toThrow(
      "ECONNREFUSED",
    );
  });

  it("keeps idle connections when it is released, until an answer that says it is the last", async () => {
    await using second = await openFrontDoor({
      ...{ host: "127.0.0.1", port: 0, createRequestId: () => "req-1" },
      api: async () => new Response("served"),
      functions: plane.functions,
      frames: { handle: async () => undefined },
      hosts: plane.hosts,
      ground: plane.rig.ground,
    });
    const line = connect(second.port, "127.0.0.1");
    const ask = async () => {
      line.write("GET / HTTP/1.1\r\nhost: localhost\r\n\r\n");
      const [answer] = (await once(line, "data")) as [Buffer];
      return answer.toString();
    };
    expect(await ask()).toMatch(/^HTTP\/1.1 200.*connection: keep-alive/is);
    second.release();
    await expect(send({ port: second.port, host: "localhost", path: "/" })).rejects.toThrow(
      "ECONNREFUSED",
    );
    const ended = once(line, "end");
    expect(await ask()).toMatch(/^HTTP\/1.1 200.*connection: close/is);
    await ended;
    await second.drained(new AbortController().signal);
  });
});
