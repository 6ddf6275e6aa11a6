/**
 * Requests that lie about where they come from and where they go to, over a whole Berth's own socket: no
 * proxy stands before it here, so every forwarding header is a stranger's word.
 *
 * Where each kind of attack on identity and access is tried stands in docs/attacks.md.
 */
import { request as httpRequest } from "node:http";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { apiPrefix } from "@berth/protocol/api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type StartedBerth, startBerth } from "../support/start-berth.ts";

interface Sent {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Uint8Array;
}

describe("a request that lies", () => {
  let started: StartedBerth;
  /** An owner elsewhere, by a key. */
  let stranger: Record<string, string>;
  /** The owner of acme, by a key, and by a session. */
  let owner: Record<string, string>;
  let session: Record<string, string>;

  /** Just so: nothing normalises the target on the way. */
  async function send(target: string, { method = "GET", headers = {}, body }: Sent = {}) {
    const response = await new Promise<import("node:http").IncomingMessage>((resolve, reject) => {
      const sent = httpRequest(
        {
          ...{ host: "127.0.0.1", port: started.berth.port, path: target, method },
          headers: headers as Record<string, string>,
        },
        resolve,
      );
      sent.on("error", reject);
      sent.end(body);
    });
    const text = (await buffer(response)).toString();
    const isJson = /json/.test(response.headers["content-type"] ?? "");
    const value = (isJson ? JSON.parse(text) : {}) as Readonly<Record<string, unknown>>;
    return { status: response.statusCode ?? 0, headers: response.headers, text, value };
  }
  const json = { "content-type": "application/json" };
  const api = (path: string, init?: Sent) => send(`${apiPrefix}${path}`, init);

  beforeAll(async () => {
    started = await startBerth();
    const { identity } = started.berth;
    const keyOf = async (personId: string) => {
      const { secret } = await identity.createApiKey({ personId, name: "test" });
      return { authorization: `Bearer ${secret}` };
    };
    await started.addOrganization("globex");
    const other = await identity.findPerson("owner@globex.example");
    stranger = await keyOf(other?.id ?? "");
    owner = await keyOf(started.adminId);
  });
  afterAll(() => started?.[Symbol.asyncDispose]());

  it("about its host gets no link to there", async () => {
    const { origin, port } = started.berth;
    const evil = "evil.example";
    const forged = {
      ...{ "x-forwarded-host": evil, "x-host": evil, "x-forwarded-server": evil },
      ...{ forwarded: `host=${evil};proto=https`, "x-forwarded-proto": "https" },
      ...{ "x-original-host": evil, "x-forwarded-port": "443", "x-forwarded-prefix": "/evil" },
      ...{ origin: "http://127.0.0.1", referer: `https://${evil}/`, host: `127.0.0.1:${port}` },
    };
    const body = JSON.stringify({ email: "guest@acme.example", role: "member" });
    const headers = { ...owner, ...json, ...forged };
    const acme = "/organizations/acme";
    const invited = await api(`${acme}/invitations`, { method: "POST", headers, body });
    expect(invited.status, invited.text).toBe(201);
    expect(invited.value.link).toMatch(new RegExp(`^${origin}/`));
    const signOn = await api(`${acme}/single-sign-on`, { headers });
    expect(signOn.value.redirectUri).toMatch(new RegExp(`^${origin}/`));
    const tokens = await api(`${acme}/provisioning/tokens`, { headers });
    expect(tokens.value.baseUrl).toMatch(new RegExp(`^${origin}/`));
    for (const { text, headers: answered } of [invited, signOn, tokens]) {
      expect(text + JSON.stringify(answered)).not.toContain(evil);
    }
  });

  it("about its address is recorded by the connection's", async () => {
    const { token } = await started.berth.identity.createSignInLink(started.adminId);
    const forged = {
      ...{ "x-forwarded-for": "203.0.113.7", "x-real-ip": "203.0.113.7" },
      ...{ forwarded: "for=203.0.113.7", "true-client-ip": "203.0.113.7" },
      ...{ "cf-connecting-ip": "203.0.113.7", "x-client-ip": "203.0.113.7" },
    };
    const { origin } = started.berth;
    const headers = { ...json, ...forged, origin };
    const body = JSON.stringify({ token });
    const entered = await api("/session/link", { method: "POST", headers, body });
    const cookie = entered.headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
    session = { cookie };
    const listed = await api("/sessions", { headers: session });
    const [found] = listed.value.sessions as readonly { address: string }[];
    expect(found?.address).toMatch(/^(127\.0\.0\.1|::1)$/);
  });

  it("about its path reaches what it may, or nothing", async () => {
    for (const target of [
      ...["//api/v1/operators", "/api//v1/operators", "/api/v1//operators", "/api/v1/operators/"],
      ...["/api/v1/./operators", "/api/v1/health/../operators", "/./api/v1/operators"],
      ...["/api/v1/health/%2e%2e/operators", "/api/v1/health/%2E./operators"],
      ...["/api/v1/health%2f..%2foperators", "/api/v1/%6fperators", "/api/v1/operators%2f"],
      ...[
        "/API/V1/operators",
        "/api/v1/Operators",
        "/api/v1/operators;a=b",
        "/api/v1/operators%20",
      ],
      ...["/api/v1/operators%00", "/api/v1/operators%0d%0aset-cookie:a=b", "/api/v1/operators%09"],
      ...["/api\\v1\\operators", "/api/v1/operators\\", "/api/v1/\uff4fperators".normalize("NFC")],
      ...["/api/v1/organizations/acme/members", "/api/v1/organizations/globex/../acme/members"],
      ...[
        "/api/v1/organizations/globex%2f..%2facme/members",
        "/api/v1/organizations/acme%2fmembers",
      ],
      ...["/api/v1/organizations/globex%5c..%5cacme/members", "/api/v1/organizations/ACME/members"],
      ...["/api/v1/organizations/acme%20/members", "/api/v1/organizations/%61cme/members"],
      ...["/api/v1/organizations//members", "/api/v1/organizations/./members"],
    ]) {
      const path = encodeURI(target).replaceAll("%25", "%");
      const { status, value, text } = await send(path, { headers: stranger });
      expect([400, 403, 404], `${target}: ${status} ${text}`).toContain(status);
      expect(value.code, target).toMatch(
        /^(ROUTE_NOT_FOUND|REQUEST_INVALID|AUTH_FORBIDDEN|ORGANIZATION_NOT_FOUND)$/,
      );
    }
    // A path that only a header names is nobody's.
    for (const name of ["x-original-url", "x-rewrite-url", "x-http-method-override"]) {
      const value = name.startsWith("x-http") ? "DELETE" : `${apiPrefix}/operators`;
      const { value: answer } = await api("/health", { headers: { ...owner, [name]: value } });
      expect(answer.status, name).toBe("ok");
    }
  });

  it("by an odd method is not served", async () => {
    for (const method of ["TRACE", "PROPFIND", "PURGE", "LINK"]) {
      const { status, headers } = await api("/session", { method, headers: session });
      expect([400, 404, 405], method).toContain(status);
      expect(JSON.stringify(headers), method).not.toContain(session.cookie ?? "?");
    }
  });

  it("about its body's coding or length is refused, and bursts nothing", async () => {
    const bomb = gzipSync(Buffer.alloc(64_000_000, " "));
    expect(bomb.byteLength).toBeLessThan(100_000);
    const before = process.memoryUsage().arrayBuffers;
    for (const coding of ["gzip", "deflate", "br", "gzip, gzip", "x-gzip"]) {
      const headers = { ...owner, ...json, "content-encoding": coding };
      const answer = await api("/publishers", { method: "POST", headers, body: bomb });
      expect([answer.status, answer.value.code], coding).toEqual([400, "REQUEST_INVALID"]);
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32_000_000);
    const wide = Buffer.from('{"name":"wide","displayName":"W"}', "utf16le");
    for (const [type, body] of [
      ["application/json; charset=utf-16", wide],
      ["application/json; charset=utf-7", "+AHsAfQ-"],
      ["text/plain; application/json", '{"name":"wide","displayName":"W"}'],
      ["application/jsonx", '{"name":"wide","displayName":"W"}'],
      ["application/x-www-form-urlencoded", "name=wide&displayName=W"],
      [
        "multipart/form-data; boundary=b",
        '--b\r\ncontent-disposition: form-data; name="name"\r\n\r\nwide\r\n--b--',
      ],
      ["", '{"name":"wide","displayName":"W"}'],
    ] as const) {
      const headers = { ...owner, "content-type": type };
      const { status, text } = await api("/publishers", { method: "POST", headers, body });
      expect(status, `${type}: ${text}`).toBe(400);
    }
    expect((await api("/publishers/wide", { headers: owner })).status).toBe(404);
  });

  it("twice about one thing is refused", async () => {
    for (const query of ["search=a&search=b", "search=a&se%61rch=b", "search&search="]) {
      const { status, value } = await api(`/apps?${query}`, { headers: owner });
      expect([status, value.code], query).toEqual([400, "REQUEST_INVALID"]);
    }
    const { status } = await api("/apps?search=a&__proto__=b&constructor=c", { headers: owner });
    expect(status).toBe(200);
    // Two credentials: a bad one is not made good by the other.
    const both = await api("/session", {
      headers: { ...session, authorization: "Bearer berth_x" },
    });
    expect(both.status).toBe(401);
    const two = { ...owner, "x-api-key": stranger.authorization?.slice("Bearer ".length) ?? "" };
    const { person } = (await api("/session", { headers: two })).value;
    expect(person, "one of the two, and always the same").toMatchObject({
      email: "owner@globex.example",
    });
  });

  it("for a stream, from another site's page, gets none", async () => {
    const { origin } = started.berth;
    const path = "/organizations/acme/runs/run00000000000000000000000000/stream";
    const follow = (headers: Record<string, string>) =>
      api(path, { headers: { ...session, accept: "text/event-stream", ...headers } });
    for (const headers of [
      { origin: "https://evil.example" },
      { origin: "null" },
      { origin: `http://i${"0".repeat(26)}.apps.localhost:${started.berth.port}` },
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
    ] as Record<string, string>[]) {
      const { status, value, headers: answered } = await follow(headers);
      expect([status, value.code], JSON.stringify(headers)).toEqual([403, "AUTH_ORIGIN_REFUSED"]);
      expect(answered["access-control-allow-origin"]).toBeUndefined();
    }
    for (const headers of [{}, { origin }, { "sec-fetch-site": "same-origin" }]) {
      expect((await follow(headers)).value.code).toBe("RUN_NOT_FOUND");
    }
  });
});
