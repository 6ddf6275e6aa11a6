import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LiveInstallation } from "../../src/installation/live.ts";
import { sendRaw } from "./client.ts";
import { type DataPlane, openDataPlane, productOrigin } from "./rig.ts";
import { openTestSocket, type TestSocketInput } from "./web-socket-client.ts";

const app = `
export default { fetch(request, env, ctx) {
  if (new URL(request.url).pathname === "/plain") return new Response("no socket here", { status: 426 });
  if (new URL(request.url).pathname === "/slow") return new Promise(() => setTimeout(() => {}, 60_000));
  const [client, server] = Object.values(new WebSocketPair());
  server.accept();
  server.addEventListener("message", async ({ data }) => {
    if (data === "headers") server.send(JSON.stringify([...request.headers]));
    else if (data === "state") server.send(JSON.stringify(
      await env.BERTH.call(ctx.props.berth.handle, "state", "list", {})));
    else if (data === "bye") server.close(4001, "as you like");
    else if (data === "hog") { const all = []; for (;;) all.push(new Array(1e5).fill({})); }
    else server.send(data);
  });
  server.addEventListener("close", ({ code }) => console.log("the app saw close " + code));
  const headers = { "set-cookie": "__Host-a=1; Secure; Path=/", "x-own": "1" };
  const offered = request.headers.get("sec-websocket-protocol");
  if (offered !== null) headers["sec-websocket-protocol"] = offered.split(",")[0];
  return new Response(null, { status: 101, webSocket: client, headers });
} };`;

describe("a WebSocket to a function", () => {
  let plane: DataPlane;
  beforeAll(async () => {
    plane = await openDataPlane({ sockets: { maxPerMember: 3 } });
  });
  afterAll(() => plane[Symbol.asyncDispose]());

  const tokenOf = (live: LiveInstallation) => `berth.token.${plane.tokenOf(live)}`;
  const open = (live: LiveInstallation, input: Partial<TestSocketInput> = {}) =>
    openTestSocket({
      port: plane.door.port,
      host: `${live.id}.apps.localhost`,
      protocols: ["berth", tokenOf(live)],
      headers: { origin: productOrigin },
      ...input,
    });
  async function openReady(live: LiveInstallation) {
    const one = await open(live);
    await one.opened;
    return one;
  }
  const handshake = (live: LiveInstallation, changes: Record<string, string | undefined> = {}) => {
    const headers = {
      host: `${live.id}.apps.localhost`,
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
      authorization: `Bearer ${plane.tokenOf(live)}`,
      ...changes,
    };
    const lines = Object.entries(headers).map(([name, value]) => value && `${name}: ${value}\r\n`);
    return `GET /plain HTTP/1.1\r\n${lines.join("")}\r\n`;
  };

  it("carries messages both ways, and a token that the app never sees", async () => {
    const live = await plane.install({ "server.js": app });
    const one = await open(live, {
      protocols: [tokenOf(live), "chat.v1", "berth"],
      path: "/a?b=1",
    });
    expect(await one.opened).toBe("chat.v1");
    for (const text of ["hello", "é".repeat(40_000)]) {
      one.socket.send(text);
      expect(await one.message()).toBe(text);
    }
    one.socket.send("headers");
    const headers = new Map(JSON.parse(await one.message()) as [string, string][]);
    expect(headers.get("sec-websocket-protocol")).toBe("chat.v1");
    expect(headers.get("sec-websocket-extensions")).toBeUndefined();
    expect(JSON.stringify([...headers])).not.toContain(plane.tokenOf(live).slice(0, 20));
    one.socket.send("bye");
    expect(await one.closed).toEqual({ code: 4001, reason: "as you like" });
    // Metered when both its sides are closed, which may be after the client's.
    const read = () => plane.rig.metering.read(live.id);
    await expect.poll(read).toMatchObject({ requests: 1, failedRequests: 0 });
    const usage = await read();
    expect(usage.bytesIn).toBeGreaterThan(80_000);
    expect(usage.bytesOut).toBeGreaterThan(80_000);
  });

  it("ends a socket over which more is sent than the app's limit, and its log says which", async () => {
    const live = await plane.install(
      { "server.js": app },
      { manifest: { server: { entry: "server.js", limits: { socketMessagesPerSecond: 20 } } } },
    );
    const one = await openReady(live);
    for (let count = 0; count < 40; count += 1) one.socket.send("more");
    const reason = "RATE_LIMITED: socket messages, 20 a second";
    expect(await one.closed).toEqual({ code: 1008, reason });
    const logged = async () =>
      (await plane.rig.insight.list(live.id, 9)).map(({ message, source }) => [source, message]);
    await expect
      .poll(logged)
      .toContainEqual([
        "berth",
        expect.stringMatching(
          /^RATE_LIMITED: .*\[limit: socket messages, allowed: 20, by: gateway\]$/,
        ),
      ]);
  });

  it("ends the sockets of a session that is signed out, its token with it, and no others", async () => {
    const live = await plane.install({ "server.js": app });
    const mintFor = (session: string) =>
      plane.tokens.mint({
        installation: live.id,
        member: "member-2",
        instance: "view-2",
        session: plane.tokens.nameSession(session),
      }).token;
    const [phone, desk] = [mintFor("phone"), mintFor("desk")];
    const sockets = await Promise.all(
      [phone, desk].map((token) => open(live, { protocols: ["berth", `berth.token.${token}`] })),
    );
    await Promise.all(sockets.map(({ opened }) => opened));
    plane.functions.endSession(plane.tokens.endSession("phone"));
    expect(await sockets[0]?.closed).toEqual({ code: 1008, reason: "AUTH_REQUIRED: signed out" });
    sockets[1]?.socket.send("still here");
    expect(await sockets[1]?.message()).toBe("still here");
    const late = await open(live, { protocols: ["berth", `berth.token.${phone}`] });
    await expect(late.opened).rejects.toThrow();
    const asked = await plane.call(live, "/plain", {
      headers: { authorization: `Bearer ${phone}` },
    });
    expect(asked.status).toBe(401);
    sockets[1]?.socket.close();
    await sockets[1]?.closed;
  });

  it("chooses its own subprotocol where the app chose none, and lets the member act", async () => {
    const live = await plane.install({ "server.js": app });
    const one = await open(live);
    expect(await one.opened).toBe("berth");
    one.socket.send("state");
    expect(JSON.parse(await one.message())).toMatchObject({ ok: { entries: [] } });
    one.socket.close();
    await one.closed;
  });

  it("opens for nobody without a token, a known origin and grants to read and to write", async () => {
    const live = await plane.install({ "server.js": app });
    const other = await plane.install({ "server.js": app });
    const reader = await plane.install(
      { "server.js": app },
      { grants: [{ type: "api", resource: "*", actions: ["read"] }] },
    );
    const raw = async (...input: Parameters<typeof handshake>) => {
      const [, status, code] =
        /^HTTP\/1\.1 (\d+)[\s\S]*?(?:"code":"(\w+)"|$)/.exec(
          await sendRaw(plane.door.port, handshake(...input)),
        ) ?? [];
      return `${status} ${code}`;
    };
    const none = { authorization: undefined };
    expect(await raw(live, none)).toBe("401 AUTH_REQUIRED");
    const two = `${tokenOf(live)}, ${tokenOf(live)}`;
    expect(await raw(live, { ...none, "sec-websocket-protocol": two })).toBe("401 AUTH_REQUIRED");
    const foreign = { ...none, "sec-websocket-protocol": tokenOf(other) };
    expect(await raw(live, foreign)).toBe("401 AUTH_REQUIRED");
    for (const origin of ["null", "https://evil.example", `http://${live.id}.apps.localhost`]) {
      expect(await raw(live, { origin })).toBe("403 AUTH_ORIGIN_REFUSED");
    }
    expect(await raw(reader)).toBe("403 PERMISSION_DENIED");
    for (const changes of [
      { "sec-websocket-version": "8" },
      { "sec-websocket-key": "short" },
      { "content-length": "4" },
      { "sec-websocket-protocol": "a b" },
    ]) {
      expect(await raw(live, changes)).toBe("400 REQUEST_INVALID");
    }
    expect(await raw(live, { host: "localhost" })).toBe("501 UNAVAILABLE");
    expect(await raw(live, { upgrade: "h2c" })).toBe("501 UNAVAILABLE");
    expect(await raw(live, { host: "evil.example" })).toBe("421 HOST_UNKNOWN");
    const reserved = handshake(live).replace("/plain", "/.berth/capabilities/state/get");
    expect(await sendRaw(plane.door.port, reserved)).toContain("ROUTE_NOT_FOUND");
    // Before the answer to an earlier request on the same connection, nothing is opened.
    const slow = handshake(live)
      .replace("/plain", "/slow")
      .replace(/(connection|upgrade): .*\r\n/g, "");
    expect(await sendRaw(plane.door.port, slow + handshake(live))).toBe("");
    // The app's own word, where it opens no socket.
    const answer = await sendRaw(plane.door.port, handshake(live));
    expect(answer).toContain("426");
    expect(answer).toContain("no socket here");
  });

  it("takes so many of one member and no more", async () => {
    const live = await plane.install({ "server.js": app });
    const three = await Promise.all([openReady(live), openReady(live), openReady(live)]);
    await expect((await open(live)).opened).rejects.toThrow("refused");
    const [first] = three;
    first?.socket.close();
    await first?.closed;
    // Its seat is free once both sides are closed, which a request of the app's own awaits.
    await expect
      .poll(async () =>
        (await open(live)).opened.then(
          () => "open",
          () => "no",
        ),
      )
      .toBe("open");
  });

  it.each([
    ["is suspended", { state: "suspended" }, 1008, "INSTALLATION_STATE"],
    ["lost its grants", { grants: [] }, 1008, "PERMISSION_DENIED"],
    ["has another configuration", { configHash: "another" }, 1012, "The app was changed"],
  ] as const)("ends when its installation %s", async (_name, changes, code, reason) => {
    const live = await plane.install({ "server.js": app });
    const one = await openReady(live);
    plane.rig.directory.set({ ...live, ...changes });
    expect(await one.closed).toEqual({ code, reason: expect.stringContaining(reason) });
  });

  it("ends when the app ran over its memory, and says so", async () => {
    const live = await plane.install(
      { "server.js": app },
      { manifest: { resources: { memory: 16 } } },
    );
    const one = await openReady(live);
    one.socket.send("hog");
    expect(await one.closed).toEqual({ code: 1011, reason: "SANDBOX_MEMORY_EXCEEDED" });
    const logged = async () =>
      (await plane.rig.insight.list(live.id, 10)).map((line) => line.message).join();
    await expect.poll(logged).toContain("SANDBOX_MEMORY_EXCEEDED");
  });

  it("tells the app that the client is gone, and gives back what it held", async () => {
    const live = await plane.install({ "server.js": app });
    const one = await openReady(live);
    one.socket.close(4002);
    await one.closed;
    await expect
      .poll(async () => (await plane.rig.insight.list(live.id, 10)).map((line) => line.message))
      .toContain("the app saw close 4002");
    const inFlight = () =>
      plane.pool.list().find((cell) => cell.isolateKeys[0]?.startsWith(live.id))?.inFlight;
    await expect.poll(inFlight).toBe(0);
  });

  it("ends all when the server stops, and opens no more", async () => {
    const live = await plane.install({ "server.js": app });
    const one = await openReady(live);
    await plane.functions.closeSockets();
    expect(await one.closed).toMatchObject({ code: 1001 });
    await expect((await open(live)).opened).rejects.toThrow("refused");
  });
});
