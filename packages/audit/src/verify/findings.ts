/** What a verification found, in a form for people and for programs. */

/**
 * - `ENTRY_CHANGED`: an entry's content is not what its leaf hash was taken of.
 * - `ENTRY_MISSING`: indices are skipped. `ENTRY_REPEATED`: an index comes twice. `ENTRY_REORDERED`: an entry
 *   stands after a later one.
 * - `ENTRIES_MISSING`, `ENTRIES_INSERTED`: fewer or more entries stand before a checkpoint than it counts,
 *   though the indices were made to fit.
 * - `ENTRIES_ALTERED`: the entries of a stretch do not give the root that was signed, though each fits its leaf hash.
 * - `ENTRIES_UNSIGNED`: the last entries stand under no checkpoint.
 * - `CHECKPOINT_MALFORMED`, `CHECKPOINT_REORDERED`, `CHECKPOINT_MISSING` (none at all).
 * - `SIGNATURE_WRONG`: a known key's signature does not verify. `CHECKPOINT_UNTRUSTED`: no key that counts signed it.
 * - `TIME_BACKWARDS`, `TIME_AHEAD`: of signing times.
 * - `ANCHOR_MISMATCH`: a checkpoint kept elsewhere has another root. `LOG_TRUNCATED`: it counts more entries than
 *   there are. `ANCHOR_UNUSABLE`: malformed or another log's.
 * - `WITNESS_ABSENT`: a given witness cosigned nothing. `WITNESS_BEHIND`: not up to the end. `KEY_NOT_PINNED`: only the export itself says whose it is.
 * - `KEY_ENTRY_UNUSABLE`: an entry that names a key names none.
 * - `LINE_MALFORMED`, `EXPORT_UNRECOGNIZED`, `EXPORT_INCOMPLETE`, `ORIGIN_DIFFERS`: of the file.
 */
export const findingCodes = Object.freeze([
  "ENTRY_CHANGED",
  "ENTRY_MISSING",
  "ENTRY_REPEATED",
  "ENTRY_REORDERED",
  "ENTRIES_MISSING",
  "ENTRIES_INSERTED",
  "ENTRIES_ALTERED",
  "ENTRIES_UNSIGNED",
  "CHECKPOINT_MALFORMED",
  "CHECKPOINT_REORDERED",
  "CHECKPOINT_MISSING",
  "CHECKPOINT_UNTRUSTED",
  "SIGNATURE_WRONG",
  "TIME_BACKWARDS",
  "TIME_AHEAD",
  "ANCHOR_MISMATCH",
  "ANCHOR_UNUSABLE",
  "LOG_TRUNCATED",
  "WITNESS_ABSENT",
  "WITNESS_BEHIND",
  "KEY_NOT_PINNED",
  "KEY_ENTRY_UNUSABLE",
  "LINE_MALFORMED",
  "EXPORT_UNRECOGNIZED",
  "EXPORT_INCOMPLETE",
  "ORIGIN_DIFFERS",
] as const);

export type FindingCode = (typeof findingCodes)[number];

/** Entries from index `fromSize` to before `toSize`: what the smaller tree lacks of the larger. */
export interface SizeRange {
  readonly fromSize: number;
  readonly toSize: number;
}

export interface Finding {
  readonly code: FindingCode;
  /** A warning leaves the verdict as it is. */
  readonly severity: "error" | "warning";
  readonly message: string;
  /** From 1; null when it is not of one line. */
  readonly line: number | null;
  /** The entry's; the first when several are meant. */
  readonly index: number | null;
  /** The stretch between two checkpoints, or the part of it to which the fault is narrowed. */
  readonly between: SizeRange | null;
  /** How many entries or checkpoints it stands for. */
  readonly count: number;
}

export interface NewFinding {
  readonly code: FindingCode;
  readonly message: string;
  readonly severity?: "warning";
  readonly line?: number;
  readonly index?: number;
  readonly between?: SizeRange;
  readonly count?: number;
}

export interface Findings {
  add(finding: NewFinding): void;
  readonly list: readonly Finding[];
  /** How many more there were than are listed. */
  readonly omitted: number;
  readonly errors: number;
}

/** Lists the first `maxListed` and counts the rest: a hostile file may earn millions. */
export function createFindings(maxListed: number): Findings {
  const list: Finding[] = [];
  let omitted = 0;
  let errors = 0;
  return {
    add(finding) {
      const { between, code, count, index, line, message, severity } = finding;
      if (severity !== "warning") errors += 1;
      if (list.length >= maxListed) {
        omitted += 1;
        return;
      }
      list.push({
        code,
        severity: severity ?? "error",
        message,
        line: line ?? null,
        index: index ?? null,
        between: between ?? null,
        count: count ?? 1,
      });
    },
    list,
    get omitted() {
      return omitted;
    },
    get errors() {
      return errors;
    },
  };
}
