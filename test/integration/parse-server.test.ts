/**
 * The API proxy in front of a real Parse Server, as the usage example has it: what a view may say
 * there, what it sees, and what the proxy spares both sides.
 */
import { APIProxy, type APIProxyConfig, PermissionManager, type TokenSource } from "@berth/browser";
import { findParseError, parseServerDialect } from "@berth/browser/parse-server";
import type { Grant, ViewFetch } from "@berth/protocol";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import {
  applicationId,
  openParseServer,
  type ParseServerUnderTest,
  restApiKey,
  type User,
} from "./parse-server/open-parse-server.ts";

let parse: ParseServerUnderTest;
let ada: User;
let bob: User;

beforeAll(async () => {
  parse = await openParseServer();
  [ada, bob] = await Promise.all([parse.signUp("ada"), parse.signUp("bob")]);
});
afterAll(() => parse[Symbol.asyncDispose]());

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly status: Promise<number>;
}

interface OpenOptions extends Partial<APIProxyConfig> {
  readonly token?: string | TokenSource;
  readonly actions?: Grant["actions"];
  readonly resources?: readonly string[];
  readonly onSend?: (count: number) => void;
}

function open(options: OpenOptions = {}) {
  const { token, actions = ["read", "write"], resources, onSend, ...config } = options;
  const sent: Sent[] = [];
  const granted = resources ?? ["/classes/Order", "/classes/Order/*"];
  const permissions = new PermissionManager({
    grants: granted.map((resource, index) => ({
      ...{ id: `g${index}`, type: "api" as const, resource, actions },
    })),
  });
  const proxy = new APIProxy({
    config: {
      baseURL: parse.baseURL,
      dialect: parseServerDialect({ applicationId, restApiKey }),
      ...config,
    },
    permissions,
    random: () => 0,
    ...(token === undefined
      ? {}
      : { token: typeof token === "string" ? async () => token : token }),
    fetch: (url, init) => {
      const response = fetch(url, init);
      const { pathname, search } = new URL(String(url));
      const status = response.then(
        (answer) => answer.status,
        () => 0,
      );
      const headers = new Headers(init?.headers);
      sent.push({ method: init?.method ?? "", path: pathname + search, headers, status });
      onSend?.(sent.length);
      return response;
    },
  });
  return { proxy, sent };
}

const get = (path: string): ViewFetch => ({ method: "GET", path, headers: [], body: null });
const send = (method: ViewFetch["method"], path: string, body: unknown): ViewFetch => ({
  ...{ method, path, headers: [] },
  body: typeof body === "string" ? body : JSON.stringify(body),
});

async function createOrder(owner: User, fields: object = {}): Promise<string> {
  const ACL = { [owner.id]: { read: true, write: true } };
  const { json } = await parse.call("POST", "/classes/Order", {
    ...{ token: owner.token, body: { ACL, ...fields } },
  });
  return String(json.objectId);
}

const json = ({ body }: { readonly body: string }): Record<string, unknown> => JSON.parse(body);

describe("a view before a Parse Server", () => {
  it("reads and writes as the host's user, whose session it never sees", async () => {
    const everything = { resources: ["/classes/*", "/users", "/users/*"] };
    const { proxy, sent } = open({ ...everything, token: ada.token });
    const ACL = { [ada.id]: { read: true, write: true } };
    const made = await proxy.fetch(send("POST", "/classes/Order", { total: 3, ACL }));
    expect(made.status).toBe(201);
    const path = `/classes/Order/${String(json(made).objectId)}`;
    expect(json(await proxy.fetch(get(path)))).toMatchObject({ total: 3 });
    expect((await proxy.fetch(send("PUT", path, { total: 4 }))).status).toBe(200);
    expect(sent[0]?.headers.get("x-parse-session-token")).toBe(ada.token);

    // Another user, and nobody: the order is not there for them.
    for (const token of [bob.token, undefined]) {
      const other = open({ ...everything, ...(token === undefined ? {} : { token }) });
      const answer = await other.proxy.fetch(get(path));
      expect(answer.status).toBe(404);
      expect(findParseError(answer)).toEqual({ code: 101, message: "Object not found." });
    }

    // Parse Server itself answers these with the session's token.
    expect((await parse.call("GET", "/users/me", { token: ada.token })).json.sessionToken).toBe(
      ada.token,
    );
    const seen = [
      await proxy.fetch(get("/users/me")),
      await proxy.fetch(get(`/users/${ada.id}`)),
      await proxy.fetch(send("POST", "/users", { username: "eve", password: "eve" })),
    ];
    expect(seen.map(({ status }) => status)).toEqual([200, 200, 201]);
    expect(json(seen[0] ?? { body: "" })).toMatchObject({ username: "ada" });
    expect(JSON.stringify(seen)).not.toMatch(/r:[0-9a-f]{16}|session_?token/i);
  });

  it("reads classes without writing, creating or deleting, and no other class", async () => {
    const { proxy, sent } = open({ actions: ["read"], token: ada.token });
    expect((await proxy.fetch(get("/classes/Order"))).status).toBe(200);
    for (const refused of [
      send("POST", "/classes/Order", {}),
      send("PUT", "/classes/Order/abc", {}),
      send("DELETE", "/classes/Order/abc", {}),
      get("/classes/Salary"),
      get("/users/me"),
      get("/classes/Order/../Salary"),
    ])
      await expect(proxy.fetch(refused)).rejects.toMatchObject({
        code: expect.stringMatching(/^(?:PERMISSION_DENIED|REQUEST_INVALID)$/),
      });
    expect(sent).toHaveLength(1);
  });

  it("does not get past its grants by what Parse Server would let it do", async () => {
    const id = await createOrder(ada);
    // That each of these would work: a body that changes the method, a query on another class.
    const changed = await parse.call("POST", "/classes/Order", { body: { _method: "GET" } });
    expect(changed.json).toHaveProperty("results");
    const batch = { requests: [{ method: "DELETE", path: `/parse/classes/Order/${id}` }] };
    const utf16 = [...JSON.stringify({ _method: "GET" })].map((letter) => `${letter}\0`).join("");
    const where = (value: unknown) => `?where=${encodeURIComponent(JSON.stringify(value))}`;
    const sessions = { user: { $inQuery: { className: "_Session", where: {} } } };
    const { proxy, sent } = open({ resources: ["/*"], token: ada.token });
    const { headers: _none, ...plain } = send("POST", "/classes/Order", {});
    for (const request of [
      send("POST", "/classes/Order", { _method: "DELETE" }),
      send("POST", "/classes/Order", '{"\\u005fmethod":"GET"}'),
      { ...plain, headers: [["content-type", "application/json; charset=utf-16le"]], body: utf16 },
      { ...plain, headers: [["X-Parse-Master-Key", "guess"]] },
      { ...plain, headers: [["Content-Encoding", "deflate"]] },
      send("POST", "/batch", batch),
      send("POST", "/Batch/", batch),
      get("/sessions"),
      get("/classes/_Session"),
      get(`/classes/Order${where(sessions)}`),
      get(`/classes/Order${where(JSON.stringify(sessions)).replace("_", "%5C%5Cu005f")}`),
      get("/classes/Order?redirectClassNameForKey=customer"),
      get("/classes/Order?[redirectClassNameForKey]=customer"),
      send("POST", "/login", { username: "ada", password: "ada" }),
    ] as ViewFetch[])
      await expect(proxy.fetch(request), request.path).rejects.toMatchObject({
        code: "REQUEST_INVALID",
      });
    expect(sent).toEqual([]);
  });

  it("is told Parse Server's own errors by their numbers", async () => {
    const { proxy } = open({ token: ada.token });
    const malformed = await proxy.fetch(get("/classes/Order?where=%7B"));
    expect(malformed.status).toBe(400);
    expect(findParseError(malformed)?.code).toBe(107);
    const wrongType = await createOrder(ada, { total: 1 });
    const answer = await proxy.fetch(send("PUT", `/classes/Order/${wrongType}`, { total: "x" }));
    expect(findParseError(answer)?.code).toBe(111);
  });
});

describe("the proxy before a Parse Server", () => {
  it("answers a read from what it keeps until something is written", async () => {
    const { proxy, sent } = open({ token: ada.token, assumedFreshMs: 3_600_000 });
    const list = get('/classes/Order?where={"kind":"cached"}&count=1&limit=0');
    expect(json(await proxy.fetch(list)).count).toBe(0);
    await proxy.fetch(list);
    expect(sent).toHaveLength(1);
    await proxy.fetch(send("POST", "/classes/Order", { kind: "cached" }));
    expect(json(await proxy.fetch(list)).count).toBe(1);
    expect(sent.map(({ method }) => method)).toEqual(["GET", "POST", "GET"]);
  });

  it("asks by etag whether an answer still holds", async () => {
    const { proxy, sent } = open({ token: ada.token });
    const list = get('/classes/Order?where={"kind":"tagged"}');
    const first = await proxy.fetch(list);
    expect(await proxy.fetch(list)).toEqual(first);
    expect(await Promise.all(sent.map(({ status }) => status))).toEqual([200, 304]);
  });

  it("sends the reads of one turn as one batch, with the answers of single ones", async () => {
    const id = await createOrder(ada, { total: 7, kind: "batched" });
    const paths = [
      `/classes/Order/${id}?keys=total`,
      "/classes/Order/absent1234",
      '/classes/Order?where={"kind":"batched"}&keys=total&limit=5',
      "/classes/Order?limit=0&count=1",
      "/classes/Order?where={",
    ];
    const single = open({ token: ada.token });
    const batched = open({ token: ada.token, batchPath: "/batch" });
    const ask = ({ proxy }: typeof single) =>
      Promise.all(paths.map((path) => proxy.fetch(get(path))));
    const [expected, found] = [await ask(single), await ask(batched)];
    const parts = ({ status, body }: { status: number; body: string }) => [
      status,
      JSON.parse(body),
    ];
    expect(found.map(parts)).toEqual(expected.map(parts));
    expect(expected.map(({ status }) => status)).toEqual([200, 404, 200, 200, 400]);
    expect(batched.sent.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "POST /parse/batch",
    ]);
  });

  it("keeps the window's rate", async () => {
    const { proxy, sent } = open({ token: ada.token, maxRequestsPerWindow: 2 });
    for (const path of ["/classes/Order?limit=1", "/classes/Order?limit=2"])
      await proxy.fetch(get(path));
    await expect(proxy.fetch(get("/classes/Order?limit=3"))).rejects.toMatchObject({
      ...{ code: "RATE_LIMITED", details: { retryAfterMs: expect.any(Number) } },
    });
    expect(sent).toHaveLength(2);
  });

  it("renews a session that has ended, and writes once", async () => {
    const login = await parse.call("POST", "/login", {
      body: { username: "bob", password: "bob" },
    });
    const ended = String(login.json.sessionToken);
    await parse.call("POST", "/logout", { token: ended, body: {} });
    const refusals: (string | undefined)[] = [];
    const { proxy, sent } = open({
      async token(refused) {
        refusals.push(refused);
        return refused === undefined ? ended : bob.token;
      },
    });
    const made = await proxy.fetch(send("POST", "/classes/Order", { kind: "renewed" }));
    expect(made.status).toBe(201);
    expect(refusals).toEqual([undefined, ended]);
    expect(await Promise.all(sent.map(({ status }) => status))).toEqual([400, 201]);
    const { json: found } = await parse.call("GET", '/classes/Order?where={"kind":"renewed"}');
    expect(found.results).toHaveLength(1);
  });

  it("tries a read again while the server hangs, and a write only once", async () => {
    const path = `/classes/Order/${await createOrder(ada, { total: 1 })}`;
    onTestFinished(() => void parse.process.kill("SIGCONT"));
    parse.process.kill("SIGSTOP");
    const write = open({ token: ada.token, timeout: 200 });
    await expect(write.proxy.fetch(send("PUT", path, { total: 2 }))).rejects.toMatchObject({
      code: "REQUEST_TIMEOUT",
    });
    expect(write.sent).toHaveLength(1);
    const read = open({
      token: ada.token,
      timeout: 500,
      retryAttempts: 20,
      onSend: (count) => count === 2 && parse.process.kill("SIGCONT"),
    });
    expect((await read.proxy.fetch(get(path))).status).toBe(200);
    expect(read.sent.length).toBeGreaterThan(1);
  });

  it("gives each endpoint its figures, whatever the objects' ids look like", async () => {
    const { proxy } = open({ token: ada.token });
    const id = await createOrder(ada);
    for (const each of [id, "abcdefghij"]) await proxy.fetch(get(`/classes/Order/${each}`));
    await proxy.fetch(send("POST", "/classes/Order", {}));
    expect(proxy.endpoints()).toEqual([
      expect.objectContaining({
        ...{ endpoint: "GET /classes/Order/:id", count: 2, successRate: 0.5 },
        p50Ms: expect.any(Number),
      }),
      expect.objectContaining({ endpoint: "POST /classes/Order", count: 1, successRate: 1 }),
    ]);
  });
});
