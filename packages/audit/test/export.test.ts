/** What a file can do to the verifier that reads it: nothing but earn findings. */

import {
  appendLeaves,
  emptyFrontier,
  formatEndLine,
  formatEntryLine,
  formatHeaderLine,
  verifyExport,
} from "@berth/audit";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  chunksOf,
  createCheckedLog,
  errorsOf,
  origin,
  verifyLines,
  verifyNowMs,
} from "./support/sample-log.ts";

const log = await createCheckedLog();
const pinned = { pinnedKeys: [log.signer.key] };

function changed(from: string | RegExp, to: string): string[] {
  const text = log.lines().join("");
  const result = text.replace(from, to);
  expect(result).not.toBe(text);
  return result.split(/(?<=\n)/);
}

describe("what is well-formed", () => {
  it("is read the same in chunks of any length", async () => {
    const lines = log.lines();
    for (const chunkBytes of [1, 7, 100_000]) {
      const report = await verifyExport(chunksOf(lines, chunkBytes), {
        ...pinned,
        nowMs: verifyNowMs,
      });
      expect(report).toMatchObject({ isIntact: true, entries: 40 });
    }
  });

  it("verifies with all bodies dropped, but for the one that names the key", async () => {
    const lines = log
      .lines()
      .map((line) =>
        /^\{"body":\{"action":"grant/.test(line)
          ? line.replace(/^\{"body":.*(?=,"index":\d+,"leaf")/, '{"body":null')
          : line,
      );
    const report = await verifyLines(lines, pinned);
    expect(report).toMatchObject({ isIntact: true, entries: 40, droppedBodies: 39 });
  });

  it("may begin at a later entry, from the frontier there", async () => {
    const start = log.checkpoints[1]?.frontier;
    if (start === undefined) throw new Error("the log has no second checkpoint");
    const [, ...lines] = log.lines();
    const from = lines.findIndex((line) => line.includes(',"index":23,"leaf"'));
    const header = formatHeaderLine({ origin, vkeys: [log.signer.key.text], start });
    const anchors = log.checkpoints.map(({ note }, at) => ({ place: `kept ${at}`, note }));
    const report = await verifyLines([header, ...lines.slice(from)], { ...pinned, anchors });
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({
      ...{ startSize: 23, size: 40, entries: 17 },
      anchors: { given: 3, matched: 2, beforeStart: 1 },
    });
    // A start that is not the log's own cannot lead to its signed root.
    const forged = { size: 23, hashes: start.hashes.map((hash) => Buffer.from(hash).reverse()) };
    const other = formatHeaderLine({ origin, vkeys: [log.signer.key.text], start: forged });
    expect(errorsOf(await verifyLines([other, ...lines.slice(from)], pinned))).toMatchObject([
      { code: "ENTRIES_ALTERED", from: 23, to: 32 },
    ]);
  });

  it("stops when it is told to", async () => {
    const reason = new Error("enough");
    await expect(verifyLines(log.lines(), { signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
  });

  it("tells how far it is", async () => {
    const seen: number[] = [];
    await verifyLines(log.lines(), { onProgress: ({ bytes }) => seen.push(bytes) });
    expect(seen.length).toBeGreaterThan(2);
    expect(seen.at(-1)).toBe(Buffer.byteLength(log.lines().join("")));
  });
});

describe("what is not", () => {
  it.each([
    ["an empty file", [""], "is missing"],
    ["another JSON file", ["{}\n"], "is of no known type"],
    ["no JSON", ["hello\n"], "is no JSON"],
    ["an entry first", log.lines().slice(1), "is another line"],
    ["a version to come", changed('"version":1', '"version":2'), "has the version 2"],
    ["an end line alone", [formatEndLine(0)], "is another line"],
  ])("%s is not recognized, and nothing more is said of it", async (_name, lines, message) => {
    const report = await verifyLines(lines);
    expect(report).toMatchObject({ isIntact: false, origin: null });
    expect(report.findings).toHaveLength(1);
    expect(report.findings[0]).toMatchObject({ code: "EXPORT_UNRECOGNIZED", line: 1 });
    expect(report.findings[0]?.message).toContain(message);
  });

  it.each([
    ["a name given twice", /"outcome"|"v":1\}/, '"v":1,"v":1}'],
    ["white space", '{"body":{"action":"grant', '{"body": {"action":"grant'],
    ["another way to write a letter", "ünïcode", "\\u00fcnïcode"],
    ["a carriage return", /\n(?=.*"index":5,)/, "\r\n"],
  ])("%s in a line is told, though its content is the same", async (_name, from, to) => {
    const report = await verifyLines(changed(from, to), pinned);
    expect(errorsOf(report)).toMatchObject([{ code: "LINE_MALFORMED" }]);
    expect(report.findings[0]?.message).toContain("canonical form");
  });

  it.each([
    ["a text for an index", /"index":5,/, '"index":"5",'],
    ["an index beyond exactness", /"index":5,/, '"index":9007199254740993,'],
    ["a short leaf hash", /("index":5,"leaf":")..../, "$1"],
    ["a list for a body", /\{"body":\{[^\n]*\},"index":5,/, '{"body":[],"index":5,'],
  ])("%s makes the line malformed and the entry missing", async (_name, from, to) => {
    expect(errorsOf(await verifyLines(changed(from, to), pinned))).toEqual([
      { code: "LINE_MALFORMED", index: null },
      { code: "ENTRY_MISSING", index: 5, from: 0, to: 10 },
    ]);
  });

  it.each([
    ["unknown fields", '"type":"end"', '"type":"end","x":1', "unknown fields"],
    ["a second header", /\n(?=.*"index":5,)/, `\n${log.lines()[0]}`, "second header"],
    ["what follows the end", /$/, formatEndLine(40), "after the end line"],
    ["nesting without end", /$/, `${"[".repeat(60_000)}\n`, "no JSON"],
  ])("%s is told", async (_name, from, to, message) => {
    const report = await verifyLines(changed(from, to), pinned);
    expect(report.findings[0]).toMatchObject({ code: "LINE_MALFORMED" });
    expect(report.findings[0]?.message).toContain(message);
  });

  it("of a line that is too long only its number is kept", async () => {
    const lines = log.lines();
    lines.splice(3, 0, `${"x".repeat(300_000)}\n`);
    const report = await verifyLines(lines, pinned);
    expect(report.findings).toMatchObject([{ code: "LINE_MALFORMED", line: 4 }]);
  });

  it("of bytes that are no UTF-8 is told", async () => {
    const text = Buffer.from(log.lines().join(""));
    text.writeUInt8(0xff, text.indexOf("ünïcode"));
    async function* chunks() {
      yield text;
    }
    const report = await verifyExport(chunks(), { nowMs: verifyNowMs, ...pinned });
    expect(report.findings[0]).toMatchObject({ code: "LINE_MALFORMED" });
    expect(report.findings[0]?.message).toContain("is not UTF-8");
  });

  it("of a checkpoint of another log, or with a frontier of its own, is told", async () => {
    const other = changed(new RegExp(`"note":"${origin}`), '"note":"example.com/other');
    expect(errorsOf(await verifyLines(other, pinned))).toMatchObject([
      { code: "CHECKPOINT_MALFORMED" },
    ]);
    const frontier = changed(/"frontier":\["[^"]*",/, '"frontier":[');
    expect(errorsOf(await verifyLines(frontier, pinned))).toMatchObject([
      { code: "CHECKPOINT_MALFORMED" },
    ]);
    expect(errorsOf(await verifyLines(log.lines(), { ...pinned, origin: "a.example" }))).toEqual([
      { code: "ORIGIN_DIFFERS", index: null },
    ]);
  });

  it("lists some findings and counts the rest, and holds few early entries", async () => {
    const hash = Buffer.alloc(32);
    const entries = Array.from({ length: 5_000 }, (_, at) =>
      formatEntryLine({ index: at * 2, leafHash: hash, body: null }),
    );
    const header = formatHeaderLine({ origin, vkeys: [] });
    const lines = [header, ...entries, formatEndLine(Number.MAX_SAFE_INTEGER)];
    const report = await verifyLines(lines, { limits: { maxFindings: 10, maxHeldEntries: 100 } });
    expect(report.findings).toHaveLength(10);
    expect(report.omittedFindings).toBeGreaterThan(4_900);
    expect(report.size).toBe(9_999);
  });

  it("never makes it throw, and is found wherever a byte is changed but in a signature of nobody", async () => {
    const text = Buffer.from(log.lines().join(""));
    /** Signature lines of keys that nobody knows are ignored (C2SP signed-note), and so are such keys. */
    const isOfNobody = (at: number): boolean => {
      const start = text.lastIndexOf("\n", at - 1) + 1;
      const line = text.toString("utf8", start, text.indexOf("\n", at) + 1);
      const signatures = line.indexOf("\\n\\n");
      if (line.includes('"type":"header"')) return true;
      return line.includes('"type":"checkpoint"') && signatures > 0 && at - start > signatures;
    };
    await fc.assert(
      fc.asyncProperty(fc.nat(text.length - 1), fc.nat(255), async (at, byte) => {
        const bytes = Buffer.from(text);
        fc.pre(bytes[at] !== byte);
        bytes[at] = byte;
        async function* chunks() {
          yield bytes;
        }
        const report = await verifyExport(chunks(), { nowMs: verifyNowMs, ...pinned });
        if (report.isIntact) expect(isOfNobody(at)).toBe(true);
        else expect(errorsOf(report)).not.toEqual([]);
      }),
      { numRuns: 80 },
    );
  });
});

it("rebuilds the tree that the log has", async () => {
  const report = await verifyLines(log.lines(), pinned);
  const { frontier } = appendLeaves(
    emptyFrontier,
    log.entries.map(({ leafHash }) => leafHash),
  );
  expect(frontier).toEqual(log.checkpoints[2]?.frontier);
  expect(report.lastCheckpoint).toMatchObject({ size: 40 });
});
