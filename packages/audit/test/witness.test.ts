/** Both sides of C2SP tlog-witness over a real HTTP connection, and each against a bad partner. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text as readText } from "node:stream/consumers";
import {
  type AuditEntry,
  addCheckpoint,
  addCosignatures,
  appendLeaves,
  asType,
  emptyFrontier,
  emptyRoot,
  generateSigningKey,
  openWitnessAnchor,
  parseKeptCheckpoint,
  proveConsistency,
  signCheckpoint,
  verifyNote,
  type WitnessAnswer,
  type WitnessedHead,
  type WitnessOptions,
  type WitnessStore,
} from "@berth/audit";
import { afterEach, describe, expect, it } from "vitest";
import { createNodeStore } from "./support/node-store.ts";
import { createSampleLog, origin, type SampleLog, sampleEntry } from "./support/sample-log.ts";

const nowMs = 1_790_000_000_000;
const witness = generateSigningKey("witness.example.com/w1").signer;
const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((done) => server.close(done));
});

function createStore(): WitnessStore & { readonly heads: Map<string, WitnessedHead> } {
  const heads = new Map<string, WitnessedHead>();
  return {
    heads,
    async findLatest(log) {
      return heads.get(log);
    },
    async advance({ from, origin: log, to }) {
      if (heads.get(log)?.size !== from?.size) return false;
      heads.set(log, to);
      return true;
    },
  };
}

function witnessOf(log: SampleLog, store: WitnessStore = createStore()): WitnessOptions {
  return {
    store,
    signer: witness,
    now: () => nowMs,
    findLogKeys: (name) => (name === origin ? [log.signer.key] : undefined),
  };
}

async function serve(answer: (body: string) => Promise<WitnessAnswer>): Promise<string> {
  const server = createServer(async (request, response) => {
    const { body, contentType, status } = await answer(await readText(request));
    response.writeHead(request.url === "/witness/add-checkpoint" ? status : 404, {
      "content-type": contentType,
    });
    response.end(body);
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/witness/`;
}

const prover = (log: SampleLog) => (fromSize: number, toSize: number) => {
  const leaves = log.entries.map(({ leafHash }) => leafHash);
  const store = createNodeStore(leaves, appendLeaves(emptyFrontier, leaves).nodes);
  return proveConsistency(store, { fromSize, toSize });
};

function anchorOf(log: SampleLog, url: string) {
  return openWitnessAnchor({
    ...{ url, fetch, prove: prover(log), witnessKey: witness.key },
    logSize: async () => log.entries.length,
  });
}

async function grown(...sizes: readonly number[]): Promise<SampleLog> {
  const log = createSampleLog();
  for (const size of sizes) {
    log.growTo(size);
    await log.sign();
  }
  return log;
}

const kept = (log: SampleLog, at: number) =>
  parseKeptCheckpoint(log.checkpoints[at]?.note ?? "there is no such checkpoint");

async function forked(log: SampleLog, size: number): Promise<SampleLog> {
  const other = createSampleLog(log.signer);
  const entry: AuditEntry = sampleEntry(0, { action: "grant.give" });
  other.append(entry);
  other.growTo(size);
  await other.sign();
  return other;
}

describe("a witness", () => {
  it("cosigns a log that only grows, and remembers it between the log's starts", async () => {
    const log = await grown(5, 12, 12, 31);
    const store = createStore();
    const url = await serve((body) => addCheckpoint(body, witnessOf(log, store)));
    for (const at of [0, 1, 2]) await anchorOf(log, url).keep(kept(log, at));
    const anchor = anchorOf(log, url);
    const { cosignatures, timeSeconds } = await anchor.keep(kept(log, 3));
    expect(timeSeconds).toBe(nowMs / 1000);
    const { note } = parseKeptCheckpoint(addCosignatures(kept(log, 3).text, cosignatures));
    expect(verifyNote(note, [asType(witness.key, "cosignature")]).verified).toHaveLength(1);
    expect(store.heads.get(origin)).toEqual({ size: 31, root: kept(log, 3).root });
  });

  it("refuses a rewritten log of a larger and of the same size, which the log takes for an alarm", async () => {
    const log = await grown(12);
    const url = await serve((body) => addCheckpoint(body, witness12));
    const witness12 = witnessOf(log);
    await anchorOf(log, url).keep(kept(log, 0));
    for (const size of [12, 31]) {
      const other = await forked(log, size);
      await expect(anchorOf(other, url).keep(kept(other, 0))).rejects.toMatchObject({
        code: "AUDIT_ANCHOR_CONFLICT",
      });
    }
  });

  it("refuses a log that went back, which the log takes for an alarm only when it is shorter", async () => {
    const log = await grown(5, 12);
    const store = createStore();
    const url = await serve((body) => addCheckpoint(body, witnessOf(log, store)));
    await anchorOf(log, url).keep(kept(log, 1));
    // Another server of the log was quicker with a larger one.
    await expect(anchorOf(log, url).keep(kept(log, 0))).rejects.toMatchObject({
      code: "AUDIT_ANCHOR_FAILED",
    });
    log.entries.length = 5;
    await expect(anchorOf(log, url).keep(kept(log, 0))).rejects.toMatchObject({
      code: "AUDIT_ANCHOR_CONFLICT",
      message: expect.stringContaining("cosigned 12 entries"),
    });
  });

  it("answers each wrong request as the protocol says", async () => {
    const log = await grown(5, 12);
    const options = witnessOf(log);
    const [small, large] = [kept(log, 0), kept(log, 1)];
    const ask = async (body: string) => (await addCheckpoint(body, options)).status;
    const stranger = await grown(5);
    expect(await ask(`old 0\n\n${stranger.checkpoints[0]?.note}`)).toBe(403);
    const unknown = await signCheckpoint({
      ...{ origin: "example.com/other", size: 0, root: emptyRoot(), nowMs },
      signers: [log.signer],
    });
    expect(await ask(`old 0\n\n${unknown}`)).toBe(404);
    expect(await ask(`old 6\n\n${small.text}`)).toBe(400);
    expect(await ask(`old 00\n\n${small.text}`)).toBe(400);
    expect(await ask(`old 0\nAAAA\n\n${small.text}`)).toBe(400);
    expect(await ask(`old 0\n${small.text}`)).toBe(400);
    expect(await ask("")).toBe(400);
    const hash = Buffer.alloc(32).toString("base64");
    expect(await ask(`old 0\n${`${hash}\n`.repeat(64)}\n${small.text}`)).toBe(400);
    expect(await ask(`old 0\n${hash}\n\n${small.text}`)).toBe(422);
    expect(await ask(`old 0\n\n${small.text}`)).toBe(200);
    expect(await addCheckpoint(`old 0\n\n${large.text}`, options)).toEqual({
      ...{ status: 409, contentType: "text/x.tlog.size", body: "5\n" },
    });
    expect(await ask(`old 5\n\n${large.text}`)).toBe(422);
    expect(await ask(`old 5\n\n${small.text}`)).toBe(200);
  });

  it("cosigns one of two requests that come together", async () => {
    const log = await grown(5, 12);
    const options = witnessOf(log);
    const answers = await Promise.all(
      [0, 1].map((at) => addCheckpoint(`old 0\n\n${kept(log, at).text}`, options)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  });
});

describe("a log whose witness misbehaves", () => {
  const answers: readonly (readonly [string, WitnessAnswer])[] = [
    ["answers nothing", { status: 200, contentType: "text/plain", body: "" }],
    ["answers without its signature", { status: 200, contentType: "text/plain", body: "yes\n" }],
    ["answers without end", { status: 200, contentType: "text/plain", body: "x".repeat(70_000) }],
    ["fails", { status: 500, contentType: "text/plain", body: "" }],
    ["names a size that is none", { status: 409, contentType: "text/x.tlog.size", body: "-1\n" }],
  ];

  it.each(answers)("that %s gets no receipt", async (_name, answer) => {
    const log = await grown(5);
    const url = await serve(async () => answer);
    await expect(anchorOf(log, url).keep(kept(log, 0))).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:AUDIT_ANCHOR_FAILED|CHECKPOINT_INVALID)$/),
    });
  });

  it("gets no receipt for a signature of the witness on another checkpoint", async () => {
    const log = await grown(5);
    const other = await forked(log, 5);
    const url = await serve(() =>
      addCheckpoint(`old 0\n\n${kept(other, 0).text}`, witnessOf(other)),
    );
    await expect(anchorOf(log, url).keep(kept(log, 0))).rejects.toMatchObject({
      code: "AUDIT_ANCHOR_FAILED",
      message: expect.stringContaining("without a cosignature"),
    });
  });

  it("fails when nobody listens, and stops when it is told to", async () => {
    const log = await grown(5);
    const url = await serve(async () => ({ status: 500, contentType: "", body: "" }));
    await new Promise((done) => servers.pop()?.close(done));
    await expect(anchorOf(log, url).keep(kept(log, 0))).rejects.toMatchObject({
      code: "AUDIT_ANCHOR_FAILED",
      message: expect.stringContaining("cannot be asked"),
    });
    const reason = new Error("enough");
    const stopped = anchorOf(log, url).keep(kept(log, 0), AbortSignal.abort(reason));
    await expect(stopped).rejects.toBe(reason);
  });
});
