/** Lets the work of one name run one after another, in the order in which it was asked for. */
export interface Turns {
  run<Result>(name: string, work: () => Promise<Result>): Promise<Result>;
}

export function createTurns(): Turns {
  const last = new Map<string, Promise<unknown>>();
  return {
    run(name, work) {
      const mine = (last.get(name) ?? Promise.resolve()).then(work);
      const settled = mine
        .catch(() => {
          // Told to whoever asked for it; the next one has its turn all the same.
        })
        .then(() => {
          if (last.get(name) === settled) last.delete(name);
        });
      last.set(name, settled);
      return mine;
    },
  };
}
