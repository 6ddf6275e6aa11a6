/**
 * The heartbeat of a metered app, and what it carries: how long the engine ran, what the app's heap
 * holds, how many instructions went by, and why it ended. Goes on while the engine runs.
 */
import type { Engine, EngineEnd, EngineMeters } from "./engine.ts";

export interface EngineBeat extends EngineMeters {
  /** The engine's running time since the beat before. */
  readonly busyMs: number;
  readonly end?: EngineEnd;
}

export interface EngineBeats {
  /** From now on beats go there, as often as this while the engine runs. */
  begin(post: (beat: EngineBeat) => void, everyMs: number): void;
  watch(engine: Engine): void;
  /** One beat, from a timer. */
  send(): void;
  /** The engine runs: a beat when one is due. */
  tick(): void;
  end(end: EngineEnd): void;
  /** Runs a turn of the engine and keeps its time. */
  timed<Result>(turn: () => Result): Result;
}

export function createEngineBeats({ now }: { readonly now: () => number }): EngineBeats {
  let engine: Engine | undefined;
  let post: ((beat: EngineBeat) => void) | undefined;
  let everyMs = Number.POSITIVE_INFINITY;
  let beatAt = 0;
  let busyMs = 0;
  let turnAt: number | undefined;

  function beat(end?: EngineEnd): void {
    beatAt = now();
    if (turnAt !== undefined) {
      busyMs += beatAt - turnAt;
      turnAt = beatAt;
    }
    const meters = engine?.meters() ?? { heapBytes: 0, instructions: 0, longestTurn: 0 };
    post?.({ busyMs, ...meters, ...(end === undefined ? {} : { end }) });
    busyMs = 0;
  }

  return {
    begin(to, intervalMs) {
      post = to;
      everyMs = intervalMs;
      beat();
    },
    watch(opened) {
      engine = opened;
    },
    send() {
      beat();
    },
    tick() {
      if (now() - beatAt >= everyMs) beat();
    },
    end: (end) => beat(end),
    timed(turn) {
      turnAt = now();
      try {
        return turn();
      } finally {
        busyMs += now() - turnAt;
        turnAt = undefined;
      }
    },
  };
}
