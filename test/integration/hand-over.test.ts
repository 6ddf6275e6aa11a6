/** `berth serve` on PostgreSQL, restarted under load by real processes. */
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import type { Socket } from "node:net";
import { join } from "node:path";
import { type BerthClient, createClient } from "@berth/client";
import { createBerth } from "@berth/server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  berthCommand,
  berthServe,
  type CommandPlace,
  type ServedBerth,
} from "../support/berth-command.ts";
import { createPostgresDatabase, databasesUnderTest } from "../support/databases.ts";
import { silentLogger, startBerth } from "../support/start-berth.ts";
import { openLine, startLoad, type Target } from "../support/steady-load.ts";
import { appPrelude, consentTo, createTestPublisher } from "../support/test-app.ts";
import { createTestFolder, type TestFolder } from "../support/test-folder.ts";

const counter = `${appPrelude}
export default { async fetch(request, env, ctx) {
  if (request.headers.get("upgrade") === "websocket") {
    const [client, server] = Object.values(new WebSocketPair());
    server.accept();
    return new Response(null, { status: 101, webSocket: client });
  }
  if (new URL(request.url).pathname === "/log") {
    console.log(await request.text());
    return new Response("noted");
  }
  if (request.method !== "POST") return new Response("served");
  const key = await request.text();
  const before = await call(env, ctx, "state", "get", { key });
  const count = (before?.value ?? 0) + 1;
  await call(env, ctx, "state", "put", { key, value: count });
  return Response.json({ count });
} };`;

const params = { organization: "acme" };

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    // No such process.
    return false;
  }
}

/** `ended`: the code of the closing frame, the only frame that is sent on the socket. */
async function openSocket({ port, installation, token }: Target) {
  const request = httpRequest({
    ...{ host: "127.0.0.1", port, path: "/socket" },
    headers: {
      host: `${installation}.apps.localhost:${port}`,
      authorization: `Bearer ${token}`,
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    },
  });
  request.end();
  const [, socket] = (await once(request, "upgrade")) as [unknown, Socket];
  const parts: Buffer[] = [];
  socket.on("data", (part: Buffer) => parts.push(part));
  const ended = once(socket, "end").then(() => {
    socket.destroy();
    return Buffer.concat(parts).readUInt16BE(2);
  });
  return { ended };
}

describe.each(databasesUnderTest().filter((kind) => kind === "postgres"))("on %s", () => {
  let folder: TestFolder;
  let database: Awaited<ReturnType<typeof createPostgresDatabase>>;
  let data: string;
  let place: CommandPlace;
  let served: ServedBerth;
  let admin: BerthClient;
  let target: Target;

  const serving = () =>
    JSON.parse(readFileSync(join(data, "serving.json"), "utf8")) as { serverPid: number };

  async function restart(): Promise<void> {
    const { code, stderr } = await berthCommand(["restart", "--data-dir", data], place);
    expect(code, stderr).toBe(0);
  }

  beforeAll(async () => {
    folder = await createTestFolder();
    database = await createPostgresDatabase();
    data = join(folder.path, "data");
    place = {
      cwd: folder.path,
      configFolder: join(folder.path, "config"),
      env: { DATABASE_URL: database.url },
    };
    served = await berthServe(["--port", "0", "--data-dir", data, "--no-samples"], place);
    const { port, signInLink } = served;
    const login = await berthCommand(["login", signInLink], place);
    expect(login.code, login.stderr).toBe(0);
    const kept = readFileSync(join(place.configFolder, "berth", "login.json"), "utf8");
    const { apiKey } = JSON.parse(kept) as { apiKey: string };
    admin = createClient({
      baseUrl: `http://127.0.0.1:${port}`,
      apiKey,
      // Connections that are kept and not used again would be waited for, to the end of their time.
      fetch: (input, init) => {
        const headers = new Headers(init?.headers);
        headers.set("connection", "close");
        return fetch(input, { ...init, headers });
      },
    });
    const publisher = await createTestPublisher(admin, "test");
    const resources = { apiCalls: 60_000, cpu: 100 };
    const app = await publisher.publish({ server: counter, manifest: { resources } });
    const body = { app: app.app, version: app.version, consent: await consentTo(admin, app) };
    const { installation, run } = await admin.call("install", { params, body });
    for await (const { data: record } of admin.follow("followRun", {
      params: { ...params, run },
    })) {
      if (record.state !== "running") expect(record).toMatchObject({ state: "done" });
    }
    const of = { params: { ...params, installation }, body: {} };
    const { token } = await admin.call("openView", of);
    target = { port, installation, token, apiKey };
  });

  afterAll(async () => {
    await served?.[Symbol.asyncDispose]();
    await database?.drop();
    await folder?.release();
  });

  it("goes on as it was when the new process does not start", async () => {
    const key = join(data, "master.key");
    const { serverPid } = serving();
    const text = readFileSync(key);
    writeFileSync(key, "no key");
    const refused = await berthCommand(["restart", "--data-dir", data, "--json"], place);
    writeFileSync(key, text);
    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.stderr)).toMatchObject({
      code: "HAND_OVER_FAILED",
      details: { code: "OPTION_INVALID" },
    });
    expect(serving().serverPid).toBe(serverPid);
    expect((await openLine(target, { isFresh: true }).ask("/")).text).toBe("served");
  });

  it("is restarted twice under load, and no request fails", async () => {
    const messages: string[] = [];
    const heard = Promise.withResolvers<void>();
    const watching = new AbortController();
    const of = { params: { ...params, installation: target.installation } };
    const following = (async () => {
      for await (const { data: line } of admin.follow("followLogs", of, {
        signal: watching.signal,
      })) {
        messages.push(line.message);
        if (line.message === "third") heard.resolve();
      }
    })();
    const note = (body: string) => openLine(target, { isFresh: true }).ask("/log", { body });
    const socket = await openSocket(target);
    const load = startLoad(target, 16);
    await load.more(100);
    const first = serving().serverPid;
    await note("first");
    await restart();
    expect(await socket.ended).toBe(1012);
    await note("second");
    await load.more(100);
    const second = serving().serverPid;
    await restart();
    await note("third");
    await load.more(100);
    await load.stop();
    expect(load.failures).toEqual([]);
    const third = serving().serverPid;
    expect(new Set([first, second, third]).size).toBe(3);
    expect(isAlive(first)).toBe(false);

    const usage = await admin.call("getUsage", of);
    for (const [worker, count] of load.tallies) {
      const { text } = await openLine(target, { isFresh: true }).ask("/", { body: worker });
      expect(text, worker).toBe(`{"count":${count + 1}}`);
    }
    expect(usage.failedRequests).toBe(0);
    await heard.promise;
    watching.abort();
    await following;
    expect(messages.filter((message) => /^(first|second|third)$/.test(message))).toEqual([
      "first",
      "second",
      "third",
    ]);
  });

  it("closes both of its processes at Ctrl-C, and leaves nothing behind", async () => {
    const { serverPid } = serving();
    expect(await served.stop("SIGINT")).toBe(0);
    expect(isAlive(serverPid)).toBe(false);
    expect(existsSync(join(data, "serving.json"))).toBe(false);
    for (const name of ["cells", "cells-2"]) {
      expect(existsSync(join(data, name, "c")), name).toBe(false);
    }
  });

  it("sees at once in either process what the other was told, while both serve", async () => {
    await using first = await startBerth({ database: "postgres", apps: [{ server: counter }] });
    const { installation, databaseUrl } = first;
    const token = await first.viewToken(installation);
    const { secret } = await first.berth.identity.createApiKey({
      personId: first.adminId,
      name: "lines",
    });
    const own = { installation, token, apiKey: secret };
    const before = { ...own, port: first.berth.port };
    const [one, two] = [openLine(before), openLine(before)];
    for (const line of [one, two]) expect((await line.ask("/")).isLast).toBe(false);

    await using after = await createBerth({
      folder: first.folder,
      assets: { consoleFolder: null, frameBootstrap: "" },
      posture: "first-ask",
      logger: silentLogger,
      successor: { warm: first.berth.busy() },
      ...(databaseUrl === undefined ? {} : { databaseUrl }),
    });
    // It has the code of what is in use before anybody asks for it.
    expect(after.busy()).toEqual([installation]);
    await first.berth.handOver.retire();
    await after.handOver.takeOver();
    const now = { ...own, port: after.port };
    const fresh = openLine(now, { isFresh: true });
    expect((await fresh.ask("/")).text).toBe("served");
    expect(await after.handOver.settle()).toBe(false);

    // Told to the new one, seen by the old one, which had it in memory.
    const path = `/api/v1/organizations/acme/installations/${installation}`;
    const tell = (word: string) => ({ path: `${path}/${word}`, body: "{}", isApi: true });
    const suspend = tell("suspend");
    expect((await fresh.ask(suspend.path, suspend)).status).toBe(200);
    expect(await one.ask("/")).toMatchObject({ status: 409, isLast: true });
    const resume = tell("resume");
    expect((await fresh.ask(resume.path, resume)).status).toBe(200);
    expect((await fresh.ask("/")).text).toBe("served");

    // Told to the old one, seen by the new one.
    expect(await two.ask(suspend.path, suspend)).toMatchObject({ status: 200, isLast: true });
    expect(await fresh.ask("/")).toMatchObject({ status: 409 });

    await first.berth.close();
    expect(await after.handOver.settle()).toBe(true);
    expect(existsSync(join(first.folder, "cells"))).toBe(false);
    expect(await fresh.ask("/")).toMatchObject({ status: 409 });
    for (const line of [one, two]) line.close();
  });
});
