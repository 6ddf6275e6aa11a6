/**
 * Keeps moving what waits into the log: soon after something was recorded, every few seconds for what a
 * node that died left, and on demand.
 *
 * Invariant: in one process one group is moved at a time.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "../storage/database.ts";
import type { Ground } from "../storage/ground.ts";
import { encodeAct, saltBytes } from "./entry.ts";
import { hasActs, maxGroup, sequenceGroup } from "./sequence-group.ts";
import type { SpoolGroup, SpoolReader } from "./spool/read-spool.ts";
import type { SpoolWriter } from "./spool/write-spool.ts";

export interface Sequencer {
  /** Something waits, or will once its transaction commits. */
  wake(): void;
  /**
   * Resolves when all that waited at the call is in the log; after a second without what a transaction
   * that began earlier holds back.
   *
   * @throws what the database throws
   */
  flush(): Promise<void>;
  /** Reads these spools too, from now on; they are written to no more. */
  adopt(reader: SpoolReader): void;
  /** Moves nothing more by itself. */
  stop(): void;
}

export interface SequencerOptions {
  readonly database: Pick<Database, "kind" | "kysely">;
  readonly ground: Pick<Ground, "clock" | "logger" | "random">;
  readonly readers: readonly SpoolReader[];
  /** This process' own: told how much of it is in the log. */
  readonly spool: Pick<SpoolWriter, "id" | "waitingBytes" | "release">;
}

/** A group costs one transaction however large it is; whoever reads the log asks for it at once. */
const gatherMs = 500;
const sweepMs = 5_000;
const patienceMs = 1_000;
const retryMs = 10;

export function createSequencer(options: SequencerOptions): Sequencer {
  const { database, ground, spool } = options;
  const readers = [...options.readers];
  let running: Promise<unknown> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  let waitingFlushes = 0;
  let endRest: () => void = () => undefined;

  async function findNext(): Promise<SpoolGroup | undefined> {
    for (const reader of readers) {
      const group = await reader.next(maxGroup);
      if (group !== undefined) return group;
    }
    return undefined;
  }

  /** That records were lost is itself on record. */
  function damageEntries({ spoolId, damage }: SpoolGroup): readonly string[] {
    if (damage === undefined) return [];
    const act = {
      action: "audit.spool-damaged",
      organizationId: null,
      actor: { kind: "system", id: "berth" },
      target: { kind: "spool", id: spoolId },
      details: { lostBytes: damage.lostBytes },
    } as const;
    return [encodeAct(act, { at: ground.clock.now(), salt: ground.random(saltBytes) }, [])];
  }

  /**
   * @param ownBytes - so much of this process' own spool is moved; more may come as fast as it goes
   * @returns whether acts are held back
   */
  async function moveAll(ownBytes: number): Promise<boolean> {
    for (let left = ownBytes; ; ) {
      const begin = performance.now();
      const group = left > 0 ? await findNext() : undefined;
      if (group === undefined && !(await hasActs(database.kysely))) return false;
      const damage = group === undefined ? [] : damageEntries(group);
      const { count, isHeldBack } = await sequenceGroup(database, group, damage);
      if (group !== undefined) {
        await group.done();
        if (group.spoolId === spool.id) {
          spool.release(group.bytes);
          left -= group.bytes;
        }
        // Half of the time is the requests', however many decisions wait; unless somebody waits for them.
        if (waitingFlushes === 0) await rest(performance.now() - begin);
      } else if (count < maxGroup) return isHeldBack;
    }
  }

  function move(): Promise<boolean> {
    const ownBytes = Math.max(1, spool.waitingBytes);
    const moved = running.then(() => moveAll(ownBytes));
    // Told to whoever asked; the next one begins anew.
    running = moved.catch(() => undefined);
    return moved;
  }

  /** Ends when somebody begins to wait. */
  async function rest(ms: number): Promise<void> {
    const begun = Promise.withResolvers<void>();
    endRest = begun.resolve;
    const timer = setTimeout(begun.resolve, ms);
    await begun.promise;
    clearTimeout(timer);
  }

  async function flush(): Promise<void> {
    const giveUpAt = performance.now() + patienceMs;
    waitingFlushes += 1;
    endRest();
    try {
      while ((await move()) && performance.now() < giveUpAt) await sleep(retryMs);
    } finally {
      waitingFlushes -= 1;
    }
  }

  function wake(): void {
    if (isStopped || timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      move().then((isHeldBack) => {
        if (isHeldBack || spool.waitingBytes > 0) wake();
      }, complain);
    }, gatherMs);
    timer.unref();
  }

  function complain(error: unknown): void {
    ground.logger.error({ err: error }, "The audit log was not written; it is tried again");
  }

  const sweep = setInterval(() => void move().catch(complain), sweepMs);
  sweep.unref();

  return {
    wake,
    flush,
    adopt(reader) {
      readers.unshift(reader);
    },
    stop() {
      isStopped = true;
      clearTimeout(timer);
      clearInterval(sweep);
    },
  };
}
