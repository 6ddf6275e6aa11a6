/** The server's memory over time, each time after a collection when one can be asked for. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

export interface MemorySample {
  /** Heap in use and buffers, in MB: what the server's own code holds. */
  readonly heldMb: number;
  /** Of the whole process, the embedded database's thread included, in MB. */
  readonly residentMb: number;
}

export interface MemoryWatch {
  readonly samples: readonly MemorySample[];
  close(): void;
}

function findCollector(): () => void {
  if (globalThis.gc !== undefined) return () => void globalThis.gc?.();
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  return typeof collect === "function" ? () => void collect() : () => undefined;
}

const bytesPerMb = 2 ** 20;

/** @param everyMs - between two samples */
export function watchMemory(everyMs: number): MemoryWatch {
  const samples: MemorySample[] = [];
  const collect = findCollector();
  const timer = setInterval(() => {
    collect();
    const { heapUsed, external, rss } = process.memoryUsage();
    samples.push({
      heldMb: (heapUsed + external) / bytesPerMb,
      residentMb: rss / bytesPerMb,
    });
  }, everyMs);
  return { samples, close: () => clearInterval(timer) };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

/** The medians of the four quarters of the time. */
export function quarters(values: readonly number[]): readonly [number, number, number, number] {
  const cut = (part: number) => Math.floor((values.length * part) / 4);
  const quarter = (part: number) => median(values.slice(cut(part), cut(part + 1)));
  return [quarter(0), quarter(1), quarter(2), quarter(3)];
}
