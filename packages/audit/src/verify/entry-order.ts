/**
 * Puts entries in their places, whatever order the file has them in.
 *
 * Owns which index is due next. An entry that comes early is held until the one before it comes (it was
 * reordered) or the stretch ends (it is missing), so that one swapped pair does not spoil the rest.
 */
import type { Findings, SizeRange } from "./findings.ts";

export interface EntryOrderOptions {
  readonly findings: Findings;
  readonly firstIndex: number;
  /** How many early entries are held at most. */
  readonly maxHeld: number;
  readonly onPlaced: (leafHash: Uint8Array) => void;
  /** Called when an entry before the next placed one is missing. */
  readonly onHole: () => void;
}

export interface EntryOrder {
  /** How many entries there are so far, the missing ones counted. */
  readonly position: number;
  add(index: number, leafHash: Uint8Array, line: number): void;
  /** The stretch ends: what is not there now is missing. */
  settle(stretch?: SizeRange): void;
  /**
   * A checkpoint counts `size` entries and we counted others: go on from there. The entries that follow may be
   * numbered as before or as the checkpoint counts.
   */
  realign(size: number): void;
}

export function createEntryOrder(options: EntryOrderOptions): EntryOrder {
  const { findings, maxHeld, onHole, onPlaced } = options;
  const held = new Map<number, { readonly leafHash: Uint8Array; readonly line: number }>();
  let position = options.firstIndex;
  /** How far the numbering in the file lies behind the position. */
  let shift = 0;
  let isNumberingOpen = false;

  function place(leafHash: Uint8Array): void {
    onPlaced(leafHash);
    position += 1;
  }

  function placeHeld(): void {
    for (let next = held.get(position - shift); next !== undefined; ) {
      held.delete(position - shift);
      place(next.leafHash);
      next = held.get(position - shift);
    }
  }

  function settle(between?: SizeRange): void {
    const early = [...held].sort(([one], [other]) => one - other);
    held.clear();
    for (const [index, { leafHash, line }] of early) {
      const missing = index - (position - shift);
      if (missing > 0) {
        findings.add({
          code: "ENTRY_MISSING",
          message:
            missing === 1
              ? `Entry ${index - 1} is missing: after ${index - 2} comes ${index}.`
              : `Entries ${index - missing} to ${index - 1} are missing.`,
          line,
          index: index - missing,
          count: missing,
          ...(between === undefined ? {} : { between }),
        });
        position += missing;
        onHole();
      }
      place(leafHash);
    }
  }

  function decideNumbering(index: number): void {
    // Numbered as the checkpoint counts; otherwise the file goes on with its own numbers.
    if (index === position) shift = 0;
    isNumberingOpen = false;
  }

  return {
    get position() {
      return position;
    },
    add(index, leafHash, line) {
      if (isNumberingOpen) decideNumbering(index);
      const due = position - shift;
      if (index < due || held.has(index)) {
        findings.add({
          code: "ENTRY_REPEATED",
          message: `Line ${line} is one more entry with the index ${index}: it was inserted, or copied.`,
          line,
          index,
        });
        return;
      }
      if (index > due) {
        held.set(index, { leafHash, line });
        if (held.size > maxHeld) settle();
        return;
      }
      if (held.size > 0) {
        findings.add({
          code: "ENTRY_REORDERED",
          message: `Entry ${index} stands in line ${line}, after entry ${Math.max(...held.keys())}: their order was changed.`,
          line,
          index,
        });
      }
      place(leafHash);
      placeHeld();
    },
    settle,
    realign(size) {
      shift += size - position;
      position = size;
      isNumberingOpen = true;
    },
  };
}
