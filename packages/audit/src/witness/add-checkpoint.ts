/**
 * The witness's side of C2SP tlog-witness: cosigns a log's checkpoint only when the log did nothing but grow
 * since the last one that it cosigned.
 *
 * Owns no state: the store keeps the latest checkpoint of each log, and moves it by comparing and setting in one
 * step. Trust: the request is a stranger's until a key of a known log has signed its checkpoint.
 */
import { isBerthError } from "@berth/protocol";
import { type Checkpoint, cosignCheckpoint, parseCheckpoint } from "../note/checkpoint.ts";
import { formatSignature, type NoteSigner, verifyNote } from "../note/signed-note.ts";
import type { VerifierKey } from "../note/verifier-key.ts";
import { emptyRoot, equalHashes } from "../tree/hashes.ts";
import { verifyConsistency } from "../tree/verify-proofs.ts";
import {
  type AddCheckpointRequest,
  findAddCheckpoint,
  maxAddCheckpointBytes,
  sizeContentType,
} from "./messages.ts";

export interface WitnessedHead {
  readonly size: number;
  readonly root: Uint8Array;
}

export interface WitnessStore {
  /** The latest head that was cosigned for that log; undefined when there was none. */
  findLatest(origin: string): Promise<WitnessedHead | undefined>;
  /**
   * Makes `to` the latest when the latest is still `from`, in one step and kept for good when it returns. False
   * when another request was quicker.
   */
  advance(step: {
    readonly origin: string;
    readonly from: WitnessedHead | undefined;
    readonly to: WitnessedHead;
    /** When it is cosigned, in milliseconds since 1970. */
    readonly nowMs: number;
    /** The log's signed note, with signatures of its keys alone, to be shown when histories differ. */
    readonly note: string;
  }): Promise<boolean>;
}

export interface WitnessOptions {
  /** The keys of a log that this witness serves; undefined for others. */
  readonly findLogKeys: (
    origin: string,
  ) => Promise<readonly VerifierKey[] | undefined> | readonly VerifierKey[] | undefined;
  readonly store: WitnessStore;
  /** The witness's own key. It must sign nothing else. */
  readonly signer: NoteSigner;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Told of what a key of the log signed and was not cosigned, before the answer. */
  readonly onRefuse?: (refusal: WitnessRefusal) => Promise<void>;
}

export interface WitnessRefusal extends WitnessedHead {
  readonly origin: string;
  /**
   * - `another-root`: of the size that was cosigned last, with another root: the log told two histories
   * - `unproven`: larger, and the proof that came with it does not lead to it. Anybody who has a checkpoint can
   *   send it with a wrong proof, so this alone proves nothing
   */
  readonly kind: "another-root" | "unproven";
  /** The log's signed note, with signatures of its keys alone. */
  readonly note: string;
}

export interface WitnessAnswer {
  /** 200, 400, 403, 404, 409 or 422, as the protocol gives them. */
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** Of the log's keys; a note holds 64 signatures, and a cosignature is to find room. */
const maxKeptSignatures = 32;

function refuse(status: number, sentence: string): WitnessAnswer {
  return { status, contentType: "text/plain; charset=utf-8", body: `${sentence}\n` };
}

function answerSize(size: number): WitnessAnswer {
  return { status: 409, contentType: sizeContentType, body: `${size}\n` };
}

function findCheckpoint(note: string): Checkpoint | undefined {
  try {
    return parseCheckpoint(note);
  } catch (error) {
    if (isBerthError(error)) return undefined;
    throw error;
  }
}

function isConsistent(
  { oldSize, proof }: AddCheckpointRequest,
  latest: WitnessedHead,
  { root, size }: Checkpoint,
): boolean {
  return verifyConsistency({
    fromSize: oldSize,
    fromRoot: latest.root,
    toSize: size,
    toRoot: root,
    proof,
  });
}

/** With one signature of each of the log's keys: what else stands below a note is anybody's. */
function noteOf({ note }: Checkpoint, keys: readonly VerifierKey[]): string {
  const lines = keys.flatMap(({ keyId, name }) => {
    const own = note.signatures.find((one) => one.keyId === keyId && one.name === name);
    return own === undefined ? [] : [formatSignature(own)];
  });
  return `${note.text}\n${lines.slice(0, maxKeptSignatures).join("")}`;
}

/** Answers `POST <prefix>/add-checkpoint`. Never throws for what the body says. */
export async function addCheckpoint(body: string, options: WitnessOptions): Promise<WitnessAnswer> {
  const { findLogKeys, now, signer, store } = options;
  const request = body.length > maxAddCheckpointBytes ? undefined : findAddCheckpoint(body);
  if (request === undefined) return refuse(400, "The body is no add-checkpoint request.");
  const checkpoint = findCheckpoint(request.note);
  if (checkpoint === undefined) return refuse(400, "The checkpoint is malformed.");
  const { origin, size } = checkpoint;
  const keys = await findLogKeys(origin);
  if (keys === undefined) return refuse(404, "This witness does not know that log.");
  const { failed, verified } = verifyNote(checkpoint.note, keys);
  if (verified.length === 0 || failed.length > 0) {
    return refuse(403, "The checkpoint is not signed by a key of that log.");
  }
  if (request.oldSize > size) return refuse(400, "The old size is larger than the checkpoint.");
  const latest = await store.findLatest(origin);
  const from = latest ?? { size: 0, root: emptyRoot() };
  const note = noteOf(checkpoint, keys);
  const refused = { origin, size, root: checkpoint.root, note };
  if (from.size === size && !equalHashes(from.root, checkpoint.root)) {
    if (latest === undefined) return refuse(422, "An empty log has one root only.");
    await options.onRefuse?.({ ...refused, kind: "another-root" });
    return answerSize(from.size);
  }
  if (request.oldSize !== from.size) return answerSize(from.size);
  if (!isConsistent(request, from, checkpoint)) {
    await options.onRefuse?.({ ...refused, kind: "unproven" });
    return refuse(422, "The log does not follow from the checkpoint that was cosigned last.");
  }
  const to = { size, root: checkpoint.root };
  const nowMs = now();
  if (!(await store.advance({ origin, from: latest, to, note, nowMs }))) {
    return answerSize((await store.findLatest(origin))?.size ?? 0);
  }
  return {
    status: 200,
    contentType: "text/plain; charset=utf-8",
    body: await cosignCheckpoint(checkpoint, signer, nowMs),
  };
}
