import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Socket } from "node:net";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type { EgressCall } from "@berth/cells";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createEgress, type EgressOptions } from "../../src/gateway/egress/egress.ts";
import { createRateLimits } from "../../src/gateway/rate-limits.ts";
import type { LiveInstallation } from "../../src/installation/live.ts";
import { type GatewayRig, openGatewayRig } from "./rig.ts";

/** What a remote host does, by path. */
async function remote(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url ?? "/";
  if (path === "/redirect") response.writeHead(302, { location: "http://169.254.169.254/" }).end();
  else if (path === "/silent") response.flushHeaders();
  else if (path === "/never") return;
  else if (path === "/endless") Readable.from(many()).pipe(response);
  else if (path === "/cut") {
    response.writeHead(200, { "content-length": "100" });
    response.write("short", () => response.destroy());
  } else {
    const body = await text(request);
    const { method, headers, rawHeaders } = request;
    response.setHeader("berth-fault", "{}");
    response.setHeader("x-remote", "1");
    response.end(JSON.stringify({ method, path, headers, rawHeaders, body }));
  }
}
function* many() {
  for (;;) yield "x".repeat(65_536);
}

describe("egress", () => {
  let rig: GatewayRig;
  let port = 0;
  const server = createServer((request, response) => {
    // A client that breaks off is what some of these tests are about.
    remote(request, response).catch(() => response.destroy());
  });
  beforeAll(async () => {
    rig = await openGatewayRig();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    port = (server.address() as AddressInfo).port;
  });
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await rig[Symbol.asyncDispose]();
  });

  const grant = (resource: string) =>
    ({ type: "network", resource, actions: ["connect"] }) as const;
  function install(...hosts: string[]): LiveInstallation {
    const grants = hosts.map(grant).map((each) => ({ ...each, actions: [...each.actions] }));
    return rig.install({ grants });
  }
  function open(options: EgressOptions = {}) {
    const rates = createRateLimits(rig.clock);
    const egress = createEgress({ ...rig, rates, ...options });
    return (live: LiveInstallation, url: string, call: Partial<EgressCall> = {}) =>
      egress.send(
        {
          ...{ cellId: "c", isolateKey: `${live.id}@d@c`, method: "GET", headers: [] },
          ...{ body: Readable.from([]), signal: new AbortController().signal },
          ...call,
          url,
        },
        { live, purpose: "request", requestId: null, subject: null },
      );
  }
  const denied = { code: "EGRESS_DENIED" };
  const failed = { code: "EGRESS_FAILED" };

  it("reaches a granted host at the address that was resolved, whatever the name says later", async () => {
    const asked: string[] = [];
    const send = open({
      allowPrivate: ["127.0.0.1"],
      // A rebinding name: harmless at first, the metadata service ever after.
      resolve: async (host) => {
        asked.push(host);
        return asked.length === 1 ? ["127.0.0.1"] : ["169.254.169.254"];
      },
    });
    const live = install(`api.example.com:${port}`);
    const answer = await send(live, `http://api.example.com:${port}/a?b=1`, {
      method: "POST",
      headers: [
        ["content-type", "text/plain"],
        ["berth-cell", "x"],
        ["connection", "x-hop"],
        ["x-hop", "1"],
        ["host", "evil.example"],
        ["authorization", "Bearer mine"],
      ],
      body: Readable.from(["hello ", "there"]),
    });
    expect(answer.status).toBe(200);
    const names = answer.headers.map(([name]) => name.toLowerCase());
    expect(names).toContain("x-remote");
    expect(names.filter((name) => name.startsWith("berth-") || name === "connection")).toEqual([]);
    const seen = JSON.parse(await text(answer.body)) as {
      headers: Record<string, string>;
      path: string;
      body: string;
    };
    expect(seen).toMatchObject({ path: "/a?b=1", body: "hello there" });
    expect(seen.headers).toMatchObject({
      host: `api.example.com:${port}`,
      authorization: "Bearer mine",
      connection: "close",
    });
    expect(Object.keys(seen.headers).filter((name) => /^berth|^x-hop/.test(name))).toEqual([]);
    expect(asked).toEqual(["api.example.com"]);
    await expect(send(live, `http://api.example.com:${port}/`)).rejects.toMatchObject(denied);
    const usage = await rig.metering.read(live.id);
    expect(usage).toMatchObject({ egressRequests: 1, bytesOut: 11 });
    expect(usage.bytesIn).toBeGreaterThan(100);
    const log = (await rig.insight.list(live.id, 10)).map((entry) => entry.message).join("\n");
    expect(log).toContain("may not reach");
    expect(log).not.toContain("Bearer");
  });

  it("refuses private addresses however they are reached", async () => {
    const connected: string[] = [];
    const addresses = [
      ...[
        "127.0.0.1",
        "127.255.255.254",
        "0.0.0.0",
        "0.1.2.3",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
      ],
      ...["169.254.169.254", "100.64.0.1", "192.0.0.1", "198.18.0.1", "224.0.0.1", "240.0.0.1"],
      ...["255.255.255.255", "192.0.2.1", "203.0.113.9", "192.88.99.1"],
      ...["::", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:a00:1"],
      ...[
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "fe80::1",
        "fec0::1",
        "fd00:ec2::254",
      ],
      ...["fc00::1", "ff02::1", "2002:7f00:1::", "2001:0:1::1", "2001:db8::1", "100::1", "4000::1"],
      "not-an-address",
    ];
    for (const address of addresses) {
      const send = open({
        resolve: async () => [address],
        connect: async (target) => {
          connected.push(target.address);
          throw new Error("reached");
        },
      });
      const outcome = send(install("api.example.com"), "https://api.example.com/");
      await expect(outcome, address).rejects.toMatchObject(denied);
    }
    expect(connected).toEqual([]);
  });

  it("connects to public addresses, and to none of a name that mixes them with private ones", async () => {
    const tried: string[] = [];
    const resolved = { list: ["93.184.215.14", "2606:2800:21f:cb07::1"] };
    const send = open({
      resolve: async () => resolved.list,
      connect: async ({ address, host, isTls, port: to }) => {
        tried.push(`${address} ${host} ${isTls} ${to}`);
        throw new Error("no route");
      },
    });
    const live = install("api.example.com");
    await expect(send(live, "https://api.example.com/")).rejects.toMatchObject(failed);
    expect(tried).toEqual([
      "93.184.215.14 api.example.com true 443",
      "2606:2800:21f:cb07::1 api.example.com true 443",
    ]);
    resolved.list = ["93.184.215.14", "10.0.0.1"];
    await expect(send(live, "https://api.example.com/")).rejects.toMatchObject(denied);
    expect(tried).toHaveLength(2);
  });

  it("reads disguised addresses as what they are, and needs a grant for each", async () => {
    const connected: string[] = [];
    const send = open({
      resolve: async () => ["93.184.215.14"],
      connect: async ({ host }) => {
        connected.push(host);
        throw new Error("reached");
      },
    });
    const live = install("api.example.com", "*.cdn.example.com", "127.0.0.1", "2130706433");
    for (const url of [
      "http://0177.0.0.1/",
      "http://0x7f.0.0.1/",
      "http://2130706433/",
      "http://127.1/",
      "http://①②⑦.0.0.1/",
      "http://[::ffff:127.0.0.1]/",
      "http://[::1]/",
      "http://api.example.com.evil.example/",
      "http://evil.example/api.example.com",
      "http://api.example.com./",
      "http://api.example.com:8080/",
      "https://api.example.com:80/",
      "http://cdn.example.com/",
      "http://evilcdn.example.com/",
      "http://user@api.example.com/",
      "http://api.example.com@evil.example/",
      "http://api.example.com:x@evil.example/",
      "ftp://api.example.com/",
      "file:///etc/passwd",
      "gopher://api.example.com/",
      "data:text/plain,x",
      "unix:/run/app/out.sock",
      "//api.example.com/",
      "api.example.com",
      "",
    ]) {
      await expect(send(live, url), url).rejects.toMatchObject(denied);
    }
    expect((await rig.metering.read(live.id)).deniedCalls).toBe(25);
    expect(connected).toEqual([]);
    await expect(send(live, "http://a.b.cdn.example.com/")).rejects.toMatchObject(failed);
    expect(connected).toEqual(["a.b.cdn.example.com"]);
  });

  it("gives a redirect back as it is, so that the next hop is decided anew", async () => {
    const send = open({ allowPrivate: ["127.0.0.0/8"] });
    const live = install(`127.0.0.1:${port}`);
    const answer = await send(live, `http://127.0.0.1:${port}/redirect`);
    expect(answer.status).toBe(302);
    answer.body.resume();
    await expect(send(live, "http://169.254.169.254/")).rejects.toMatchObject(denied);
  });

  it("bounds size, silence and time in both directions", async () => {
    const limits = {
      ...{ maxResponseBytes: 1_000_000, maxRequestBytes: 1_000 },
      ...{ headTimeoutMs: 1_000, idleTimeoutMs: 500 },
    };
    const send = open({ allowPrivate: ["127.0.0.1"], limits });
    const live = install(`127.0.0.1:${port}`);
    const at = (path: string) => `http://127.0.0.1:${port}${path}`;
    await expect(text((await send(live, at("/endless"))).body)).rejects.toMatchObject(failed);
    await expect(text((await send(live, at("/silent"))).body)).rejects.toMatchObject(failed);
    await expect(text((await send(live, at("/cut"))).body)).rejects.toThrow();
    await expect(send(live, at("/never"))).rejects.toMatchObject(failed);
    // Those who are answered have all the time that they need.
    const patient = open({ allowPrivate: ["127.0.0.1"], limits: { maxRequestBytes: 1_000 } });
    const big = { method: "POST", body: Readable.from(["x".repeat(900), "x".repeat(101)]) };
    await expect(patient(live, at("/"), big)).rejects.toMatchObject(failed);
    const fits = { method: "POST", body: Readable.from(["x".repeat(1_000)]) };
    expect((await patient(live, at("/"), fits)).status).toBe(200);
  });

  it("does not let a body be longer than it says", async () => {
    const send = open({ allowPrivate: ["127.0.0.1"] });
    const body = Readable.from(["1234GET /smuggled HTTP/1.1\r\nhost: x\r\n\r\n"]);
    const call = { method: "POST", headers: [["content-length", "4"]] as const, body };
    const outcome = send(install(`127.0.0.1:${port}`), `http://127.0.0.1:${port}/`, call);
    await expect(outcome).rejects.toMatchObject(failed);
  });

  it("gives up when the app is gone, and survives garbage", async () => {
    const sockets: Socket[] = [];
    const garbage = createTcpServer((socket) => {
      sockets.push(socket);
      socket.on("error", () => undefined);
      socket.once("data", () => socket.write("\u0000\u0001 not http\r\n\r\n"));
    });
    garbage.listen(0, "127.0.0.1");
    await once(garbage, "listening");
    const garbagePort = (garbage.address() as AddressInfo).port;
    const send = open({ allowPrivate: ["127.0.0.1"] });
    const live = install(`127.0.0.1:${port}`, `127.0.0.1:${garbagePort}`);
    await expect(send(live, `http://127.0.0.1:${garbagePort}/`)).rejects.toMatchObject(failed);
    for (const socket of sockets) socket.destroy();
    garbage.close();
    const gone = new AbortController();
    const waiting = send(live, `http://127.0.0.1:${port}/never`, { signal: gone.signal });
    gone.abort();
    await expect(waiting).rejects.toMatchObject(failed);
  });

  it("breaks an answer off when the grant that it needs is taken back, and no other", async () => {
    const send = open({ allowPrivate: ["127.0.0.1"] });
    const [own, other] = [install(`127.0.0.1:${port}`), install(`127.0.0.1:${port}`)];
    const url = `http://127.0.0.1:${port}/endless`;
    const [ended, kept] = [await send(own, url), await send(other, url)];
    const broken = once(ended.body, "error");
    // As when it is read anew after a change: with the grant, then without.
    rig.directory.set({ ...own, epoch: 2 });
    await rig.openUses.recheck(own.id);
    expect(ended.body.destroyed).toBe(false);
    rig.directory.set({ ...own, epoch: 3, grants: [] });
    await rig.openUses.recheck();
    const [error] = (await broken) as [unknown];
    expect(error).toMatchObject(failed);
    expect(kept.body.destroyed).toBe(false);
    kept.body.destroy();
  });

  it("is limited by the minute and stops with the installation", async () => {
    const send = open({ resolve: async () => ["10.0.0.1"] });
    const live = rig.install({
      grants: [{ ...grant("a.example"), actions: ["connect"] }],
      manifest: { resources: { network: 2 } },
    });
    await expect(send(live, "http://a.example/")).rejects.toMatchObject(denied);
    await expect(send(live, "http://a.example/")).rejects.toMatchObject(denied);
    await expect(send(live, "http://a.example/")).rejects.toMatchObject({ code: "RATE_LIMITED" });
    await expect(send({ ...live, state: "suspended" }, "http://a.example/")).rejects.toMatchObject({
      code: "INSTALLATION_STATE",
    });
  });

  it("wants allowPrivate to be addresses, ranges or names", () => {
    for (const entry of ["10.0.0.0/99", "http://x", "*", "", "a b"]) {
      expect(() => open({ allowPrivate: [entry] }), entry).toThrow(
        expect.objectContaining({ code: "OPTION_INVALID" }),
      );
    }
  });
});
