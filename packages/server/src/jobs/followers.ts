/**
 * Who watches which run. Holds a short queue per watcher; a slow one loses the oldest records, never
 * the newest: each record is the whole run.
 */
import type { RunRecord } from "./run.ts";
import { isEnded } from "./run.ts";

const maxQueued = 100;

interface Follower {
  readonly queue: RunRecord[];
  wake: () => void;
}

export interface Followers {
  follow(id: string, signal: AbortSignal): AsyncIterable<RunRecord>;
  /** Reads the run again and hands it to its watchers. */
  wake(id: string): Promise<void>;
  wakeAll(): Promise<void>;
  /** Ends every watch. */
  close(): void;
}

export function createFollowers(find: (id: string) => Promise<RunRecord | undefined>): Followers {
  const byRun = new Map<string, Set<Follower>>();
  const closed = new AbortController();

  async function wake(id: string): Promise<void> {
    if (!byRun.has(id)) return;
    const run = await find(id);
    if (run === undefined) return;
    for (const follower of byRun.get(id) ?? []) {
      follower.queue.push(run);
      if (follower.queue.length > maxQueued) follower.queue.shift();
      follower.wake();
    }
  }

  function add(id: string, follower: Follower): () => void {
    const set = byRun.get(id) ?? new Set();
    set.add(follower);
    byRun.set(id, set);
    return () => {
      set.delete(follower);
      if (set.size === 0) byRun.delete(id);
    };
  }

  async function* follow(id: string, outer: AbortSignal): AsyncGenerator<RunRecord> {
    const signal = AbortSignal.any([outer, closed.signal]);
    const follower: Follower = { queue: [], wake: () => undefined };
    const remove = add(id, follower);
    const onAbort = () => follower.wake();
    signal.addEventListener("abort", onAbort);
    try {
      // Watching before reading: no change can fall between the two.
      let run = await find(id);
      let revision = -1;
      while (run !== undefined && !signal.aborted) {
        if (run.revision > revision) {
          revision = run.revision;
          yield run;
        }
        if (isEnded(run.state)) return;
        while (follower.queue.length === 0 && !signal.aborted) {
          await new Promise<void>((resolve) => {
            follower.wake = resolve;
          });
        }
        run = follower.queue.shift();
      }
    } finally {
      signal.removeEventListener("abort", onAbort);
      remove();
    }
  }

  return {
    follow,
    wake,
    async wakeAll() {
      await Promise.all([...byRun.keys()].map(wake));
    },
    close: () => closed.abort(),
  };
}
