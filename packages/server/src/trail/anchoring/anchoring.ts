/**
 * Brings checkpoints to their anchors, each at its own pace, and knows how far each one is.
 *
 * An anchor that is out of reach holds nobody up: the next checkpoint covers those that it missed, so only the
 * newest waits. One that contradicts the log is an alarm, which stays until this process ends and is itself
 * put on record.
 * Invariant: an anchor is asked for one checkpoint at a time.
 */
import { type Anchor, parseKeptCheckpoint } from "@berth/audit";
import { isBerthError } from "@berth/protocol";
import type { Ground } from "../../storage/ground.ts";
import type { StoredCheckpoint } from "../log-store.ts";

export interface AnchorState {
  /** `folder`, `witness` or `s3`. */
  readonly kind: string;
  readonly place: string;
  /**
   * - `waiting`: nothing was brought to it since this process began
   * - `kept`: it has what was brought to it last
   * - `behind`: it has not, and is tried again with the next one, within a minute
   * - `conflict`: what it keeps contradicts the log
   */
  readonly state: "waiting" | "kept" | "behind" | "conflict";
  /** The largest checkpoint that it is known to keep. */
  readonly keptSize: number | null;
  readonly keptAt: Date | null;
  /** Since when it is behind, or contradicts. */
  readonly since: Date | null;
  /** What failed last. */
  readonly problem: string | null;
}

export interface Anchoring {
  /**
   * Offers it to every anchor that has not kept it yet. Resolves when all have answered, or patience ends:
   * then they go on by themselves. One that failed the last time is not waited for.
   */
  offer(checkpoint: StoredCheckpoint): Promise<void>;
  /** Offers it to all once more, and waits for them for as long as a last try takes. */
  finish(checkpoint: StoredCheckpoint | undefined): Promise<void>;
  states(): readonly AnchorState[];
}

export interface AnchoringOptions {
  readonly anchors: readonly Anchor[];
  readonly ground: Pick<Ground, "clock" | "logger">;
  /** Puts what an anchor signed below the checkpoint of that size. */
  readonly addCosignatures: (size: number, cosignatures: readonly string[]) => Promise<void>;
  /** Puts the alarm on record. */
  readonly recordConflict: (alarm: {
    readonly kind: string;
    readonly place: string;
    readonly size: number;
    readonly problem: string;
  }) => Promise<void>;
  /** Default 3,000. */
  readonly patienceMs?: number;
}

const patienceMs = 3_000;
const attemptMs = 10_000;
const overtakenMs = 600_000;

interface Keeper {
  readonly state: AnchorState;
  /** Resolves when it has nothing more to bring; never rejects. */
  bring(checkpoint: StoredCheckpoint, isLast: boolean): Promise<void>;
}

function createKeeper(anchor: Anchor, options: AnchoringOptions): Keeper {
  const { clock, logger } = options.ground;
  const { kind, minIntervalMs = 0, place } = anchor;
  let state: AnchorState = {
    ...{ kind, place, state: "waiting", keptSize: null, keptAt: null },
    ...{ since: null, problem: null },
  };
  let next: StoredCheckpoint | undefined;
  let running: Promise<void> | undefined;
  let isEnding = false;
  let overtakenSinceMs: number | undefined;

  function noteKept(size: number): void {
    overtakenSinceMs = undefined;
    if (state.state === "behind") logger.info({ kind, place, size }, "An anchor keeps up again");
    const now = new Date(clock.now());
    const isAlarm = state.state === "conflict";
    const rest = isAlarm ? {} : { state: "kept" as const, since: null, problem: null };
    state = { ...state, ...rest, keptSize: Math.max(size, state.keptSize ?? 0), keptAt: now };
  }

  async function noteFailure(error: unknown, size: number): Promise<void> {
    const problem = error instanceof Error ? error.message : "unknown";
    const isConflict = isBerthError(error, "AUDIT_ANCHOR_CONFLICT");
    const isAlarm = state.state === "conflict";
    const now = new Date(clock.now());
    const { keptSize, since } = state;
    logger.error(
      { err: error, kind, place, size, keptSize, since },
      isConflict ? "An anchor contradicts the audit log" : "A checkpoint was not anchored",
    );
    if (isAlarm) return;
    const begun = isConflict ? now : (since ?? now);
    state = { ...state, state: isConflict ? "conflict" : "behind", since: begun, problem };
    if (isConflict) await options.recordConflict({ kind, place, size, problem });
  }

  function isTooSoon(): boolean {
    const keptMs = state.keptAt?.getTime() ?? Number.NEGATIVE_INFINITY;
    return !isEnding && clock.now() - keptMs < minIntervalMs;
  }

  /**
   * It says that it has a larger one already, as it does when another server of this log was quicker. That is a
   * number without a signature: for a while it is no failure, and never a success.
   */
  function isOvertaken(error: unknown): boolean {
    if (!isBerthError(error, "AUDIT_ANCHOR_FAILED")) return false;
    if (typeof error.details?.keptSize !== "number") return false;
    overtakenSinceMs ??= clock.now();
    return clock.now() - overtakenSinceMs < overtakenMs;
  }

  async function keep({ note, size }: StoredCheckpoint): Promise<void> {
    if (size <= (state.keptSize ?? -1) || isTooSoon()) return;
    try {
      const signal = AbortSignal.timeout(attemptMs);
      const { cosignatures } = await anchor.keep(parseKeptCheckpoint(note), signal);
      if (cosignatures.length > 0) await options.addCosignatures(size, cosignatures);
      noteKept(size);
    } catch (error) {
      if (!isOvertaken(error)) await noteFailure(error, size);
    }
  }

  async function run(): Promise<void> {
    try {
      for (let now = next; now !== undefined; now = next) {
        next = undefined;
        await keep(now);
      }
    } catch (error) {
      // The alarm could not be put on record: it stands in the state and in the server's log.
      logger.error({ err: error, kind, place }, "A contradiction of an anchor is not on record");
    } finally {
      running = undefined;
    }
  }

  return {
    get state() {
      return state;
    },
    bring(checkpoint, isLast) {
      next = checkpoint;
      isEnding = isLast;
      running ??= run();
      return running;
    },
  };
}

export function createAnchoring(options: AnchoringOptions): Anchoring {
  const keepers = options.anchors.map((anchor) => createKeeper(anchor, options));

  async function within(ms: number, work: readonly Promise<void>[]): Promise<void> {
    if (work.length === 0) return;
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, ms);
    await Promise.race([Promise.all(work), late.promise]);
    clearTimeout(timer);
  }

  return {
    async offer(checkpoint) {
      const awaited: Promise<void>[] = [];
      for (const keeper of keepers) {
        const wasReached = keeper.state.state !== "behind";
        const brought = keeper.bring(checkpoint, false);
        if (wasReached) awaited.push(brought);
      }
      await within(options.patienceMs ?? patienceMs, awaited);
    },
    async finish(checkpoint) {
      if (checkpoint === undefined) return;
      await within(
        attemptMs,
        keepers.map((keeper) => keeper.bring(checkpoint, true)),
      );
    },
    states: () => keepers.map(({ state }) => state),
  };
}
