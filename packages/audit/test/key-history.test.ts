/** Which keys a verifier who knows one of them comes to accept. */

import {
  cosignCheckpoint,
  encodeEntry,
  formatEntryLine,
  generateSigningKey,
  keyActions,
  type NoteSigner,
  parseCheckpoint,
  rootOf,
  signCheckpoint,
} from "@berth/audit";
import { describe, expect, it } from "vitest";
import {
  createSampleLog,
  errorsOf,
  keyEntry,
  origin,
  type SampleLog,
  startMs,
  verifyLines,
} from "./support/sample-log.ts";

const first = generateSigningKey(origin).signer;
const second = generateSigningKey(origin).signer;
const stranger = generateSigningKey(origin).signer;
const witness = generateSigningKey("witness.example.com/w1").signer;

/** The first key up to 10 entries; both sign 12, where entries name the second and retire the first. */
async function rotatedLog(): Promise<SampleLog> {
  const log = createSampleLog(first);
  log.append(keyEntry(0, keyActions.add, first));
  log.growTo(10);
  await log.sign(first);
  log.append(keyEntry(10, keyActions.add, second), keyEntry(11, keyActions.retire, first));
  await log.sign(first, second);
  log.growTo(20);
  await log.sign(second);
  return log;
}

const vkeys = [first.key.text, second.key.text];

describe("a key that replaces another", () => {
  it("is accepted by a verifier who knows the old one", async () => {
    const report = await verifyLines((await rotatedLog()).lines(vkeys), {
      pinnedKeys: [first.key],
    });
    expect(report.findings).toEqual([]);
    expect(report.keys).toMatchObject([
      { isPinned: true, counts: true, addedByEntry: 0, retiredByEntry: 11, lastSize: 12 },
      { isPinned: false, counts: true, addedByEntry: 10, firstSize: 12, lastSize: 20 },
    ]);
  });

  it("lets a verifier who knows the new one accept the old one's checkpoints", async () => {
    const report = await verifyLines((await rotatedLog()).lines([]), { pinnedKeys: [second.key] });
    expect(errorsOf(report)).toEqual([]);
    expect(report.lastTrustedSize).toBe(20);
  });

  it("is not accepted for having signed a checkpoint beside the old one", async () => {
    const log = createSampleLog(first);
    log.growTo(10);
    // Anybody can put a signature below somebody else's checkpoint.
    await log.sign(first, stranger);
    log.growTo(20);
    await log.sign(stranger);
    const lines = log.lines([first.key.text, stranger.key.text]);
    const report = await verifyLines(lines, { pinnedKeys: [first.key] });
    expect(errorsOf(report)).toEqual([
      { code: "CHECKPOINT_UNTRUSTED", index: null, from: 20, to: 20 },
    ]);
    expect(report.lastTrustedSize).toBe(10);
  });

  it("is not accepted for being named by an entry that only itself vouches for", async () => {
    const log = createSampleLog(first);
    log.growTo(10);
    await log.sign(first);
    log.append(keyEntry(10, keyActions.add, stranger));
    await log.sign(stranger);
    const report = await verifyLines(log.lines(vkeys), { pinnedKeys: [first.key] });
    expect(errorsOf(report)).toEqual([
      { code: "CHECKPOINT_UNTRUSTED", index: null, from: 11, to: 11 },
    ]);
  });
});

describe("an entry put into a stretch after it was signed", () => {
  it("introduces no key and retires none, though its checkpoint has a good signature", async () => {
    const log = createSampleLog(first);
    log.growTo(10);
    await log.sign();
    const lines = log.lines();
    const forge = async (action: string, named: NoteSigner, tail: NoteSigner) => {
      const forged = createSampleLog(first);
      forged.growTo(10);
      forged.checkpoints.push(...log.checkpoints);
      forged.growTo(20);
      await forged.sign(tail);
      const [header = "", ...rest] = forged.lines([first.key.text, stranger.key.text]);
      const entry = encodeEntry(keyEntry(5, action, named));
      const changed = [header, ...rest];
      changed[6] = formatEntryLine({ index: 5, ...entry });
      expect(changed[5]).toBe(lines[5]);
      return verifyLines(changed, { pinnedKeys: [first.key] });
    };
    const altered = { code: "ENTRIES_ALTERED", index: 0, from: 0, to: 8 };
    expect(errorsOf(await forge(keyActions.add, stranger, stranger))).toEqual([
      altered,
      { code: "CHECKPOINT_UNTRUSTED", index: null, from: 20, to: 20 },
    ]);
    expect(errorsOf(await forge(keyActions.retire, first, first))).toEqual([altered]);
  });
});

describe("a retired key", () => {
  it("no longer counts after the first checkpoint above its retirement", async () => {
    const log = await rotatedLog();
    log.growTo(25);
    await log.sign(first);
    const report = await verifyLines(log.lines(vkeys), { pinnedKeys: [first.key] });
    expect(errorsOf(report)).toEqual([
      { code: "CHECKPOINT_UNTRUSTED", index: null, from: 25, to: 25 },
    ]);
  });
});

describe("an entry about a key", () => {
  it("that names none is reported", async () => {
    const log = createSampleLog(first);
    const { details, ...entry } = keyEntry(0, keyActions.add, first);
    expect(details).toBeDefined();
    log.append({ ...entry, details: { vkey: "nonsense" } }, entry);
    await log.sign();
    const report = await verifyLines(log.lines(), { pinnedKeys: [first.key] });
    expect(errorsOf(report)).toEqual([
      { code: "KEY_ENTRY_UNUSABLE", index: 0 },
      { code: "KEY_ENTRY_UNUSABLE", index: 1 },
    ]);
  });
});

describe("signatures", () => {
  it("of a known key that do not verify spoil their checkpoint", async () => {
    const log = await rotatedLog();
    const other = createSampleLog(first);
    other.growTo(10);
    const [signed, kept] = [await other.sign(), log.checkpoints[0]];
    if (kept === undefined) throw new Error("the log has no checkpoint");
    const [text] = kept.note.split("\n\n");
    log.checkpoints[0] = { ...kept, note: `${text}\n\n${signed.note.split("\n\n")[1]}` };
    const report = await verifyLines(log.lines(vkeys), { pinnedKeys: [first.key] });
    expect(errorsOf(report)).toMatchObject([
      { code: "SIGNATURE_WRONG" },
      { code: "SIGNATURE_WRONG" },
      { code: "CHECKPOINT_UNTRUSTED", from: 10, to: 10 },
    ]);
  });

  it("with a time that goes back or lies ahead earn a warning, not an error", async () => {
    const log = await rotatedLog();
    const pinnedKeys = [first.key];
    const early = await verifyLines(log.lines(vkeys), { pinnedKeys, nowMs: 0 });
    expect(early.isIntact).toBe(true);
    expect(early.findings.map(({ code }) => code)).toEqual(Array(3).fill("TIME_AHEAD"));
    const { frontier } = await log.sign(second);
    const head = { origin, size: frontier.size, root: rootOf(frontier), signers: [second] };
    const note = await signCheckpoint({ ...head, nowMs: startMs });
    log.checkpoints.splice(-1, 1, { note, frontier });
    const late = await verifyLines(log.lines(vkeys), { pinnedKeys });
    expect(late.isIntact).toBe(true);
    expect(late.findings).toMatchObject([{ code: "TIME_BACKWARDS", severity: "warning" }]);
  });
});

describe("a witness that the verifier names", () => {
  const timeSeconds = 1_795_334_500;
  const cosigned = async (note: string) =>
    note + (await cosignCheckpoint(parseCheckpoint(note), witness, timeSeconds * 1000));

  it("must have cosigned up to the end, and is reported with what it saw last", async () => {
    const log = await rotatedLog();
    const options = { pinnedKeys: [first.key], witnessKeys: [witness.key] };
    const before = await verifyLines(log.lines(vkeys), options);
    expect(errorsOf(before)).toMatchObject([{ code: "WITNESS_ABSENT" }]);
    const [, middle] = log.checkpoints;
    const last = log.checkpoints.at(-1);
    if (middle === undefined || last === undefined) throw new Error("the log has no checkpoints");
    // In the export, or in a checkpoint that was kept elsewhere.
    const anchored = await verifyLines(log.lines(vkeys), {
      ...options,
      anchors: [{ place: "kept", note: await cosigned(last.note) }],
    });
    log.checkpoints[1] = { ...middle, note: await cosigned(middle.note) };
    const behind = await verifyLines(log.lines(vkeys), options);
    expect(behind.findings).toMatchObject([
      { code: "WITNESS_BEHIND", index: 12, between: { fromSize: 12, toSize: 20 }, count: 8 },
    ]);
    log.checkpoints.splice(-1, 1, { ...last, note: await cosigned(last.note) });
    const exported = await verifyLines(log.lines(vkeys), options);
    for (const report of [anchored, exported]) {
      expect(report.findings).toEqual([]);
      expect(report.witnesses).toMatchObject([{ lastSize: 20, lastTimeSeconds: timeSeconds }]);
    }
    expect(exported.witnesses).toMatchObject([{ checkpoints: 2 }]);
  });
});
