/**
 * Every way to change a log after the fact, and the place where it is found.
 *
 * The log has 40 entries and checkpoints of 10, 23 and 40. Somebody who rewrites an entry with care also mends
 * its leaf hash and the numbering; only the signatures are beyond them.
 */

import {
  type AuditEntry,
  encodeEntry,
  formatEndLine,
  formatEntryLine,
  generateSigningKey,
  keyActions,
} from "@berth/audit";
import { describe, expect, it } from "vitest";
import {
  createCheckedLog,
  createSampleLog,
  errorsOf,
  keyEntry,
  origin,
  sampleEntry,
  verifyLines,
} from "./support/sample-log.ts";

const log = await createCheckedLog();
const pinned = { pinnedKeys: [log.signer.key] };
const anchors = log.checkpoints.map(({ frontier, note }) => ({
  place: `kept-${frontier.size}`,
  note,
}));

const entryLine = (index: number) => (line: string) => line.includes(`,"index":${index},"leaf"`);
const checkpointLine = (size: number) => (line: string) =>
  line.includes(`"note":"${origin}\\n${size}\\n`);

/** The export with one line replaced by others. */
function withLine(find: (line: string) => boolean, ...instead: readonly string[]): string[] {
  const lines = log.lines();
  const at = lines.findIndex(find);
  expect(at).toBeGreaterThan(0);
  lines.splice(at, 1, ...instead);
  return lines;
}

function lineAt(find: (line: string) => boolean): string {
  return log.lines().find(find) ?? "";
}

/** A line that is right in itself: content, leaf hash and index. */
function forged(index: number, fields: Partial<AuditEntry> = {}): string {
  return formatEntryLine({ index, ...encodeEntry(sampleEntry(index, fields)) });
}

/** Numbers the entries anew, and counts them in the end line. */
function renumbered(lines: readonly string[]): string[] {
  let index = 0;
  const numbered = lines.map((line) => {
    if (!line.endsWith('"type":"entry"}\n')) return line;
    index += 1;
    return line.replace(/,"index":\d+,"leaf"/, `,"index":${index - 1},"leaf"`);
  });
  return [...numbered.slice(0, -1), formatEndLine(index)];
}

async function findings(lines: readonly string[], options = {}): Promise<readonly unknown[]> {
  const report = await verifyLines(lines, { ...pinned, ...options });
  expect(report.isIntact).toBe(false);
  return errorsOf(report);
}

it("finds nothing in a log that nobody touched", async () => {
  const report = await verifyLines(log.lines(), { ...pinned, anchors });
  expect(report.findings).toEqual([]);
  expect(report).toMatchObject({
    ...{ isIntact: true, trust: "pinned", origin, size: 40, entries: 40, checkpoints: 3 },
    lastTrustedSize: 40,
    anchors: { given: 3, matched: 3, lastMatchedSize: 40 },
  });
});

describe("a changed entry", () => {
  it("is named when its leaf hash was left as it was", async () => {
    const line = lineAt(entryLine(15)).replace("installation-15", "installation-16");
    expect(await findings(withLine(entryLine(15), line))).toEqual([
      { code: "ENTRY_CHANGED", index: 15, from: 10, to: 16 },
    ]);
  });

  it("is narrowed to two entries when its leaf hash was mended, though a checkpoint lies between", async () => {
    const lines = withLine(entryLine(21), forged(21, { action: "grant.give" }));
    // 23 = 16 + 4 + 2 + 1: the last full pair is 20 and 21.
    expect(await findings(lines)).toEqual([
      { code: "ENTRIES_ALTERED", index: 20, from: 20, to: 22 },
    ]);
  });

  it("is found in each stretch on its own, with the rest of the log still vouched for", async () => {
    const lines = withLine(entryLine(3), forged(3, { action: "grant.give" }));
    lines[lines.findIndex(entryLine(39))] = forged(39, { action: "grant.give" });
    expect(await findings(lines)).toEqual([
      { code: "ENTRIES_ALTERED", index: 0, from: 0, to: 8 },
      { code: "ENTRIES_ALTERED", index: 32, from: 32, to: 40 },
    ]);
  });

  it("is named when only its content was dropped and its leaf hash altered", async () => {
    const line = formatEntryLine({ index: 30, body: null, leafHash: Buffer.alloc(32) });
    expect(await findings(withLine(entryLine(30), line))).toEqual([
      { code: "ENTRIES_ALTERED", index: 23, from: 23, to: 32 },
    ]);
  });
});

describe("a dropped entry", () => {
  it("is named when the numbers were left", async () => {
    expect(await findings(withLine(entryLine(15)))).toEqual([
      { code: "ENTRY_MISSING", index: 15, from: 10, to: 23 },
    ]);
  });

  it("is found between two checkpoints, and nowhere else, when all was renumbered", async () => {
    expect(await findings(renumbered(withLine(entryLine(15))))).toEqual([
      { code: "ENTRIES_MISSING", index: 10, from: 10, to: 23 },
      { code: "EXPORT_INCOMPLETE", index: 40 },
    ]);
  });

  it("is found as a whole stretch", async () => {
    const lines = log.lines().filter((line) => !/,"index":1[2-5],"leaf"/.test(line));
    const report = await verifyLines(lines, pinned);
    expect(report.findings).toMatchObject([
      { code: "ENTRY_MISSING", index: 12, count: 4, between: { fromSize: 10, toSize: 23 } },
    ]);
  });
});

describe("an inserted entry", () => {
  it("is named when it has a number that was taken", async () => {
    const lines = withLine(entryLine(15), lineAt(entryLine(15)), forged(15));
    expect(await findings(lines)).toEqual([{ code: "ENTRY_REPEATED", index: 15 }]);
  });

  it("is found between two checkpoints when all was renumbered", async () => {
    const lines = withLine(entryLine(15), lineAt(entryLine(15)), forged(15));
    expect(await findings(renumbered(lines))).toEqual([
      { code: "ENTRIES_INSERTED", index: 10, from: 10, to: 23 },
      { code: "EXPORT_INCOMPLETE", index: 40 },
    ]);
  });

  it("after the last checkpoint is told to be unsigned", async () => {
    const lines = log.lines();
    lines.splice(-1, 1, forged(40), formatEndLine(41));
    expect(await findings(lines)).toEqual([
      { code: "ENTRIES_UNSIGNED", index: 40, from: 40, to: 41 },
    ]);
  });
});

describe("reordered entries", () => {
  function swapped(renumber: boolean): string[] {
    const lines = log.lines();
    const [one, other] = [lines.findIndex(entryLine(16)), lines.findIndex(entryLine(17))];
    const [first = "", second = ""] = [lines[one], lines[other]];
    lines[one] = second;
    lines[other] = first;
    return renumber ? renumbered(lines) : lines;
  }

  it("are named when they kept their numbers, and the rest is still verified", async () => {
    expect(await findings(swapped(false))).toEqual([{ code: "ENTRY_REORDERED", index: 16 }]);
  });

  it("are narrowed to a few entries when they were renumbered", async () => {
    expect(await findings(swapped(true))).toEqual([
      { code: "ENTRIES_ALTERED", index: 16, from: 16, to: 20 },
    ]);
  });

  it("of checkpoints are named", async () => {
    const lines = withLine(checkpointLine(10));
    lines.splice(lines.findIndex(checkpointLine(23)) + 1, 0, lineAt(checkpointLine(10)));
    expect(await findings(lines)).toMatchObject([{ code: "CHECKPOINT_REORDERED" }]);
  });
});

describe("a truncated log", () => {
  const shortened = () => {
    const lines = log.lines();
    return [...lines.slice(0, lines.findIndex(checkpointLine(23)) + 1), formatEndLine(23)];
  };

  it("is found by a checkpoint that was kept, which says how much is gone", async () => {
    expect(await findings(shortened(), { anchors })).toEqual([
      { code: "LOG_TRUNCATED", index: 23, from: 23, to: 40 },
    ]);
  });

  it("cannot be told from an older log by its key alone", async () => {
    expect(await verifyLines(shortened(), pinned)).toMatchObject({ isIntact: true, size: 23 });
  });

  it("is found without anchors when the file merely breaks off", async () => {
    const lines = log.lines();
    const cut = lines.slice(0, lines.findIndex(entryLine(30)));
    expect(await findings(cut)).toEqual([
      { code: "EXPORT_INCOMPLETE", index: 30 },
      { code: "ENTRIES_UNSIGNED", index: 23, from: 23, to: 30 },
    ]);
  });

  it("is found when its checkpoints were left out", async () => {
    const lines = log.lines().filter((line) => !line.includes('"type":"checkpoint"'));
    expect(await findings(lines)).toEqual([{ code: "CHECKPOINT_MISSING", index: null }]);
  });
});

describe("a log rewritten from its first entry, with a new key", () => {
  async function rewrite(): Promise<string[]> {
    return (await createCheckedLog(generateSigningKey(origin).signer)).lines();
  }

  it("is found by the key that the verifier knows", async () => {
    expect(await findings(await rewrite())).toEqual([
      { code: "CHECKPOINT_UNTRUSTED", index: null, from: 10, to: 40 },
    ]);
  });

  it("is found by kept checkpoints, without any key", async () => {
    const report = await verifyLines(await rewrite(), { anchors });
    expect(errorsOf(report)).toEqual([{ code: "ANCHOR_MISMATCH", index: 0, from: 0, to: 10 }]);
    expect(report.findings[0]?.message).toContain("signed by no key of this export");
  });

  it("is not found from within: the report says on what it rests", async () => {
    const report = await verifyLines(await rewrite());
    expect(report).toMatchObject({ isIntact: true, trust: "self" });
    expect(report.findings).toMatchObject([{ code: "KEY_NOT_PINNED", severity: "warning" }]);
  });
});

describe("a log that its own key forked after 23 entries", () => {
  async function fork(): Promise<string[]> {
    const forked = createSampleLog(log.signer);
    forked.append(keyEntry(0, keyActions.add, log.signer));
    for (const size of [10, 23]) {
      forked.growTo(size);
      await forked.sign();
    }
    for (let index = 23; index < 40; index += 1) {
      forked.append(sampleEntry(index, { action: "grant.give" }));
    }
    await forked.sign();
    return forked.lines();
  }

  it("is found by the kept checkpoint after the fork, which proves that the log told two histories", async () => {
    const report = await verifyLines(await fork(), { ...pinned, anchors });
    expect(errorsOf(report)).toEqual([{ code: "ANCHOR_MISMATCH", index: 23, from: 23, to: 40 }]);
    expect(report.findings[0]?.message).toContain("two different histories");
  });
});
