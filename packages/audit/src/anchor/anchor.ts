/**
 * Where checkpoints are kept outside the database, so that whoever can change the database cannot change what
 * the log once said.
 *
 * An implementation never replaces what it keeps: a folder whose files are made once, a witness that only goes
 * forward, or an object store with a retention lock (put if absent, then compare when it is there).
 */
import { type Checkpoint, parseCheckpoint } from "../note/checkpoint.ts";
import {
  formatSignature,
  type NoteSignature,
  parseNote,
  parseSignatureLines,
} from "../note/signed-note.ts";

export interface AnchorReceipt {
  readonly kind: string;
  /** Where it is kept, for people. */
  readonly place: string;
  /** Seconds since 1970. */
  readonly timeSeconds: number;
  /** Signature lines to be added to the note, each with its newline; none from an anchor that does not sign. */
  readonly cosignatures: readonly string[];
}

export interface KeptCheckpoint extends Checkpoint {
  /** The whole signed note. */
  readonly text: string;
}

export interface Anchor {
  /** Such as `folder` or `witness`. */
  readonly kind: string;
  readonly place: string;
  /** Where each costs something for good: one in so long is enough, but for the last. Default 0. */
  readonly minIntervalMs?: number;
  /**
   * Keeps it; the same checkpoint twice is kept once.
   *
   * @throws AUDIT_ANCHOR_CONFLICT when what is kept there contradicts it: an alarm, not to be retried;
   * AUDIT_ANCHOR_FAILED when it could not be kept now
   */
  keep(checkpoint: KeptCheckpoint, signal?: AbortSignal): Promise<AnchorReceipt>;
}

/** @throws CHECKPOINT_INVALID */
export function parseKeptCheckpoint(text: string): KeptCheckpoint {
  return { ...parseCheckpoint(text), text };
}

/**
 * The note with further signature lines. One that a key gave before goes: a witness that is asked again
 * signs a later time, and a note holds only so many.
 *
 * @throws CHECKPOINT_INVALID
 */
export function addCosignatures(text: string, cosignatures: readonly string[]): string {
  const note = parseNote(text);
  let { signatures } = note;
  for (const added of cosignatures.flatMap(parseSignatureLines)) {
    const isOther = ({ keyId, name }: NoteSignature) =>
      keyId !== added.keyId || name !== added.name;
    signatures = [...signatures.filter(isOther), added];
  }
  return `${note.text}\n${signatures.map(formatSignature).join("")}`;
}
