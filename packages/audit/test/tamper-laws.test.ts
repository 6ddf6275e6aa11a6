/** Whatever is done to whichever entries, each is inside a finding, and no untouched stretch is blamed. */

import { encodeEntry, type Finding, formatEndLine, formatEntryLine } from "@berth/audit";
import fc from "fast-check";
import { expect, it } from "vitest";
import { createCheckedLog, sampleEntry, verifyLines } from "./support/sample-log.ts";

const log = await createCheckedLog();
const sizes = [0, 10, 23, 40];

interface Row {
  readonly line: string;
  /** Undefined for what is no entry. */
  readonly index: number | undefined;
}

const rows: readonly Row[] = log.lines().map((line) => {
  const index = /,"index":(\d+),"leaf":"[^"]*","type":"entry"/.exec(line)?.[1];
  return { line, index: index === undefined ? undefined : Number(index) };
});

type Deed = "change" | "change and mend" | "drop" | "insert" | "swap";

interface Crime {
  readonly deed: Deed;
  readonly at: number;
  readonly other: number;
  readonly isRenumbered: boolean;
}

const crimes: fc.Arbitrary<Crime> = fc.record({
  deed: fc.constantFrom<Deed>("change", "change and mend", "drop", "insert", "swap"),
  at: fc.integer({ min: 1, max: 39 }),
  other: fc.integer({ min: 1, max: 39 }),
  isRenumbered: fc.boolean(),
});

function forged(index: number): string {
  return formatEntryLine({ index, ...encodeEntry(sampleEntry(index, { action: "grant.give" })) });
}

function instead(row: Row, { at, deed, other }: Crime): readonly string[] {
  const lineOf = (index: number) => rows.find((candidate) => candidate.index === index)?.line ?? "";
  if (deed === "swap" && row.index === at) return [lineOf(other)];
  if (deed === "swap" && row.index === other) return [lineOf(at)];
  if (row.index !== at) return [row.line];
  if (deed === "drop") return [];
  if (deed === "insert") return [forged(at), row.line];
  return [deed === "change" ? row.line.replace("grant.revoke", "grant.give") : forged(at)];
}

function commit(crime: Crime): string[] {
  const lines = rows.flatMap((row) => instead(row, crime));
  if (!crime.isRenumbered) return lines;
  let next = 0;
  const numbered = lines.map((line) => {
    if (!line.endsWith('"type":"entry"}\n')) return line;
    next += 1;
    return line.replace(/,"index":\d+,"leaf"/, `,"index":${next - 1},"leaf"`);
  });
  return [...numbered.slice(0, -1), formatEndLine(next)];
}

function covers({ between, count, index }: Finding, at: number): boolean {
  if (between !== null) return between.fromSize <= at && at < between.toSize;
  return index !== null && index <= at && at < index + count;
}

const stretchOf = (at: number) => sizes.findIndex((size) => at < size);

it("finds each of them where it is", async () => {
  await fc.assert(
    fc.asyncProperty(crimes, async (crime) => {
      const { at, deed, other } = crime;
      fc.pre(deed !== "swap" || at !== other);
      const touched = deed === "swap" ? [at, other] : [at];
      const report = await verifyLines(commit(crime), { pinnedKeys: [log.signer.key] });
      expect(report.isIntact).toBe(false);
      // How many there are in all is told besides.
      const findings = report.findings.filter(({ code }) => code !== "EXPORT_INCOMPLETE");
      const stretches = touched.map(stretchOf);
      for (const finding of findings) {
        const isOfTouched = [finding.between?.fromSize ?? finding.index ?? -1].every(
          (from) =>
            // What was moved between stretches may be told in any of those that it passed.
            stretchOf(from) >= Math.min(...stretches) && stretchOf(from) <= Math.max(...stretches),
        );
        expect(isOfTouched, JSON.stringify({ crime, finding })).toBe(true);
      }
      const isFound = (position: number) => findings.some((finding) => covers(finding, position));
      // Of two that changed places without their numbers, the one that came late is told.
      const found = touched.map(isFound);
      expect(deed === "swap" ? found.includes(true) : found.every(Boolean)).toBe(true);
      if (deed === "swap" && crime.isRenumbered) expect(found).toEqual([true, true]);
    }),
    { numRuns: 100 },
  );
});
