import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type ClientRequest, type IncomingMessage, request, type Server } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, it } from "vitest";
import { defaultCellLimits } from "../src/index.ts";
import { IsolateLedger } from "../src/workerd/isolate-ledger.ts";
import { RateBook } from "../src/workerd/isolate-rates.ts";
import { defaultOutLimits, type OutLimits, openOutServer } from "../src/workerd/out-server.ts";
import { WaitingModules } from "../src/workerd/waiting-modules.ts";
import { quietLogger } from "./rig.ts";

let folder: string;
let server: Server | undefined;
let now: number;
let calls: number;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "berth-out-"));
  now = 1_000_000;
  calls = 0;
});
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  rmSync(folder, { recursive: true, force: true });
});

const socketPath = () => join(folder, "out.sock");
async function open(limits: Partial<OutLimits>): Promise<void> {
  const isolates = new IsolateLedger(new RateBook({ now: () => now }));
  isolates.open("i1", defaultCellLimits);
  server = await openOutServer({
    cellId: "c1",
    socketPath: socketPath(),
    sink: {
      onCall: async () => {
        calls += 1;
        return null;
      },
      onEgress: async () => {
        throw new Error("No test fetches.");
      },
      onLog: () => undefined,
    },
    isolates,
    waitingModules: new WaitingModules(),
    logger: quietLogger,
    clock: { now: () => now },
    limits,
  });
}

const body = JSON.stringify({ key: "i1", handle: null, capability: "state", method: "get" });

function begin(path: string, headers: Record<string, string> = {}): ClientRequest {
  return request({ socketPath: socketPath(), path, method: "POST", agent: false, headers });
}
async function post(path = "/call", sent = body) {
  const outgoing = begin(path, { "content-length": String(Buffer.byteLength(sent)) });
  outgoing.end(sent);
  const [response] = (await once(outgoing, "response")) as [IncomingMessage];
  return { status: response.statusCode, headers: response.headers, text: await text(response) };
}

it("answers up to the burst, refuses the next, and answers again as time goes by", async () => {
  await open({ requestsPerSecond: 2, requestBurst: 3 });
  for (let count = 0; count < 3; count += 1) expect((await post()).status).toBe(200);
  const refused = await post();
  expect(refused.text).toContain('"RATE_LIMITED"');
  expect((await post("/log")).status).toBe(429);
  expect(calls).toBe(3);
  now += 499;
  expect((await post()).text).toContain('"RATE_LIMITED"');
  now += 1;
  expect((await post()).text).toBe('{"ok":null}');
});

it("refuses bytes above the rate before they are sent, and closes the connection", async () => {
  await open({ bytesPerSecond: 1_000, byteBurst: 1_000 });
  const padded = (length: number) => body + " ".repeat(length - body.length);
  expect((await post("/call", padded(999))).text).toBe('{"ok":null}');
  now += 999;
  expect((await post("/call", padded(1_000))).text).toBe('{"ok":null}');
  now += 1_000;
  // It never sends its body: the answer comes on the headers alone.
  const outgoing = begin("/call", { "content-length": "1001" });
  outgoing.flushHeaders();
  const [response] = (await once(outgoing, "response")) as [IncomingMessage];
  expect(response.statusCode).toBe(429);
  expect(response.headers.connection).toBe("close");
  expect(await text(response)).toContain('"RATE_LIMITED"');
  // One without a length counts as the longest.
  const endless = begin("/call", { "transfer-encoding": "chunked" });
  endless.flushHeaders();
  const [answer] = (await once(endless, "response")) as [IncomingMessage];
  expect(answer.statusCode).toBe(429);
  outgoing.destroy();
  endless.destroy();
  expect(calls).toBe(2);
});

it("ends a call whose body does not come", async () => {
  await open({ bodyTimeoutMs: 50 });
  const outgoing = begin("/call", { "content-length": "10" });
  outgoing.flushHeaders();
  await expect(once(outgoing, "close")).rejects.toMatchObject({ code: "ECONNRESET" });
  expect(calls).toBe(0);
});

it("takes so many connections and no more", async () => {
  await open({ maxConnections: 1 });
  const first = connect(socketPath());
  await once(first, "connect");
  const second = connect(socketPath());
  second.on("error", () => undefined);
  await new Promise((resolve) => second.once("close", resolve));
  first.destroy();
});

it("has limits that an app at work does not meet", () => {
  expect(Object.isFrozen(defaultOutLimits)).toBe(true);
  expect(defaultOutLimits.byteBurst).toBeGreaterThan(4 * 1024 * 1024);
});
