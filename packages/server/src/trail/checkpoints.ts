/**
 * Signs the log's head: each minute when there is something new, when it closes, and when somebody asks
 * for a proof of what no checkpoint covers yet. Anchors keep a copy where the database's owner has no say.
 *
 * Invariant: what is signed extends what this process signed before it. A database that was set back,
 * or rewritten, is not signed, and is said aloud.
 */
import {
  parseCheckpoint,
  proveConsistency,
  rootOf,
  signCheckpoint,
  verifyConsistency,
} from "@berth/audit";
import { BerthError } from "@berth/protocol";
import type { Ground } from "../storage/ground.ts";
import type { Anchoring } from "./anchoring/anchoring.ts";
import type { LogKeys } from "./log-keys.ts";
import type { LogStore, StoredCheckpoint } from "./log-store.ts";

export interface Checkpoints {
  /** Signs the head if it grew. @returns the newest; undefined while the log is empty */
  take(): Promise<StoredCheckpoint | undefined>;
  /** Signs no more by itself, but once more now, and gives every anchor a last chance to keep it. */
  finish(): Promise<void>;
}

export interface CheckpointsOptions {
  readonly store: LogStore;
  readonly logKeys: LogKeys;
  readonly anchoring: Anchoring;
  readonly ground: Pick<Ground, "clock" | "logger">;
  /** Brings what waits into the log first. */
  readonly flush: () => Promise<void>;
}

const intervalMs = 60_000;

const equalRoots = (one: Uint8Array, other: Uint8Array) => Buffer.compare(one, other) === 0;

export function createCheckpoints(options: CheckpointsOptions): Checkpoints {
  const { store, logKeys, anchoring, ground } = options;
  let running: Promise<unknown> = Promise.resolve();
  /** The newest that this process signed: a database that was set back does not know of it. */
  let signed: StoredCheckpoint | undefined;

  async function checkExtends(last: StoredCheckpoint, size: number, root: Uint8Array) {
    const before = parseCheckpoint(last.note);
    const claim = { fromSize: before.size, fromRoot: before.root, toSize: size, toRoot: root };
    if (before.size <= size) {
      const proof = await proveConsistency(store, { fromSize: before.size, toSize: size });
      if (verifyConsistency({ ...claim, proof })) return;
    }
    throw new BerthError(
      "AUDIT_TREE_CORRUPT",
      `The audit log in the database does not extend its checkpoint of ${before.size} entries: it was changed; compare it with an anchored checkpoint by berth audit verify.`,
      { details: { size: before.size } },
    );
  }

  async function sign(): Promise<StoredCheckpoint | undefined> {
    const stored = await store.findCheckpoint();
    const last = (signed?.size ?? 0) > (stored?.size ?? 0) ? signed : stored;
    const head = await store.head();
    const root = rootOf(head);
    if (head.size === 0 && last === undefined) return undefined;
    if (head.size === last?.size && equalRoots(parseCheckpoint(last.note).root, root)) return last;
    if (last !== undefined) await checkExtends(last, head.size, root);
    const nowMs = ground.clock.now();
    const signers = await logKeys.signers(last?.at);
    const { origin } = logKeys;
    const note = await signCheckpoint({ origin, size: head.size, root, signers, nowMs });
    const checkpoint = { size: head.size, note, at: new Date(nowMs) };
    await store.addCheckpoint(checkpoint);
    signed = checkpoint;
    return checkpoint;
  }

  function signNext(): Promise<StoredCheckpoint | undefined> {
    const taken = running.then(options.flush).then(sign);
    // Told to whoever asked; the next one begins anew.
    running = taken.catch(() => undefined);
    return taken;
  }

  async function take(): Promise<StoredCheckpoint | undefined> {
    const checkpoint = await signNext();
    if (checkpoint !== undefined) await anchoring.offer(checkpoint);
    return checkpoint;
  }

  const timer = setInterval(() => {
    take().catch((error: unknown) => {
      ground.logger.error({ err: error }, "The audit log has no new checkpoint");
    });
  }, intervalMs);
  timer.unref();

  return {
    take,
    async finish() {
      clearInterval(timer);
      await anchoring.finish(await signNext());
    },
  };
}
