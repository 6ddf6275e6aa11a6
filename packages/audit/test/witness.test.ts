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
      ...{ code: "AUDIT_ANCHOR_FAILED", details: { keptSize: 12 } },
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

describe("a witness that lies", () => {
  const anchorAt = (log: SampleLog, url: string, timeoutMs = 10_000) =>
    openWitnessAnchor({
      ...{ url, fetch, timeoutMs, prove: prover(log), witnessKey: witness.key },
      logSize: async () => log.entries.length,
    });
  const size = (body: string): WitnessAnswer => ({
    ...{ status: 409, contentType: "text/x.tlog.size", body },
  });

  it.each([
    ["that it has more than the log, by far", size(`${2 ** 50}\n`), "AUDIT_ANCHOR_CONFLICT"],
    ["the size that it was asked with", size("5\n"), "AUDIT_ANCHOR_FAILED"],
    ["a size beyond any log", size("99999999999999999999\n"), "AUDIT_ANCHOR_FAILED"],
    ["a size in another notation", size("0x5\n"), "AUDIT_ANCHOR_FAILED"],
    [
      "a size as another type",
      { ...size("5\n"), contentType: "text/plain" },
      "AUDIT_ANCHOR_FAILED",
    ],
    ["a redirect", { status: 302, contentType: "text/plain", body: "" }, "AUDIT_ANCHOR_FAILED"],
  ])("and answers %s gets no more than a few requests", async (_name, answer, code) => {
    const log = await grown(5, 12);
    let requests = 0;
    const url = await serve(async () => {
      requests += 1;
      return answer;
    });
    const anchor = anchorAt(log, url);
    await expect(anchor.keep(kept(log, 1))).rejects.toMatchObject({ code });
    expect(requests).toBeLessThanOrEqual(3);
  });

  it("moves its size at each question, and is given up", async () => {
    const log = await grown(5, 12);
    let known = 0;
    const url = await serve(async () => {
      known += 1;
      return size(`${known}\n`);
    });
    await expect(anchorAt(log, url).keep(kept(log, 1))).rejects.toMatchObject({
      code: "AUDIT_ANCHOR_FAILED",
      message: expect.stringContaining("moved on"),
    });
  });

  it("signs by another key of its name, and gets no receipt", async () => {
    const log = await grown(5);
    const other = generateSigningKey(witness.key.name).signer;
    const url = await serve((body) => addCheckpoint(body, { ...witnessOf(log), signer: other }));
    await expect(anchorAt(log, url).keep(kept(log, 0))).rejects.toMatchObject({
      code: "AUDIT_ANCHOR_FAILED",
      message: expect.stringContaining("right key"),
    });
  });

  it("signs sixty times, of which one is kept", async () => {
    const log = await grown(5);
    const url = await serve(async (body) => {
      const answers: string[] = [];
      for (let at = 0; at < 60; at += 1) {
        const options = { ...witnessOf(log), now: () => nowMs + at * 1_000 };
        answers.push((await addCheckpoint(body, options)).body);
      }
      return { status: 200, contentType: "text/plain", body: answers.join("") };
    });
    const { cosignatures } = await anchorAt(log, url).keep(kept(log, 0));
    expect(cosignatures).toHaveLength(1);
  });

  it("never answers, and is given up after a while", async () => {
    const log = await grown(5);
    const url = await serve(() => new Promise<WitnessAnswer>(() => undefined));
    await expect(anchorAt(log, url, 30).keep(kept(log, 0))).rejects.toMatchObject({
      code: "AUDIT_ANCHOR_FAILED",
    });
    servers.at(-1)?.closeAllConnections();
  });
});

describe("what a witness keeps", () => {
  it("has one signature of the log's keys, whatever else stands below the note", async () => {
    const log = await grown(5);
    const notes: string[] = [];
    const store = createStore();
    const options: WitnessOptions = {
      ...witnessOf(log),
      store: {
        ...store,
        advance: (step) => {
          notes.push(step.note);
          return store.advance(step);
        },
      },
    };
    const { text } = kept(log, 0);
    const [own = ""] = text.split("\n\n")[1]?.split("\n") ?? [];
    const stuffed = `${text}${`${own}\n`.repeat(40)}— stranger.example AAAAAAAA\n`;
    expect((await addCheckpoint(`old 0\n\n${stuffed}`, options)).status).toBe(200);
    expect(notes[0]?.split("\n\n")[1]).toBe(`${own}\n`);
  });

  it("tells of two trees of one size whatever the request says that it knows", async () => {
    const log = await grown(12);
    const refused: string[] = [];
    const options: WitnessOptions = {
      ...witnessOf(log),
      onRefuse: async ({ kind, size }) => void refused.push(`${kind} ${size}`),
    };
    await addCheckpoint(`old 0\n\n${kept(log, 0).text}`, options);
    const same = await forked(log, 12);
    const larger = await forked(log, 31);
    for (const old of [0, 12]) {
      await addCheckpoint(`old ${old}\n\n${kept(same, 0).text}`, options);
    }
    await addCheckpoint(`old 12\n\n${kept(larger, 0).text}`, options);
    expect(refused).toEqual(["another-root 12", "another-root 12", "unproven 31"]);
  });
});
