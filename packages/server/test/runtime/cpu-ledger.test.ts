import { expect, it } from "vitest";
import { createCpuLedger } from "../../src/runtime/cpu-ledger.ts";

const readings = (all: Record<string, { cpuMs: number; startedAt: number }>) =>
  new Map(Object.entries(all));

it("adds up what the isolates of an installation used, and loses nothing when one of them ends", () => {
  const ledger = createCpuLedger();
  const old = (cpuMs: number) => ({ old: { cpuMs, startedAt: 10 } });
  const next = (cpuMs: number, startedAt = 20) => ({ next: { cpuMs, startedAt } });
  const add = (all: Parameters<typeof readings>[0]) => ledger.add("i-1", readings(all));
  expect(add(old(100))).toEqual({ cpuMs: 100, startedAt: 10 });
  expect(add(old(100))).toEqual({ cpuMs: 100, startedAt: 10 });
  expect(add({ ...old(130), ...next(5) })).toEqual({ cpuMs: 135, startedAt: 10 });
  // The old release is gone; what it had used is not.
  expect(add(next(25))).toEqual({ cpuMs: 155, startedAt: 10 });
  // Its cell was lost, and another counts from the beginning.
  expect(add(next(7, 40))).toEqual({ cpuMs: 162, startedAt: 10 });
  expect(add({})).toBeUndefined();
  expect(add(next(3, 60))).toEqual({ cpuMs: 3, startedAt: 60 });
  expect(ledger.add("i-2", readings(old(1)))).toEqual({ cpuMs: 1, startedAt: 10 });
});
