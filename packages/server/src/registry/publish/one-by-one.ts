/** Runs tasks of one key one after another; those of different keys do not wait for each other. */
export type OneByOne = <Result>(key: string, task: () => Promise<Result>) => Promise<Result>;

export function createOneByOne(): OneByOne {
  const last = new Map<string, Promise<unknown>>();
  return async (key, task) => {
    const before = last.get(key) ?? Promise.resolve();
    // What the one before came to is its own caller's business.
    const mine = before.then(task, task);
    last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (last.get(key) === mine) last.delete(key);
    }
  };
}
