/**
 * Apps that look for a way out of their isolate: into the host, its network, the engine, our own
 * module, or the isolate beside them in the same cell. None gets anything.
 */
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hostile, openPoolStage, readApp, specOf } from "./stage/pool-stage.ts";

const egressUrls: string[] = [];
const stage = openPoolStage({
  onCall: ({ isolateKey, handle, args }) => Promise.resolve({ isolateKey, handle, args }),
  onEgress({ url }) {
    egressUrls.push(url);
    return Promise.reject(new Error("nothing is reached"));
  },
});
const roomy = { memoryMb: 64, cpuMs: 10_000 } as const;

describe("the host", () => {
  it.each(["fork", "exec"])("%s finds no process, no thread, no code from text", async (name) => {
    const outcomes = await stage.report(hostile(name, roomy));
    expect(Object.keys(outcomes).length).toBeGreaterThan(5);
    for (const [attempt, outcome] of Object.entries(outcomes)) {
      expect(`${attempt} ${outcome}`).toMatch(/refused|not implemented/);
    }
  });

  it.each([
    ["/exit", "FUNCTION_THREW"],
    ["/abort", "FUNCTION_THREW"],
    ["/signal", "FUNCTION_THREW"],
    ["/emit", "still there"],
    ["/unhandled", "still there"],
    ["/later", "still there"],
  ])("exit %s ends no cell", async (path, outcome) => {
    const spec = hostile("exit", roomy);
    await stage.pool.load(spec);
    const { id, pid } = stage.cellOf(spec);
    expect(await stage.ask(spec, { path })).toBe(outcome);
    expect(await stage.ask(spec, { path: "/emit" })).toBe("still there");
    expect(stage.cellOf(spec)).toMatchObject({ id, pid });
  });

  it("read-host sees an empty tree of the engine's making, and no environment", async () => {
    interface Report {
      readonly seen: Record<string, { readonly got?: string; readonly refused?: string }>;
      readonly root: readonly string[];
      readonly environment: { readonly got: string };
    }
    const { seen, root, environment, ...rest } = await stage.report<Report>(
      hostile("read-host", roomy),
    );
    expect(Object.entries(seen).filter(([, { refused }]) => refused === undefined)).toEqual([]);
    expect(Object.keys(seen).length).toBeGreaterThan(50);
    expect(root.toSorted()).toEqual(["bundle", "dev", "tmp"]);
    expect(environment.got).toBe("{}");
    const told = JSON.stringify(rest);
    expect(told).not.toContain(stage.folder);
    expect(told).not.toMatch(
      new RegExp(`\\b(?:${process.pid}|${stage.cellOf(stage.victim).pid})\\b`),
    );
  });
});

describe("the network", () => {
  let connections = 0;
  const count = (socket: Socket) => {
    connections += 1;
    socket.destroy();
  };
  let loopback: Server;
  let local: Server;
  beforeAll(async () => {
    loopback = createServer(count).listen(0, "127.0.0.1");
    local = createServer(count).listen(join(stage.folder, "host.sock"));
    await Promise.all([once(loopback, "listening"), once(local, "listening")]);
  });
  afterAll(() => {
    loopback.close();
    local.close();
  });

  it("raw-sockets opens none: not to loopback, not to metadata, not to the server's own", async () => {
    const address = loopback.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const socket = encodeURIComponent(join(stage.folder, "host.sock"));
    const path = `/?port=${port}&socket=${socket}`;
    const outcomes = await stage.report(hostile("raw-sockets", roomy), { path });
    for (const [attempt, outcome] of Object.entries(outcomes)) {
      expect(`${attempt}: ${outcome}`).toMatch(/: (?:refused|nothing came)/);
    }
    expect(Object.keys(outcomes).length).toBeGreaterThan(50);
    expect(connections).toBe(0);
    // What became of `fetch` and `node:http` was the server's to decide, for each one of them.
    expect(egressUrls).toContain(`http://127.0.0.1:${port}/`);
    expect(egressUrls).toContain("http://169.254.169.254/");
    expect(egressUrls).toContain("http://out/call");
  });
});

describe("the engine and our own module", () => {
  it("hidden-modules gets no module that could do more than an app may", async () => {
    interface Report {
      readonly modules: Record<string, string>;
      readonly workers: readonly string[];
      readonly env: readonly string[];
      readonly importedEnv: readonly string[];
      readonly exports: readonly string[];
    }
    const report = await stage.report<Report>(hostile("hidden-modules", roomy));
    const got = Object.entries(report.modules).filter(([, text]) => !text.startsWith("refused"));
    // Types and classes without a service behind them.
    expect(got.map(([name]) => name).toSorted()).toEqual(["cloudflare:ai", "cloudflare:vectorize"]);
    expect(report.env).toEqual(["BERTH"]);
    expect(report.importedEnv).toEqual(["BERTH"]);
    expect(report.exports.toSorted()).toEqual(["BerthApp", "default"]);
  });

  it("reach-host-module finds nothing behind its stub, and is itself in every call", async () => {
    const spec = hostile("reach-host-module", roomy);
    const outcomes = await stage.report(spec);
    const calls = ["toJSON", "function", "key in the handle", "more arguments"];
    for (const [attempt, outcome] of Object.entries(outcomes)) {
      if (calls.includes(attempt)) {
        const sent = JSON.parse(outcome.slice("got object ".length)) as {
          ok: { isolateKey: string };
        };
        expect(sent.ok.isolateKey, attempt).toBe(spec.key);
      } else if (attempt === "stub") expect(outcome).toContain("HANDLE_INVALID");
      else if (outcome.startsWith("got")) {
        // What every stub has in this isolate; none of it is the other side's.
        expect(attempt).toMatch(/constructor|__proto__|toString|valueOf/);
        expect(outcome).toMatch(/^got (?:function undefined|object \{\}|string "Fetcher")$/);
      }
    }
  });
});

describe("the isolate beside it in one cell", () => {
  const place = "one publisher in one organization";
  const beside = (name: string, key = name) => specOf(key, readApp(name), roomy, place);
  const neighbour = beside("plain-neighbour");
  const untouched = {
    changed: 0,
    inherited: null,
    global: null,
    path: "/",
    called: { isolateKey: neighbour.key, handle: null, args: { key: "mine" } },
  };

  it("poison changes the language for itself only", async () => {
    expect(await stage.report(neighbour)).toEqual(untouched);
    for (let turn = 0; turn < 3; turn += 1) await stage.ask(beside("poison"));
    expect(await stage.report(neighbour)).toEqual(untouched);
    // Nor for one that is loaded into the cell afterwards.
    const later = beside("plain-neighbour", "later neighbour");
    const called = { ...untouched.called, isolateKey: later.key };
    expect(await stage.report(later)).toEqual({ ...untouched, called });
    expect(stage.cellOf(later).id).toBe(stage.cellOf(beside("poison")).id);
  });

  it("watch-neighbour sees nothing of what another left in its globals", async () => {
    expect(await stage.ask(beside("keep-secret"), { headers: [["x-secret", "s3cret"]] })).toBe(
      "kept",
    );
    const watcher = beside("watch-neighbour");
    expect(await stage.report(watcher)).toEqual({
      left: [],
      symbols: 0,
      shared: "undefined",
      storage: [],
      env: ["BERTH"],
      exports: ["BerthApp", "default"],
      header: null,
    });
    expect(stage.cellOf(watcher).isolateKeys).toContain("keep-secret");
  });

  it("cache-poison puts nothing where another, or itself, would find it", async () => {
    const refused = expect.stringMatching(/^refused/);
    const puts = await stage.report(beside("cache-poison"));
    expect(Object.values(puts)).toEqual(Array.from({ length: 6 }, () => refused));
    for (const reader of [beside("cache-poison", "reader"), hostile("cache-poison", roomy)]) {
      const found = Object.values(await stage.report(reader, { path: "/read" }));
      expect(found).toEqual(Array.from({ length: 6 }, () => refused));
    }
  });

  it("abort-isolate ends its own requests only", async () => {
    const { id } = stage.cellOf(neighbour);
    const asked = Array.from({ length: 20 }, () => stage.report(neighbour));
    for (let turn = 0; turn < 3; turn += 1) {
      expect(await stage.ask(beside("abort-isolate"))).toBe("FUNCTION_THREW");
    }
    expect(await Promise.all(asked)).toEqual(asked.map(() => untouched));
    expect(stage.cellOf(neighbour).id).toBe(id);
  });
});
