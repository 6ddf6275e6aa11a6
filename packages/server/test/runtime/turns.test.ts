import { describe, expect, it } from "vitest";
import { createTurns } from "../../src/runtime/turns.ts";

/** Turns of a loop that turns when it is told to. */
function openTurns() {
  const planned: (() => void)[] = [];
  const begun: string[] = [];
  const turns = createTurns((run) => void planned.push(run));
  return {
    turns,
    planned,
    ask(name: string): void {
      const turn = turns.take(name.slice(0, 1));
      if (turn === undefined) begun.push(name);
      else void turn.then(() => begun.push(name));
    },
    /** @returns who began since */
    async turn(): Promise<readonly string[]> {
      for (const run of planned.splice(0)) run();
      await new Promise(setImmediate);
      return begun.splice(0);
    },
    begun: () => begun.splice(0),
  };
}

describe("turns", () => {
  it("let one of each installation begin, in the order of coming", async () => {
    const loop = openTurns();
    for (const name of ["a1", "a2", "a3", "b1"]) loop.ask(name);
    expect(loop.begun()).toEqual(["a1", "b1"]);
    expect(loop.turns.waiting("a")).toBe(2);
    expect(await loop.turn()).toEqual(["a2"]);
    loop.ask("a4");
    loop.ask("b2");
    expect(loop.begun()).toEqual(["b2"]);
    loop.ask("b3");
    expect(await loop.turn()).toEqual(["a3", "b3"]);
    expect(await loop.turn()).toEqual(["a4"]);
    expect(loop.turns.waiting("a")).toBe(0);
  });

  it("cost nothing once nobody asks, and begin at once again", async () => {
    const loop = openTurns();
    loop.ask("a1");
    expect(loop.planned).toHaveLength(1);
    await loop.turn();
    expect(loop.planned).toEqual([]);
    loop.ask("a2");
    expect(loop.begun()).toEqual(["a2"]);
  });
});
