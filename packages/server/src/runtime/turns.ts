/**
 * Lets requests begin by turns: one of each installation in each turn of the event loop.
 *
 * What a flood sends arrives in heaps, and a heap that is begun at once is begun before whoever
 * comes next. By turns, another installation's request waits for one of the flood's and not for all.
 * Nothing is refused here, and no time is given away: who has no rival goes on at the loop's own pace.
 *
 * Invariant: whoever waits gets a turn, in the order of coming within an installation.
 */

export interface Turns {
  /** How many of the installation wait. */
  waiting(installationId: string): number;
  /** Undefined for whoever may begin at once, else resolves when it is its turn. */
  take(installationId: string): Promise<void> | undefined;
}

/** @param defer - runs it in the event loop's next turn; default `setImmediate` */
export function createTurns(defer: (run: () => void) => void = setImmediate): Turns {
  const begun = new Set<string>();
  const queues = new Map<string, (() => void)[]>();
  let isPlanned = false;

  function plan(): void {
    if (isPlanned) return;
    isPlanned = true;
    defer(next);
  }

  function next(): void {
    isPlanned = false;
    begun.clear();
    for (const [id, queue] of queues) {
      begun.add(id);
      queue.shift()?.();
      if (queue.length === 0) queues.delete(id);
    }
    if (begun.size > 0) plan();
  }

  return {
    waiting: (installationId) => queues.get(installationId)?.length ?? 0,
    take(installationId) {
      const queue = queues.get(installationId);
      if (queue === undefined && !begun.has(installationId)) {
        begun.add(installationId);
        plan();
        return undefined;
      }
      return new Promise((resolve) => {
        if (queue === undefined) queues.set(installationId, [resolve]);
        else queue.push(resolve);
        plan();
      });
    },
  };
}
