/**
 * The export's lines: JSON Lines, each in canonical form, so that a line has one text.
 *
 *     {"format":"berth-audit","origin":…,"start":null,"type":"header","version":1,"vkeys":[…]}
 *     {"body":{…},"index":0,"leaf":"…","type":"entry"}          body null: dropped by retention
 *     {"anchors":[…],"frontier":[…],"note":"…","type":"checkpoint"}   stands after its last entry
 *     {"size":1,"type":"end"}
 *
 * Hashes are base64. A checkpoint's frontier is the tree's right edge at its size: it follows from the entries,
 * adds no trust (its root must be the signed one), and lets a reader say which stretch was altered.
 */
import { canonicalJson, type Json } from "../entry/canonical-json.ts";
import { toBase64 } from "../note/base64.ts";
import type { Frontier } from "../tree/frontier.ts";

export const exportFormat = Object.freeze({ name: "berth-audit", version: 1 });

export interface ExportHeader {
  readonly origin: string;
  /** Every key that signed the log, in the text form; a claim until entries and pinned keys bear it out. */
  readonly vkeys: readonly string[];
  /** The frontier before the first exported entry; left out for a log from its beginning. */
  readonly start?: Frontier;
}

export interface ExportEntry {
  readonly index: number;
  readonly leafHash: Uint8Array;
  /** The canonical text from `encodeEntry`; null when it was dropped. */
  readonly body: string | null;
}

/** Where a copy of a checkpoint is kept; for people, proves nothing. */
export interface ExportedAnchor {
  /** Such as `folder` or `witness`. */
  readonly kind: string;
  readonly place: string;
  /** Seconds since 1970. */
  readonly timeSeconds: number;
}

export interface ExportCheckpoint {
  /** The signed note, with the witnesses' cosignatures when there are any. */
  readonly note: string;
  /** At the checkpoint's size. */
  readonly frontier: Frontier;
  readonly anchors?: readonly ExportedAnchor[];
}

export const lineLimits = Object.freeze({ maxDepth: 4, maxBytes: 131_072 });

function line(value: Json): string {
  return `${canonicalJson(value, lineLimits)}\n`;
}

function frontierJson({ hashes, size }: Frontier): Json {
  return { hashes: hashes.map(toBase64), size };
}

export function formatHeaderLine({ origin, start, vkeys }: ExportHeader): string {
  return line({
    format: exportFormat.name,
    origin,
    start: start === undefined ? null : frontierJson(start),
    type: "header",
    version: exportFormat.version,
    vkeys: [...vkeys],
  });
}

/** Trusts `body` to be canonical: it is put in as it is. */
export function formatEntryLine({ body, index, leafHash }: ExportEntry): string {
  return `{"body":${body},"index":${index},"leaf":"${toBase64(leafHash)}","type":"entry"}\n`;
}

export function formatCheckpointLine({ anchors, frontier, note }: ExportCheckpoint): string {
  return line({
    anchors: (anchors ?? []).map(({ kind, place, timeSeconds }) => ({ kind, place, timeSeconds })),
    frontier: frontier.hashes.map(toBase64),
    note,
    type: "checkpoint",
  });
}

/** @param size how many entries the log had when it was exported */
export function formatEndLine(size: number): string {
  return line({ size, type: "end" });
}
