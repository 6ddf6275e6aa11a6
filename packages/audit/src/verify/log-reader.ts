/**
 * Rebuilds the log from the lines of an export and holds it against its checkpoints.
 *
 * Owns the tree and the stretch since the last checkpoint. After a stretch that does not fit, the tree goes on
 * from the checkpoint's own frontier (when that gives the signed root), so that each later stretch is judged for
 * itself and every altered one is found.
 * Trust: all lines are a stranger's.
 */

import { isBerthError } from "@berth/protocol";
import type { CheckpointLine, EntryLine, HeaderLine } from "../export/parse-line.ts";
import { toBase64 } from "../note/base64.ts";
import { type Checkpoint, parseCheckpoint } from "../note/checkpoint.ts";
import { createTreeBuilder, type Frontier, rootOf } from "../tree/frontier.ts";
import { equalHashes, leafHashText } from "../tree/hashes.ts";
import { coveringNodes } from "../tree/nodes.ts";
import type { Anchors } from "./anchors.ts";
import { createEntryOrder } from "./entry-order.ts";
import type { Findings, SizeRange } from "./findings.ts";
import type { KeyRing } from "./key-ring.ts";
import type { CheckpointMark } from "./report.ts";
import type { Witnesses } from "./witnesses.ts";

export interface LogReaderOptions {
  readonly header: HeaderLine;
  readonly findings: Findings;
  readonly keyRing: KeyRing;
  readonly anchors: Anchors;
  readonly witnesses: Witnesses;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  readonly maxHeld: number;
}

export interface LogTotals {
  readonly size: number;
  readonly entries: number;
  readonly droppedBodies: number;
  readonly checkpoints: number;
  readonly firstCheckpoint: CheckpointMark | null;
  readonly lastCheckpoint: CheckpointMark | null;
}

export interface LogReader {
  readEntry(entry: EntryLine, line: number): void;
  readCheckpoint(checkpoint: CheckpointLine, line: number): void;
  /** @param claimedSize of the end line; undefined when there is none */
  finish(claimedSize: number | undefined): LogTotals;
}

/** Clocks of a log's servers may differ by so much. */
const clockToleranceSeconds = 300;

/** The part of the stretch below which the two trees of one size differ. */
function narrow(stretch: SizeRange, ours: Frontier, theirs: Frontier): SizeRange {
  let fromSize = stretch.toSize;
  let toSize = stretch.fromSize;
  for (const [at, { index, level }] of coveringNodes(0, ours.size).entries()) {
    const [own, other] = [ours.hashes[at], theirs.hashes[at]];
    if (own === undefined || other === undefined || equalHashes(own, other)) continue;
    fromSize = Math.min(fromSize, index * 2 ** level);
    toSize = Math.max(toSize, (index + 1) * 2 ** level);
  }
  const part = {
    fromSize: Math.max(fromSize, stretch.fromSize),
    toSize: Math.min(toSize, stretch.toSize),
  };
  // The start of a partial export may be false: then the trees differ where nothing of it is shown.
  return part.fromSize < part.toSize ? part : stretch;
}

export function createLogReader(options: LogReaderOptions): LogReader {
  const { anchors, findings, header, keyRing, nowMs, witnesses } = options;
  let tree = createTreeBuilder(header.start);
  /** False from a hole on until a checkpoint's frontier mends it. */
  let isTreeWhole = true;
  let hasHole = false;
  const startSize = tree.size;
  const order = createEntryOrder({
    findings,
    firstIndex: startSize,
    maxHeld: options.maxHeld,
    onPlaced(leaf) {
      if (!isTreeWhole) return;
      tree.append(leaf);
      if (tree.size === anchors.nextSize) anchors.reach(tree.root());
    },
    onHole() {
      hasHole = true;
      isTreeWhole = false;
    },
  });
  let entries = 0;
  let droppedBodies = 0;
  let checkpoints = 0;
  let first: CheckpointMark | null = null;
  let last: CheckpointMark | null = null;
  /** The size of the last checkpoint, or of the start. */
  let lastSize = startSize;

  if (anchors.nextSize === startSize) anchors.reach(tree.root());

  function parse(note: string, line: number): Checkpoint | undefined {
    try {
      const checkpoint = parseCheckpoint(note);
      if (checkpoint.origin === header.origin) return checkpoint;
      findings.add({
        code: "CHECKPOINT_MALFORMED",
        message: `The checkpoint in line ${line} is of the log ${checkpoint.origin}, not of ${header.origin}.`,
        line,
      });
    } catch (error) {
      if (!isBerthError(error)) throw error;
      findings.add({ code: "CHECKPOINT_MALFORMED", message: error.message, line });
    }
    return undefined;
  }

  /** Whether as many entries stand before the checkpoint as it counts. */
  function checkCount(stretch: SizeRange, line: number): boolean {
    const surplus = order.position - stretch.toSize;
    if (surplus === 0) return true;
    const where = `between the checkpoints of sizes ${stretch.fromSize} and ${stretch.toSize}`;
    const isInserted = surplus > 0;
    findings.add({
      code: isInserted ? "ENTRIES_INSERTED" : "ENTRIES_MISSING",
      message: isInserted
        ? `${surplus} entries too many stand ${where}: they were inserted.`
        : `${-surplus} entries too few stand ${where}: they were dropped, and the rest renumbered.`,
      line,
      index: stretch.fromSize,
      between: stretch,
      count: Math.abs(surplus),
    });
    return false;
  }

  /** Whether the entries of the stretch give the checkpoint's root. */
  function checkStretch(
    checkpoint: Checkpoint,
    theirs: Frontier | undefined,
    line: number,
  ): boolean {
    const stretch = { fromSize: lastSize, toSize: checkpoint.size };
    if (!checkCount(stretch, line)) return false;
    // The hole was reported where it is; what else is wrong here cannot be told.
    if (hasHole) return false;
    const isSame = isTreeWhole && equalHashes(tree.root(), checkpoint.root);
    if (isSame) return true;
    const part =
      theirs === undefined || !isTreeWhole ? stretch : narrow(stretch, tree.frontier(), theirs);
    findings.add({
      code: "ENTRIES_ALTERED",
      message: isTreeWhole
        ? `The entries ${part.fromSize} to ${part.toSize - 1} are not those under the checkpoint of size ${checkpoint.size}: some were changed, exchanged or put in another order, with leaf hashes to fit.`
        : `The checkpoint of size ${checkpoint.size} cannot be held against the entries: what came before could not be rebuilt.`,
      line,
      index: part.fromSize,
      between: part,
    });
    return false;
  }

  function findFrontier(
    checkpoint: Checkpoint,
    hashes: readonly Uint8Array[],
    line: number,
  ): Frontier | undefined {
    const frontier = { size: checkpoint.size, hashes };
    const isOfSize = coveringNodes(0, checkpoint.size).length === hashes.length;
    if (isOfSize && equalHashes(rootOf(frontier), checkpoint.root)) return frontier;
    findings.add({
      code: "CHECKPOINT_MALFORMED",
      message: `The frontier beside the checkpoint of size ${checkpoint.size} does not give its root.`,
      line,
    });
    return undefined;
  }

  function checkTime(timeSeconds: number | undefined, size: number, line: number): void {
    if (timeSeconds === undefined) return;
    const shown = new Date(Math.min(timeSeconds, 8e12) * 1000).toISOString();
    if (timeSeconds > nowMs / 1000 + clockToleranceSeconds) {
      findings.add({
        code: "TIME_AHEAD",
        severity: "warning",
        message: `The checkpoint of size ${size} was signed at ${shown}, which is in the future.`,
        line,
      });
    }
    if (timeSeconds < (last?.timeSeconds ?? 0)) {
      findings.add({
        code: "TIME_BACKWARDS",
        severity: "warning",
        message: `The checkpoint of size ${size} was signed at ${shown}, before the one that it follows.`,
        line,
      });
    }
  }

  return {
    readEntry({ body, index, leaf, leafHash }, line) {
      entries += 1;
      if (body === undefined) droppedBodies += 1;
      else if (leafHashText(body) === leaf) keyRing.readEntry(index, body, line);
      else {
        findings.add({
          code: "ENTRY_CHANGED",
          message: `Entry ${index} was changed: its content does not give its leaf hash.`,
          line,
          index,
          between: { fromSize: lastSize, toSize: index + 1 },
        });
      }
      order.add(index, leafHash, line);
    },
    readCheckpoint({ frontierHashes, note }, line) {
      const checkpoint = parse(note, line);
      if (checkpoint === undefined) return;
      const { root, size } = checkpoint;
      if (size < lastSize) {
        findings.add({
          code: "CHECKPOINT_REORDERED",
          message: `The checkpoint of size ${size} stands after the one of size ${lastSize}.`,
          line,
        });
        return;
      }
      order.settle({ fromSize: lastSize, toSize: size });
      const frontier = findFrontier(checkpoint, frontierHashes, line);
      const isEarned = checkStretch(checkpoint, frontier, line);
      const { timeSeconds } = keyRing.readCheckpoint(checkpoint, line, isEarned);
      witnesses.read(checkpoint);
      anchors.claim(size, root);
      checkTime(timeSeconds, size, line);
      if (order.position !== size) order.realign(size);
      hasHole = false;
      if (!isEarned) {
        isTreeWhole = frontier !== undefined;
        tree = createTreeBuilder(frontier);
      }
      checkpoints += 1;
      last = { size, root: toBase64(root), timeSeconds: timeSeconds ?? null };
      first ??= last;
      lastSize = size;
    },
    finish(claimedSize) {
      order.settle();
      const size = order.position;
      if (claimedSize !== size) {
        findings.add({
          code: "EXPORT_INCOMPLETE",
          message:
            claimedSize === undefined
              ? `The export has no end line: it breaks off after ${size} entries.`
              : `The end line counts ${claimedSize} entries, but there are ${size}.`,
          index: size,
        });
      }
      if (checkpoints === 0) {
        findings.add({
          code: "CHECKPOINT_MISSING",
          message: "The export has no checkpoint: nothing in it is signed.",
        });
      } else if (size > lastSize) {
        findings.add({
          code: "ENTRIES_UNSIGNED",
          message: `The last ${size - lastSize} entries, from ${lastSize} on, stand under no checkpoint: nothing proves them.`,
          index: lastSize,
          between: { fromSize: lastSize, toSize: size },
          count: size - lastSize,
        });
      }
      return {
        size,
        entries,
        droppedBodies,
        checkpoints,
        firstCheckpoint: first,
        lastCheckpoint: last,
      };
    },
  };
}
