/**
 * Reads one line of an export.
 *
 * Trust: the line is a stranger's. It is parsed, and then written again in the one canonical form: a line that
 * differs from that was edited or reformatted, and could show a reader something else than it proves (a name
 * given twice, for one).
 */
import { isBerthError } from "@berth/protocol";
import { canonicalJson } from "../entry/canonical-json.ts";
import { isPlainlyCanonical } from "../entry/plainly-canonical.ts";
import { findBase64 } from "../note/base64.ts";
import { isOrigin } from "../note/checkpoint.ts";
import type { Frontier } from "../tree/frontier.ts";
import { treeHashBytes } from "../tree/hashes.ts";
import { coveringNodes, isTreeSize } from "../tree/nodes.ts";
import { exportFormat, lineLimits } from "./lines.ts";

export interface HeaderLine {
  readonly type: "header";
  readonly origin: string;
  readonly vkeys: readonly string[];
  readonly start: Frontier | undefined;
}

export interface EntryLine {
  readonly type: "entry";
  readonly index: number;
  readonly leafHash: Uint8Array;
  /** In base64, as the line has it. */
  readonly leaf: string;
  /** Canonical JSON of an object; undefined when it was dropped. */
  readonly body: string | undefined;
}

export interface CheckpointLine {
  readonly type: "checkpoint";
  readonly note: string;
  readonly frontierHashes: readonly Uint8Array[];
}

export interface EndLine {
  readonly type: "end";
  readonly size: number;
}

export type ParsedLine = HeaderLine | EntryLine | CheckpointLine | EndLine;

export interface LineResult {
  /** Undefined when nothing can be made of it. */
  readonly line: ParsedLine | undefined;
  /** What is wrong with it, also when its content could be read. */
  readonly problem: string | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

const maxVkeys = 64;
const maxVkeyChars = 400;

const malformed = (problem: string): LineResult => ({ line: undefined, problem });

function fieldsOf(value: unknown): Fields | undefined {
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  return isObject ? (value as Fields) : undefined;
}

function hasOnly(fields: Fields, count: number): boolean {
  return Object.keys(fields).length === count;
}

function findHash(value: unknown): Uint8Array | undefined {
  if (typeof value !== "string") return undefined;
  const bytes = findBase64(value);
  return bytes?.byteLength === treeHashBytes ? bytes : undefined;
}

function findHashes(value: unknown): readonly Uint8Array[] | undefined {
  if (!Array.isArray(value) || value.length > 64) return undefined;
  const hashes = value.map(findHash).filter((hash) => hash !== undefined);
  return hashes.length === value.length ? hashes : undefined;
}

function isSize(value: unknown): value is number {
  return typeof value === "number" && isTreeSize(value);
}

function readStart(value: unknown): Frontier | undefined {
  const fields = fieldsOf(value);
  const hashes = findHashes(fields?.hashes);
  if (fields === undefined || hashes === undefined || !isSize(fields.size)) return undefined;
  return coveringNodes(0, fields.size).length === hashes.length
    ? { size: fields.size, hashes }
    : undefined;
}

function readHeader(fields: Fields): HeaderLine | string {
  if (fields.format !== exportFormat.name) return "is not of the format berth-audit";
  if (fields.version !== exportFormat.version) {
    return `has the version ${JSON.stringify(fields.version)?.slice(0, 20)}; this program reads ${exportFormat.version}`;
  }
  const { origin, vkeys } = fields;
  if (typeof origin !== "string" || !isOrigin(origin)) return "has no origin";
  const areKeys =
    Array.isArray(vkeys) &&
    vkeys.length <= maxVkeys &&
    vkeys.every((key) => typeof key === "string" && key.length <= maxVkeyChars);
  if (!areKeys) return `has no list of at most ${maxVkeys} verifier keys`;
  const start = fields.start === null ? undefined : readStart(fields.start);
  if (fields.start !== null && start === undefined) return "has a malformed start";
  // Checked above, element by element.
  return { type: "header", origin, vkeys: vkeys as readonly string[], start };
}

function readEntry(fields: Fields): EntryLine | string {
  const { index, leaf } = fields;
  const body = fieldsOf(fields.body);
  const hash = findHash(leaf);
  if (!isSize(index)) return "has no index";
  if (hash === undefined || typeof leaf !== "string") return "has no leaf hash";
  if (fields.body !== null && body === undefined) return "has a body that is no object";
  const text = body === undefined ? undefined : canonicalJson(body);
  return { type: "entry", index, leafHash: hash, leaf, body: text };
}

function readCheckpoint(fields: Fields): CheckpointLine | string {
  const frontierHashes = findHashes(fields.frontier);
  if (typeof fields.note !== "string") return "has no note";
  if (frontierHashes === undefined) return "has no frontier";
  return { type: "checkpoint", note: fields.note, frontierHashes };
}

function read(fields: Fields): ParsedLine | string {
  switch (fields.type) {
    case "entry":
      return readEntry(fields);
    case "checkpoint":
      return readCheckpoint(fields);
    case "header":
      return readHeader(fields);
    case "end":
      return isSize(fields.size) ? { type: "end", size: fields.size } : "has no size";
    default:
      return "is of no known type";
  }
}

const fieldCounts = Object.freeze({ header: 6, entry: 4, checkpoint: 4, end: 2 });

function canonicalLine(line: ParsedLine, fields: Fields): string {
  // An entry's body may be longer and deeper than what the other lines hold.
  if (line.type === "entry") {
    return `${bodyStart}${line.body ?? "null"},"index":${line.index},"leaf":"${line.leaf}","type":"entry"}`;
  }
  return canonicalJson(fields, lineLimits);
}

const bodyStart = '{"body":';
const entryEnd = /^,"index":(0|[1-9]\d{0,14}),"leaf":"([A-Za-z0-9+/]{43}=)","type":"entry"\}$/;

/** An entry that is plainly as it should be: nearly all of a long file. Undefined means "look closely". */
function findPlainEntry(text: string): EntryLine | undefined {
  if (!text.startsWith(bodyStart)) return undefined;
  const end = text.lastIndexOf(',"index":');
  const [, index, leaf] = (end < 0 ? null : entryEnd.exec(text.slice(end))) ?? [];
  const leafHash = leaf === undefined ? undefined : findHash(leaf);
  if (leaf === undefined || leafHash === undefined) return undefined;
  const bodyText = text.slice(bodyStart.length, end);
  const body = bodyText === "null" ? undefined : bodyText;
  if (body !== undefined && !isPlainlyCanonical(body)) return undefined;
  return { type: "entry", index: Number(index), leafHash, leaf, body };
}

function parseChecked(text: string): LineResult {
  const fields = fieldsOf(JSON.parse(text));
  if (fields === undefined) return malformed("is no JSON object");
  const line = read(fields);
  if (typeof line === "string") return malformed(line);
  if (!hasOnly(fields, fieldCounts[line.type])) return { line, problem: "has unknown fields" };
  const isCanonical = canonicalLine(line, fields) === text;
  return {
    line,
    problem: isCanonical ? undefined : "is not in canonical form: it was edited or reformatted",
  };
}

/** Never throws for what a line says. */
export function parseExportLine(text: string): LineResult {
  const entry = findPlainEntry(text);
  if (entry !== undefined) return { line: entry, problem: undefined };
  try {
    return parseChecked(text);
  } catch (error) {
    if (error instanceof SyntaxError) return malformed("is no JSON");
    if (isBerthError(error)) return malformed(`has a wrong body: ${error.message}`);
    // Nesting beyond the engine's stack ends here; anything else would be a fault of ours.
    if (error instanceof RangeError) return malformed("is nested too deeply");
    throw error;
  }
}
