/**
 * Counts what installations use, in memory, and adds it to the database in groups.
 *
 * Counters grow from the start of the process and are never set back: a flush writes what was added
 * since the last one that succeeded, so a database that is away for a while loses nothing. A killed
 * process loses at most one interval.
 */
import { sql } from "kysely";
import type { Database } from "../storage/database.ts";
import type { Ground } from "../storage/ground.ts";
import { createPeriodicFlush } from "../storage/periodic-flush.ts";
import { type Counters, columnOf, counterNames, createCounters } from "./counters.ts";
import { createLatencies, type Latencies } from "./latencies.ts";

export interface Meter extends Counters {
  readonly latencies: Latencies;
}

export interface UsageTotals extends Readonly<Counters> {
  /** Of its cells together, the most that was seen when it was looked at, which is once a flush. */
  readonly peakMemoryBytes: number;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
}

/** Processor time so far of the cells that run now; starts anew when `startedAt` changes. */
export interface CpuReading {
  readonly cpuMs: number;
  readonly startedAt: number;
  /** Resident, now. */
  readonly memoryBytes?: number;
}

export interface Metering extends AsyncDisposable {
  /** The installation's meter, to add to. Plain numbers: nothing happens at once. */
  meter(installationId: string): Meter;
  /** @param organizationId - whose it is, for what serves one organization; any when left out */
  read(installationId: string, organizationId?: string): Promise<UsageTotals>;
  flush(): Promise<void>;
  /** Forgets the installation and its row. */
  remove(installationId: string): Promise<void>;
  /** Flushes once more and stops. Idempotent. */
  close(): Promise<void>;
}

export interface MeteringOptions {
  readonly database: Pick<Database, "kysely" | "of">;
  readonly ground: Ground;
  /** Asked for every installation in use before each flush. */
  readonly readCpu: (installationId: string) => CpuReading | undefined;
  /** Default 1,000. */
  readonly flushIntervalMs?: number;
}

interface Entry {
  readonly meter: Meter;
  readonly flushed: Counters;
  cpu: CpuReading;
  peakMemoryBytes: number;
  flushedPeakBytes: number;
}

const rowsAtOnce = 500;

export function createMetering(options: MeteringOptions): Metering {
  const { database, ground } = options;
  const entries = new Map<string, Entry>();
  let isClosed = false;

  function entryOf(installationId: string): Entry {
    const known = entries.get(installationId);
    if (known !== undefined) return known;
    const entry: Entry = {
      meter: { ...createCounters(), latencies: createLatencies() },
      flushed: createCounters(),
      cpu: { cpuMs: 0, startedAt: 0 },
      peakMemoryBytes: 0,
      flushedPeakBytes: 0,
    };
    entries.set(installationId, entry);
    return entry;
  }

  function takeCpu(installationId: string, entry: Entry): void {
    const now = options.readCpu(installationId);
    if (now === undefined) return;
    const isSameRun = now.startedAt === entry.cpu.startedAt && now.cpuMs >= entry.cpu.cpuMs;
    entry.meter.cpuMs += isSameRun ? now.cpuMs - entry.cpu.cpuMs : now.cpuMs;
    entry.cpu = now;
    entry.peakMemoryBytes = Math.max(entry.peakMemoryBytes, now.memoryBytes ?? 0);
  }

  function isUnwritten({ flushed, flushedPeakBytes, meter, peakMemoryBytes }: Entry): boolean {
    if (peakMemoryBytes > flushedPeakBytes) return true;
    return counterNames.some((name) => Math.round(meter[name]) !== flushed[name]);
  }

  async function write(group: readonly (readonly [string, Entry])[]): Promise<void> {
    // Read before the wait: what is counted meanwhile belongs to the next flush.
    const readings = group.map(([, entry]) =>
      Object.fromEntries(counterNames.map((name) => [name, Math.round(entry.meter[name])])),
    );
    const peaks = group.map(([, entry]) => Math.round(entry.peakMemoryBytes));
    const rows = group.map(([installationId, entry], index) => {
      const added = (name: keyof Counters) => (readings[index]?.[name] ?? 0) - entry.flushed[name];
      return {
        installation_id: installationId,
        requests: added("requests"),
        failed_requests: added("failedRequests"),
        wall_ms: added("wallMs"),
        cpu_ms: added("cpuMs"),
        capability_calls: added("capabilityCalls"),
        denied_calls: added("deniedCalls"),
        egress_requests: added("egressRequests"),
        bytes_in: added("bytesIn"),
        bytes_out: added("bytesOut"),
        peak_memory_bytes: peaks[index] ?? 0,
      };
    });
    await database.kysely
      .insertInto("installation_usage")
      .values(rows)
      .onConflict((conflict) =>
        conflict.column("installation_id").doUpdateSet({
          ...Object.fromEntries(
            Object.values(columnOf).map((column) => [
              column,
              sql<number>`installation_usage.${sql.ref(column)} + excluded.${sql.ref(column)}`,
            ]),
          ),
          peak_memory_bytes: sql<number>`greatest(installation_usage.peak_memory_bytes, excluded.peak_memory_bytes)`,
        }),
      )
      .execute();
    group.forEach(([, entry], index) => {
      for (const name of counterNames) entry.flushed[name] = readings[index]?.[name] ?? 0;
      entry.flushedPeakBytes = peaks[index] ?? 0;
    });
  }

  async function flushAll(): Promise<void> {
    for (const [id, entry] of entries) takeCpu(id, entry);
    // In one order: two processes that lock the same rows in different ones would wait for each other.
    const due = [...entries]
      .filter(([, entry]) => isUnwritten(entry))
      .sort(([a], [b]) => (a < b ? -1 : 1));
    for (let start = 0; start < due.length; start += rowsAtOnce) {
      await write(due.slice(start, start + rowsAtOnce));
    }
  }

  // Two flushes at once would add the same difference twice.
  const { flush, idle, stop } = createPeriodicFlush({
    write: flushAll,
    intervalMs: options.flushIntervalMs ?? 1_000,
    logger: ground.logger,
    complaint: "usage was not written; it is kept for the next time",
  });

  async function close(): Promise<void> {
    if (isClosed) return;
    isClosed = true;
    stop();
    await flush();
  }

  return {
    meter: (installationId) => entryOf(installationId).meter,
    flush,
    close,
    [Symbol.asyncDispose]: close,
    async read(installationId, organizationId) {
      const entry = entries.get(installationId);
      await idle();
      const db = organizationId === undefined ? database.kysely : database.of(organizationId);
      const row = await db
        .selectFrom("installation_usage")
        .selectAll()
        .where("installation_id", "=", installationId)
        .executeTakeFirst();
      const total = (name: keyof Counters) =>
        Number(row?.[columnOf[name]] ?? 0) +
        Math.round((entry?.meter[name] ?? 0) - (entry?.flushed[name] ?? 0));
      return {
        requests: total("requests"),
        failedRequests: total("failedRequests"),
        wallMs: total("wallMs"),
        cpuMs: total("cpuMs"),
        capabilityCalls: total("capabilityCalls"),
        deniedCalls: total("deniedCalls"),
        egressRequests: total("egressRequests"),
        bytesIn: total("bytesIn"),
        bytesOut: total("bytesOut"),
        peakMemoryBytes: Math.max(
          Number(row?.peak_memory_bytes ?? 0),
          Math.round(entry?.peakMemoryBytes ?? 0),
        ),
        p50Ms: entry?.meter.latencies.percentile(0.5) ?? null,
        p95Ms: entry?.meter.latencies.percentile(0.95) ?? null,
      };
    },
    async remove(installationId) {
      await idle();
      entries.delete(installationId);
      await database.kysely
        .deleteFrom("installation_usage")
        .where("installation_id", "=", installationId)
        .execute();
    },
  };
}
