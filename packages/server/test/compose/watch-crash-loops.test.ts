import type { CellEvent } from "@berth/cells";
import { expect, it } from "vitest";
import { watchCrashLoops } from "../../src/compose/watch-crash-loops.ts";
import { silentLogger } from "../support/databases.ts";

const id = `i${"0".repeat(26)}`;
const isolateKey = `${id}@0123456789abcdef@0123456789abcdef`;

it("fails an installation whose isolate is held back for a minute, and says what happened last", () => {
  const listeners = new Set<(event: CellEvent) => void>();
  const failed: (readonly [string, string])[] = [];
  const lines: string[] = [];
  const stop = watchCrashLoops({
    insight: { write: (_installation, { message }) => void lines.push(message) },
    pool: {
      onEvent(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    fail: async (installation, reason) => void failed.push([installation, reason]),
    logger: silentLogger,
  });
  const say = (event: CellEvent) => {
    for (const listener of listeners) listener(event);
  };
  const crash = (detail: string, backoffMs: number) => {
    const lost = { cellId: "c1", isolateKeys: [isolateKey], cause: "memory", detail } as const;
    say({ type: "cell-lost", ...lost });
    say({ type: "quarantined", isolateKey, losses: 3, backoffMs });
  };
  for (const seconds of [1, 2, 4, 8, 16, 32]) crash("Out of memory.", seconds * 1_000);
  expect(failed).toEqual([]);
  expect(lines[0]).toMatch(/^Held back for 1 s after .* 3 times .*: Out of memory\.$/);
  crash("Out of memory once more.", 64_000);
  expect(failed).toEqual([[id, expect.stringContaining("Out of memory once more.")]]);
  stop();
  expect(listeners.size).toBe(0);
});
