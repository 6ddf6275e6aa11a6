/**
 * C2SP tlog-checkpoint: origin, size and root as a signed note.
 *
 * When it was signed stands in the signatures, not in the text: each signer signs once as a plain note, which
 * every reader of checkpoints knows, and once with the time (C2SP tlog-cosignature). Extension lines are read
 * and never written.
 */
import { BerthError } from "@berth/protocol";
import { treeHashBytes } from "../tree/hashes.ts";
import { isTreeSize } from "../tree/nodes.ts";
import { findBase64, toBase64 } from "./base64.ts";
import {
  malformedNote,
  type NoteSigner,
  parseNote,
  type SignedNote,
  signText,
  signTextWithTime,
} from "./signed-note.ts";
import { isKeyName } from "./verifier-key.ts";

export interface TreeHead {
  /** Names the log, for ever. */
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
}

export interface Checkpoint extends TreeHead {
  readonly note: SignedNote;
}

/** The same rules as for a key's name. `cosignature/v1` is what signatures with a time begin with. */
export function isOrigin(origin: string): boolean {
  return isKeyName(origin) && origin !== "cosignature/v1";
}

/** @throws CHECKPOINT_INVALID */
export function parseOrigin(origin: string): string {
  if (isOrigin(origin)) return origin;
  throw new BerthError(
    "CHECKPOINT_INVALID",
    `${JSON.stringify(origin.slice(0, 200))} cannot be the origin of a log; expected a name without spaces and plus, such as example.com/berth.`,
  );
}

function checkpointText({ origin, root, size }: TreeHead): string {
  return `${parseOrigin(origin)}\n${size}\n${toBase64(root)}\n`;
}

/** @throws CHECKPOINT_INVALID saying what is malformed. Signatures are not checked here: see `verifyNote`. */
export function parseCheckpoint(text: string): Checkpoint {
  const note = parseNote(text);
  const [origin = "", sizeText = "", rootText = "", ...extensions] = note.text
    .slice(0, -1)
    .split("\n");
  const size = /^(?:0|[1-9][0-9]{0,15})$/.test(sizeText) ? Number(sizeText) : -1;
  const root = findBase64(rootText);
  // Of a log that is not ours the origin may be any line.
  if (origin === "") throw malformedNote("has no origin in its first line");
  if (!isTreeSize(size)) throw malformedNote("has no size of a log in its second line");
  if (root?.byteLength !== treeHashBytes) throw malformedNote("has no root hash in its third line");
  if (extensions.includes("")) throw malformedNote("has an empty line in its text");
  return { origin, size, root, note };
}

export interface SignCheckpointOptions extends TreeHead {
  /** One, or two while a key is being replaced. */
  readonly signers: readonly NoteSigner[];
  /** Milliseconds since 1970; signed in whole seconds. */
  readonly nowMs: number;
}

/**
 * The signed note. The caller sees to it that no two checkpoints of a log contradict each other: it signs what
 * is committed, in one place at a time.
 */
export async function signCheckpoint(options: SignCheckpointOptions): Promise<string> {
  const text = checkpointText(options);
  const timeSeconds = Math.floor(options.nowMs / 1000);
  const lines: string[] = [];
  for (const signer of options.signers) {
    lines.push(await signText(text, signer), await signTextWithTime(text, signer, timeSeconds));
  }
  if (lines.length === 0) throw malformedNote(`of ${options.origin} has no signer`);
  return `${text}\n${lines.join("")}`;
}

/** A witness's line below a checkpoint: it saw this as the newest consistent state at that time. */
export async function cosignCheckpoint(
  { note }: Checkpoint,
  signer: NoteSigner,
  nowMs: number,
): Promise<string> {
  return signTextWithTime(note.text, signer, Math.floor(nowMs / 1000));
}
