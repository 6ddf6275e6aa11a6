import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { createFairTurns } from "../../../src/installation/config/fair-turns.ts";

function createRig(maxAtOnce: number, maxWaitingOfOwner: number) {
  const turns = createFairTurns({ maxAtOnce, maxWaitingOfOwner });
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  return {
    started,
    ask: (owner: string, name: string) =>
      turns(owner, () => {
        started.push(name);
        return new Promise<string>((resolve) => ends.set(name, () => resolve(name)));
      }),
    async end(name: string) {
      ends.get(name)?.();
      await setImmediate();
    },
  };
}

test("few run at once, and owners take turns", async () => {
  const { ask, end, started } = createRig(2, 10);
  const all = ["a1", "a2", "a3", "a4", "b1", "c1"].map((name) => ask(name.charAt(0), name));
  await setImmediate();
  expect(started).toEqual(["a1", "a2"]);
  await end("a1");
  await end("a2");
  expect(started).toEqual(["a1", "a2", "a3", "b1"]);
  await end("a3");
  await end("b1");
  expect(started).toEqual(["a1", "a2", "a3", "b1", "c1", "a4"]);
  await end("c1");
  await end("a4");
  expect(await Promise.all(all)).toHaveLength(6);
});

test("a failure gives the turn on, and an owner's queue has an end", async () => {
  const { ask, end, started } = createRig(1, 1);
  const turns = createFairTurns({ maxAtOnce: 1, maxWaitingOfOwner: 1 });
  await expect(turns("a", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await turns("a", async () => 1)).toBe(1);
  const running = ask("a", "a1");
  const waiting = ask("a", "a2");
  await expect(ask("a", "a3")).rejects.toMatchObject({ code: "RATE_LIMITED" });
  const other = ask("b", "b1");
  for (const name of ["a1", "a2", "b1"]) await end(name);
  await Promise.all([running, waiting, other]);
  expect(started).toEqual(["a1", "a2", "b1"]);
});
