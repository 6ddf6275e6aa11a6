import { describe, expect, it } from "vitest";
import { createViewConnection } from "../../src/view/connection.ts";

function open() {
  const batches: unknown[] = [];
  let release: (() => void) | undefined;
  const connection = createViewConnection({
    mutate: (records) => {
      batches.push(records);
      return new Promise((resolve) => {
        release = resolve;
      });
    },
  });
  const next = async () => {
    while (release === undefined) await new Promise((resolve) => setImmediate(resolve));
    const answer = release;
    release = undefined;
    answer();
  };
  return { connection, batches, next };
}

describe("the view's connection", () => {
  it("sends what one turn drew in one batch, and the next only when that was taken", async () => {
    const { connection, batches, next } = open();
    connection.mutate([[2, "1", "a"]]);
    connection.mutate([[2, "1", "b"]]);
    const flushed = connection.flush();
    await Promise.resolve();
    await Promise.resolve();
    expect(batches).toEqual([
      [
        [2, "1", "a"],
        [2, "1", "b"],
      ],
    ]);
    connection.mutate([[2, "1", "c"]]);
    await Promise.resolve();
    expect(batches).toHaveLength(1);
    await next();
    await next();
    await flushed;
    expect(batches[1]).toEqual([[2, "1", "c"]]);
  });

  it("sends plain JSON: a listener as true, an absence as null", async () => {
    const { connection, batches, next } = open();
    connection.mutate([
      [3, "1", "press", () => {}, 3],
      [3, "1", "tone", undefined, 1],
      [3, "1", "value", Number.NaN, 1],
    ]);
    await next();
    await connection.flush();
    expect(batches[0]).toEqual([
      [3, "1", "press", true, 3],
      [3, "1", "tone", null, 1],
      [3, "1", "value", null, 1],
    ]);
  });
});
