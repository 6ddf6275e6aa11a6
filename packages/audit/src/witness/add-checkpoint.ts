/**
 * The witness's side of C2SP tlog-witness: cosigns a log's checkpoint only when the log did nothing but grow
 * since the last one that it cosigned.
 *
 * Owns no state: the store keeps the latest checkpoint of each log, and moves it by comparing and setting in one
 * step. Trust: the request is a stranger's until a key of a known log has signed its checkpoint.
 */
import { isBerthError } from "@berth/protocol";
import { type Checkpoint, cosignCheckpoint, parseCheckpoint } from "../note/checkpoint.ts";
import { type NoteSigner, verifyNote } from "../note/signed-note.ts";
import type { VerifierKey } from "../note/verifier-key.ts";
import { emptyRoot, equalHashes } from "../tree/hashes.ts";
import { verifyConsistency } from "../tree/verify-proofs.ts";
import {
  type AddCheckpointRequest,
  findAddCheckpoint,
  maxRequestBytes,
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
    /** The log's signed note, to be shown when histories differ. */
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
}

export interface WitnessAnswer {
  /** 200, 400, 403, 404, 409 or 422, as the protocol gives them. */
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

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

/** Answers `POST <prefix>/add-checkpoint`. Never throws for what the body says. */
export async function addCheckpoint(body: string, options: WitnessOptions): Promise<WitnessAnswer> {
  const { findLogKeys, now, signer, store } = options;
  const request = body.length > maxRequestBytes ? undefined : findAddCheckpoint(body);
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
  if (request.oldSize !== from.size) return answerSize(from.size);
  if (from.size === size && !equalHashes(from.root, checkpoint.root)) {
    return latest === undefined
      ? refuse(422, "An empty log has one root only.")
      : answerSize(from.size);
  }
  if (!isConsistent(request, from, checkpoint)) {
    return refuse(422, "The log does not follow from the checkpoint that was cosigned last.");
  }
  const to = { size, root: checkpoint.root };
  if (!(await store.advance({ origin, from: latest, to, note: request.note }))) {
    return answerSize((await store.findLatest(origin))?.size ?? 0);
  }
  return {
    status: 200,
    contentType: "text/plain; charset=utf-8",
    body: await cosignCheckpoint(checkpoint, signer, now()),
  };
}
