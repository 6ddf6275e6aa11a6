/**
 * Holds the log against checkpoints that were kept elsewhere.
 *
 * Owns the order of the anchors and which of them were met. Once one does not fit, none of the larger ones can:
 * only the first is told in full.
 */
import { isBerthError } from "@berth/protocol";
import { type Checkpoint, parseCheckpoint } from "../note/checkpoint.ts";
import { verifyNote } from "../note/signed-note.ts";
import { asType, type VerifierKey } from "../note/verifier-key.ts";
import { equalHashes } from "../tree/hashes.ts";
import type { Findings } from "./findings.ts";

export interface AnchoredCheckpoint {
  /** Where it was kept: a file's name, a witness. */
  readonly place: string;
  /** The signed note. */
  readonly note: string;
}

export interface AnchorReport {
  readonly given: number;
  readonly matched: number;
  /** Of the largest that matched. */
  readonly lastMatchedSize: number | null;
  /** Smaller than where the export begins. */
  readonly beforeStart: number;
  /** Within a stretch whose entries are missing. */
  readonly unreached: number;
}

interface Anchor {
  readonly place: string;
  readonly checkpoint: Checkpoint;
}

export interface Anchors {
  /** The size at which the tree's root is wanted next. */
  readonly nextSize: number;
  /** The tree reached `nextSize`; `root` is of the entries as the file has them. */
  reach(root: Uint8Array): void;
  /** The log itself claims this root, and the stretch before it ends. */
  claim(size: number, root: Uint8Array): void;
  finish(size: number, logKeys: readonly VerifierKey[]): AnchorReport;
}

export interface AnchorOptions {
  readonly findings: Findings;
  readonly anchors: readonly AnchoredCheckpoint[];
  readonly origin: string;
  readonly startSize: number;
  readonly onMatched: (checkpoint: Checkpoint) => void;
}

function readAnchors({ anchors, findings, origin }: AnchorOptions): Anchor[] {
  const read: Anchor[] = [];
  for (const { note, place } of anchors) {
    try {
      const checkpoint = parseCheckpoint(note);
      if (checkpoint.origin === origin) read.push({ place, checkpoint });
      else {
        findings.add({
          code: "ANCHOR_UNUSABLE",
          message: `${place} is of the log ${checkpoint.origin}, not of ${origin}: this is another log, or the log took another name.`,
        });
      }
    } catch (error) {
      if (!isBerthError(error)) throw error;
      findings.add({
        code: "ANCHOR_UNUSABLE",
        message: `${place} is no checkpoint: ${error.message}`,
      });
    }
  }
  return read.sort((one, other) => one.checkpoint.size - other.checkpoint.size);
}

export function createAnchors(options: AnchorOptions): Anchors {
  const { findings, startSize } = options;
  const all = readAnchors(options);
  const anchors = all.filter(({ checkpoint }) => checkpoint.size >= startSize);
  /** The first that is not settled, and the first that the tree has not reached. */
  let settled = 0;
  let reached = 0;
  const roots: Uint8Array[] = [];
  let matched = 0;
  let unreached = 0;
  let lastMatchedSize: number | null = null;
  let mismatches = 0;
  let firstMismatch: Anchor | undefined;

  function judge(anchor: Anchor, root: Uint8Array | undefined): void {
    if (root === undefined) unreached += 1;
    else if (equalHashes(anchor.checkpoint.root, root)) {
      matched += 1;
      lastMatchedSize = anchor.checkpoint.size;
      options.onMatched(anchor.checkpoint);
    } else {
      mismatches += 1;
      firstMismatch ??= anchor;
    }
  }

  function signerOf({ checkpoint }: Anchor, logKeys: readonly VerifierKey[]): string | undefined {
    const both = logKeys.flatMap((key) => [key, asType(key, "cosignature")]);
    const { failed, verified } = verifyNote(checkpoint.note, both);
    return failed.length > 0 ? undefined : verified[0]?.key.name;
  }

  function reportMismatch(logKeys: readonly VerifierKey[]): void {
    if (firstMismatch === undefined) return;
    const { checkpoint, place } = firstMismatch;
    const signer = signerOf(firstMismatch, logKeys);
    const proof =
      signer === undefined
        ? "It is signed by no key of this export: the log may have been rewritten with another key."
        : `It is signed by the log's own key ${signer}: the log has told two different histories.`;
    findings.add({
      code: "ANCHOR_MISMATCH",
      message: `${place} has another root for the first ${checkpoint.size} entries. ${proof}`,
      index: lastMatchedSize ?? startSize,
      between: { fromSize: lastMatchedSize ?? startSize, toSize: checkpoint.size },
      count: mismatches,
    });
  }

  function reportTruncated(beyond: readonly Anchor[], size: number): void {
    const largest = beyond.at(-1);
    if (largest === undefined) return;
    findings.add({
      code: "LOG_TRUNCATED",
      message: `${largest.place} counts ${largest.checkpoint.size} entries, but the export ends after ${size}: the last ${largest.checkpoint.size - size} or more are missing, or the export is older than that checkpoint.`,
      index: size,
      between: { fromSize: size, toSize: largest.checkpoint.size },
      count: largest.checkpoint.size - size,
    });
  }

  return {
    get nextSize() {
      return anchors[reached]?.checkpoint.size ?? Number.POSITIVE_INFINITY;
    },
    reach(root) {
      const size = anchors[reached]?.checkpoint.size;
      for (; size !== undefined && anchors[reached]?.checkpoint.size === size; reached += 1) {
        roots[reached] = root;
      }
    },
    claim(size, root) {
      for (; settled < anchors.length; settled += 1) {
        const anchor = anchors[settled];
        if (anchor === undefined || anchor.checkpoint.size > size) break;
        judge(anchor, anchor.checkpoint.size === size ? root : roots[settled]);
        delete roots[settled];
      }
      reached = Math.max(reached, settled);
    },
    finish(size, logKeys) {
      for (; settled < anchors.length; settled += 1) {
        const anchor = anchors[settled];
        if (anchor === undefined || anchor.checkpoint.size > size) break;
        judge(anchor, roots[settled]);
      }
      reportMismatch(logKeys);
      reportTruncated(anchors.slice(settled), size);
      return {
        given: options.anchors.length,
        matched,
        lastMatchedSize,
        beforeStart: all.length - anchors.length,
        unreached,
      };
    },
  };
}
