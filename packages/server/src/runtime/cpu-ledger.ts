/**
 * Adds up the processor time of an installation whose isolates come and go.
 *
 * An old release's isolate may still run beside the new one's, each with a reading of its own that
 * ends when the isolate does. Here what each used since it was last read is added to one sum, which
 * never goes back while the installation has an isolate.
 */
import type { IsolateUsage } from "@berth/cells";

type Reading = Pick<IsolateUsage, "cpuMs" | "startedAt">;

export interface CpuSum {
  readonly cpuMs: number;
  /** Of the first isolate; changes when the sum begins anew. */
  readonly startedAt: number;
}

interface Entry {
  cpuMs: number;
  readonly startedAt: number;
  readings: ReadonlyMap<string, Reading>;
}

export interface CpuLedger {
  /** @param readings - of all its isolates that run now, by key */
  add(installationId: string, readings: ReadonlyMap<string, Reading>): CpuSum | undefined;
}

export function createCpuLedger(): CpuLedger {
  const entries = new Map<string, Entry>();
  return {
    add(installationId, readings) {
      const startedAt = Math.min(...[...readings.values()].map((reading) => reading.startedAt));
      if (readings.size === 0) {
        entries.delete(installationId);
        return undefined;
      }
      const entry = entries.get(installationId) ?? { cpuMs: 0, startedAt, readings: new Map() };
      for (const [key, { cpuMs, startedAt: since }] of readings) {
        const before = entry.readings.get(key);
        const isSameRun = before?.startedAt === since && cpuMs >= before.cpuMs;
        entry.cpuMs += isSameRun ? cpuMs - before.cpuMs : cpuMs;
      }
      entry.readings = readings;
      entries.set(installationId, entry);
      return { cpuMs: entry.cpuMs, startedAt: entry.startedAt };
    },
  };
}
