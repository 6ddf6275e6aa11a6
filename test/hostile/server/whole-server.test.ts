/**
 * Apps that reach for what is another's through the server itself: handles, state, logs, identity,
 * and the data on its disk. One Berth, one organization, a victim of the same publisher.
 */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { createClient } from "@berth/client";
import type { WireError } from "@berth/protocol";
import { describe, expect, it } from "vitest";
import { callHost } from "../../support/start-berth.ts";
import { becomeCell } from "./stage/as-cell.ts";
import { openServerStage, publicAddress } from "./stage/server-stage.ts";

const stage = openServerStage();

const cellOf = (installation: string) => {
  const cells = stage.berth.berth.cells.list();
  const cell = cells.find(({ isolateKeys }) => isolateKeys[0]?.startsWith(`${installation}@`));
  if (cell === undefined) throw new Error(`No cell runs ${installation}.`);
  return cell;
};
const victimTarget = () => {
  const [isolateKey = ""] = cellOf(stage.victim).isolateKeys;
  return { installation: stage.victim, isolateKey };
};

describe("another installation", () => {
  it("steal-state finds none of it under any name", async () => {
    const found = await stage.post("steal-state", victimTarget());
    expect(Object.keys(found).length).toBeGreaterThan(25);
    for (const [attempt, outcome] of Object.entries(found)) {
      expect(`${attempt}: ${outcome}`).toMatch(
        /: (?:null|\{"entries":\[\],"cursor":null\}|CAPABILITY_INPUT_INVALID|CAPABILITY_UNKNOWN|HANDLE_INVALID)$/,
      );
    }
    expect(JSON.stringify(found)).not.toContain("kept");
  });

  it("never shares a cell, a host user or a folder with it, though its publisher is the same", async () => {
    const hostile = cellOf(await stage.install("steal-state"));
    const victim = cellOf(stage.victim);
    expect(hostile.id).not.toBe(victim.id);
    expect(hostile.hostUid).not.toBe(victim.hostUid);
    expect(victim.isolateKeys).toHaveLength(1);
  });

  it("forge-logs writes its own log only, under its own name", async () => {
    const writes = await stage.post("forge-logs", victimTarget());
    expect(writes).toEqual(["written", "CAPABILITY_INPUT_INVALID", "CAPABILITY_INPUT_INVALID"]);
    const linesOf = async (installation: string) => {
      const params = { organization: "acme", installation };
      const { entries } = await stage.berth.admin.call("listLogs", { params, query: {} });
      return entries.filter(({ message }) => message.includes("forged line"));
    };
    const own = await stage.install("forge-logs");
    await expect.poll(async () => (await linesOf(own)).length).toBe(3);
    for (const { source } of await linesOf(own)) expect(source).toBe("function");
    expect(await linesOf(stage.victim)).toEqual([]);
  });

  it("is not reached from outside by another's token, nor is its view's side", async () => {
    const token = await stage.berth.viewToken(await stage.install("use-handle"));
    const paths = ["/", "/.berth/capabilities/state/get"];
    for (const path of paths) {
      const init = { method: "POST", body: JSON.stringify({ args: { key: "secret" } }), token };
      const answer = await stage.berth.callFunction(stage.victim, path, init);
      expect([answer.status, answer.json<WireError>().code]).toEqual([401, "AUTH_REQUIRED"]);
    }
  });
});

describe("invocation handles", () => {
  const use = async (name: string, handle: string) =>
    (await stage.call(name, `/?handle=${encodeURIComponent(handle)}`)).json<string>();

  it("are refused from another cell, made up, guessed from others, or as a token", async () => {
    const own = (await stage.call("use-handle", "/give")).json<string>();
    expect(own).toMatch(/^[0-9a-f]{32}$/);
    // Alike in all but the installation: the very same code, in another cell.
    const app = stage.published("use-handle");
    const owner = await stage.berth.addOrganization("globex");
    const other = { client: owner, organization: "globex" };
    const installation = await stage.berth.install(app, {}, other);
    const token = await stage.berth.viewToken(installation, owner, "globex");
    const stolen = await stage.berth.callFunction(installation, `/?handle=${own}`, { token });
    expect(stolen.json()).toBe("HANDLE_INVALID");

    const next = (BigInt(`0x${own}`) + 1n).toString(16).padStart(32, "0");
    const viewToken = await stage.berth.viewToken(await stage.install("use-handle"));
    const guesses = [
      "0".repeat(32),
      next,
      own.toUpperCase(),
      `${own} `,
      own.slice(1),
      viewToken,
      "",
    ];
    for (const guess of guesses) expect(await use("use-handle", guess)).toBe("HANDLE_INVALID");
    expect(await use("use-handle", own)).toBe("done");
  });

  it("end with their call: neither kept for later, nor used in another member's name", async () => {
    await stage.call("use-handle", "/give");
    expect((await stage.call("use-handle", "/kept")).json()).toContain("done");
    // In steps that no request of the victim outlives, past the grace for `waitUntil`.
    for (let step = 0; step < 32; step += 1) {
      stage.advance(1_000);
      await stage.victimAnsweredOnce();
    }
    const identity = stage.berth.berth.identity;
    const acme = await identity.findOrganization("acme");
    const second = await identity.createPerson({ name: "bob", email: "bob@acme.example" });
    await identity.addMember({
      organizationId: acme?.id ?? "",
      personId: second.id,
      role: "member",
    });
    const { secret } = await identity.createApiKey({ personId: second.id, name: "test" });
    const baseUrl = `http://127.0.0.1:${stage.berth.berth.port}`;
    const bob = createClient({ baseUrl, apiKey: secret });
    const token = await stage.berth.viewToken(await stage.install("use-handle"), bob);
    const kept = (await stage.call("use-handle", "/kept", { token })).json<string[]>();
    expect(kept.length).toBeGreaterThan(1);
    expect(new Set(kept)).toEqual(new Set(["HANDLE_INVALID"]));
  });
});

describe("identity", () => {
  it("headers that speak for the server do not reach a function", async () => {
    const forged = {
      "berth-member": "admin",
      "berth-installation": "inst_other",
      "berth-handle": "0".repeat(32),
      "berth-cell": JSON.stringify({ op: "ping", key: "other" }),
      "Berth-Proto": "https",
      "x-forwarded-for": "127.0.0.1",
      "x-forwarded-host": "localhost",
      "x-forwarded-proto": "https",
      forwarded: "for=127.0.0.1;host=localhost",
      "x-real-ip": "127.0.0.1",
      "x-http-method-override": "DELETE",
      cookie: "session=stolen; __Host-own=1",
      connection: "berth-cell, x-kept",
      "x-kept": "hidden",
    };
    const answer = await stage.call("forge-identity", "/", { headers: forged });
    const seen = answer.json<{ headers: Record<string, string>; url: string; forged: string }>();
    const names = Object.keys(seen.headers);
    expect(names.filter((name) => /^(?:berth-|x-|forwarded|authorization)/.test(name))).toEqual([]);
    expect(seen.headers.cookie).toBe("__Host-own=1");
    const own = await stage.install("forge-identity");
    expect(new URL(seen.url).hostname).toBe(`${own}.apps.localhost`);
    // The app changed what it was told about its caller; the server did not ask it.
    expect(seen.forged).toBe("HANDLE_INVALID");
  });

  it("an answer that speaks for the server is not passed on as such", async () => {
    const answer = await stage.call("forge-identity", "/answer");
    expect([answer.status, answer.text]).toEqual([200, "forged"]);
    expect(answer.headers["berth-request-id"]).toMatch(/^(?!forged)./);
    for (const name of ["berth-fault", "berth-cell", "berth-member", "set-cookie", "location"]) {
      expect(answer.headers).not.toHaveProperty(name);
    }
    expect(answer.headers).not.toHaveProperty("www-authenticate");
    expect(answer.headers).not.toHaveProperty("access-control-allow-origin");
    expect(answer.headers).not.toHaveProperty("access-control-allow-credentials");
  });

  it("a host that is another's, framed in any way, is the token's or nobody's", async () => {
    const own = await stage.install("forge-identity");
    const token = await stage.berth.viewToken(own);
    const { port } = stage.berth.berth;
    const headers = { authorization: `Bearer ${token}` };
    const hosts = [
      `${stage.victim}.apps.localhost`,
      `${stage.victim}.frames.localhost`,
      `${own}.${stage.victim}.apps.localhost`,
      `${stage.victim}.apps.localhost.`,
    ];
    for (const host of hosts) {
      const answer = await callHost(port, host, "/", { headers });
      expect([host, answer.status >= 400, answer.text.includes("kept")]).toEqual([
        host,
        true,
        false,
      ]);
    }
  });
});

describe("the gateway", () => {
  it.each([
    ["/arrays", /kept|CAPABILITY_INPUT_INVALID|threw/],
    ["/objects", /kept|CAPABILITY_INPUT_INVALID|threw/],
    ["/wide", /kept|CAPABILITY_INPUT_INVALID/],
    ["/proto", /kept/],
    ["/cycle", /threw/],
    ["/text", /kept|CAPABILITY_INPUT_INVALID/],
    ["/large", /REQUEST_TOO_LARGE/],
    ["/numbers", /kept/],
    ["/code", /kept|CAPABILITY_INPUT_INVALID|threw/],
  ])("deep-calls %s is kept or refused, and nothing else", async (path, outcome) => {
    const answer = await stage.call("deep-calls", path);
    const [put = "", get = ""] = answer.json<string[]>();
    expect(put).toMatch(outcome);
    expect(get).toMatch(/^(?:read|unread)$/);
    expect(put).not.toContain("INTERNAL");
  });
});

describe("egress", () => {
  interface Fetched {
    readonly status?: number;
    readonly text?: string;
    readonly refused?: string;
  }
  const fetchAnything = (url: string, init: object = {}) =>
    stage.post<Fetched>("fetch-anything", { url, init });
  /** Runs an attack, and gives back the addresses that were connected to meanwhile. */
  async function connectedBy(attack: () => Promise<unknown>): Promise<readonly string[]> {
    const before = stage.connected.length;
    await attack();
    return stage.connected.slice(before);
  }
  const privateUrls = () => [
    "http://169.254.169.254/latest/meta-data/",
    `http://127.0.0.1:${stage.privatePort}/`,
    `http://localhost:${stage.privatePort}/`,
    `http://inner.example:${stage.privatePort}/`,
    `http://2130706433:${stage.privatePort}/`,
    `http://0x7f000001:${stage.privatePort}/`,
    `http://0.0.0.0:${stage.privatePort}/`,
    `http://[::1]:${stage.privatePort}/`,
    `http://[::ffff:127.0.0.1]:${stage.privatePort}/`,
    `http://127.0.0.1:${stage.berth.berth.port}/api/v1/health`,
    `http://localhost:${stage.berth.berth.port}/api/v1/health`,
    `http://${stage.victim}.apps.localhost:${stage.berth.berth.port}/`,
    "file:///etc/passwd",
    "ftp://127.0.0.1/",
  ];
  const localNames = (host: string) =>
    /(?:localhost|inner\.example)$/.test(host) ? ["127.0.0.1"] : [publicAddress];

  it("fetch-anything reaches no private address, however it is written, and not the server itself", async () => {
    stage.names = localNames;
    expect((await fetchAnything("http://public.example/")).text).toBe("the internet");
    const connected = await connectedBy(async () => {
      for (const url of privateUrls()) {
        const { refused } = await fetchAnything(url);
        expect(`${url} ${refused}`).toMatch(/EGRESS_DENIED|cannot load/);
      }
    });
    expect(connected).toEqual([]);
    expect(stage.privateHits).toBe(0);
  });

  it("a redirect to a private address is decided anew, and refused", async () => {
    stage.names = localNames;
    for (const status of [301, 307]) {
      const connected = await connectedBy(async () => {
        for (const url of privateUrls()) {
          stage.site = (_request, response) =>
            void response.writeHead(status, { location: url }).end();
          const { refused, text } = await fetchAnything("http://public.example/");
          expect([url, text, refused === undefined]).toEqual([url, undefined, false]);
        }
      });
      expect(new Set(connected)).toEqual(new Set([publicAddress]));
    }
    expect(stage.privateHits).toBe(0);
  });

  it("a name that is rebound between two looks is judged by the address that is connected to", async () => {
    stage.site = (_request, response) => void response.end("the internet");
    const answers = ["127.0.0.1", publicAddress, "169.254.169.254", "::1", "10.0.0.1"];
    let looks = 0;
    stage.names = () => [answers[looks++ % answers.length] ?? ""];
    const url = `http://rebind.example:${stage.privatePort}/`;
    const outcomes: Fetched[] = [];
    const connected = await connectedBy(async () => {
      for (let turn = 0; turn < 10; turn += 1) outcomes.push(await fetchAnything(url));
    });
    expect(looks).toBe(10);
    expect(connected).toEqual([publicAddress, publicAddress]);
    expect(outcomes.filter(({ refused }) => refused === "EGRESS_DENIED")).toHaveLength(8);
    stage.names = () => [publicAddress, "127.0.0.1"];
    expect((await fetchAnything("http://mixed.example/")).refused).toBe("EGRESS_DENIED");
    expect(stage.privateHits).toBe(0);
  });

  it("headers that speak for the server, or for a proxy, do not leave it", async () => {
    stage.names = () => [publicAddress];
    stage.site = ({ rawHeaders }, response) => void response.end(JSON.stringify(rawHeaders));
    const headers = {
      "berth-cell": "forged",
      "berth-member": "forged",
      "berth-fault": "forged",
      host: "inner.example",
      "proxy-authorization": "Basic x",
      te: "trailers",
      expect: "100-continue",
    };
    const { text = "[]" } = await fetchAnything("http://public.example/", { headers });
    const seen = JSON.parse(text) as string[];
    const names = seen.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase());
    expect(names.filter((name) => /^(?:berth-|proxy-|te$|expect$)/.test(name))).toEqual([]);
    expect(seen[names.indexOf("host") * 2 + 1]).toBe("public.example");
  });

  it("egress-bomb bursts in its own cell, not in the server", async () => {
    stage.names = () => [publicAddress];
    const zip = gzipSync(Buffer.alloc(50_000_000));
    stage.site = (_request, response) =>
      void response.writeHead(200, { "content-encoding": "gzip" }).end(zip);
    const before = process.memoryUsage().rss;
    const answer = await stage.call("egress-bomb", "/");
    expect([answer.status, answer.json<WireError>().code]).toEqual([
      502,
      "SANDBOX_MEMORY_EXCEEDED",
    ]);
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
  });

  it("fetch-storm gets what it was allowed of a minute, and is refused the rest", async () => {
    stage.names = () => [publicAddress];
    let asked = 0;
    stage.site = (_request, response) => {
      asked += 1;
      response.end("the internet");
    };
    // Not a GET, which would be sent again if its cell were lost.
    const storm = await stage.call("fetch-storm", "/?count=300", { method: "POST" });
    const counts = storm.json<Record<string, number>>();
    const { "answered 200": answered = 0, RATE_LIMITED: limited = 0, ...others } = counts;
    expect(answered).toBeGreaterThan(0);
    expect(limited).toBeGreaterThan(0);
    expect(asked).toBeLessThanOrEqual(200);
    expect(answered).toBeLessThanOrEqual(asked);
    // A host that is too busy for so many at once fails some of those that were allowed, by name.
    const failures = /^EGRESS_FAILED$|connection lost|^internal error/;
    for (const name of Object.keys(others)) expect(name).toMatch(failures);
    const failed = Object.values(others).reduce((sum, count) => sum + count, 0);
    expect(answered + limited + failed).toBe(300);
  });
});

describe("the server's data", () => {
  it("is closed to the user of a cell, file by file", async () => {
    const user = becomeCell(cellOf(await stage.install("use-handle")).hostUid);
    const { folder } = stage.berth;
    const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
    expect(names).toContain("master.key");
    const open = user.run(
      "find",
      folder,
      "!",
      "-type",
      "l",
      "(",
      "-readable",
      "-o",
      "-writable",
      ")",
    );
    const reached = open.output
      .split("\n")
      .filter((path) => path.startsWith(folder) && statSync(path).isFile())
      .map((path) => path.slice(folder.length + 1));
    // The engine's copy and its configuration are for every cell to read.
    const known = /^cells\/(?:engine|c\/h\d+|c\/seccomp)/;
    expect(reached.filter((path) => !known.test(path))).toEqual([]);
    for (const name of ["master.key", "node-id", "database", "blobs", "uploads"]) {
      const path = join(folder, name);
      if (!existsSync(path)) continue;
      expect([name, user.canWrite(path)]).toEqual([name, false]);
      const isFolder = statSync(path).isDirectory();
      expect([name, user.run(isFolder ? "ls" : "cat", path).isDone]).toEqual([name, false]);
    }
  });
});
