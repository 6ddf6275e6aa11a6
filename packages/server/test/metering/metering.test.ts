import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CpuReading, createMetering, type Metering } from "../../src/metering/metering.ts";
import { meteringMigrations } from "../../src/metering/migrations.ts";
import {
  databasesUnderTest,
  openTestDatabase,
  silentLogger,
  type TestDatabase,
} from "../support/databases.ts";

const ground = {
  clock: { now: () => 0 },
  random: (bytes: number) => randomBytes(bytes),
  logger: silentLogger,
};
/** Flushed by hand only. */
const flushIntervalMs = 3_600_000;

describe.each(databasesUnderTest())("metering on %s", (kind) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openTestDatabase(kind, meteringMigrations);
  });
  afterAll(() => database[Symbol.asyncDispose]());
  const open = (readCpu: (id: string) => CpuReading | undefined = () => undefined): Metering =>
    createMetering({ database, ground, readCpu, flushIntervalMs });

  it("adds up what is counted before, during and after flushes, and across restarts", async () => {
    {
      await using metering = open();
      const meter = metering.meter("a");
      meter.requests += 2;
      const flushed = metering.flush();
      meter.requests += 3;
      meter.bytesIn += 10.4;
      await flushed;
      expect(await metering.read("a")).toMatchObject({ requests: 5, bytesIn: 10 });
      await Promise.all([metering.flush(), metering.flush(), metering.flush()]);
      expect(await metering.read("a")).toMatchObject({ requests: 5, bytesIn: 10 });
      meter.requests += 1;
    }
    await using next = open();
    expect(await next.read("a")).toMatchObject({ requests: 6, bytesIn: 10, deniedCalls: 0 });
    next.meter("a").requests += 4;
    expect(await next.read("a")).toMatchObject({ requests: 10 });
  });

  it("keeps installations apart and writes many in one go", async () => {
    await using metering = open();
    for (let index = 0; index < 1_200; index++) metering.meter(`many-${index}`).requests += index;
    await metering.flush();
    expect(await metering.read("many-7")).toMatchObject({ requests: 7 });
    expect(await metering.read("many-1199")).toMatchObject({ requests: 1_199 });
  });

  it("loses nothing when a flush fails", async () => {
    await using other = await openTestDatabase(kind);
    const broken = createMetering({
      database: other,
      ground,
      readCpu: () => undefined,
      flushIntervalMs,
    });
    broken.meter("a").requests += 1;
    await expect(broken.flush()).rejects.toThrow();
    for (const migration of meteringMigrations) await migration.up(other.kysely as never);
    await broken.flush();
    expect(await broken.read("a")).toMatchObject({ requests: 1 });
    await broken.close();
  });

  it("adds processor time across restarts of the cells", async () => {
    const cpu = { cpuMs: 100, startedAt: 1 };
    await using metering = open((id) => (id === "cpu" ? { ...cpu } : undefined));
    metering.meter("cpu");
    await metering.flush();
    cpu.cpuMs = 150;
    await metering.flush();
    Object.assign(cpu, { cpuMs: 30, startedAt: 2 });
    await metering.flush();
    expect(await metering.read("cpu")).toMatchObject({ cpuMs: 180 });
  });

  it("keeps the most memory that was seen, and writes by itself within its interval", async () => {
    const cpu = { cpuMs: 0, startedAt: 1, memoryBytes: 5_000_000 };
    const flushed = async (id: string) => {
      const rows = database.kysely.selectFrom("installation_usage").selectAll();
      return rows.where("installation_id", "=", id).executeTakeFirst();
    };
    {
      await using metering = open(() => ({ ...cpu }));
      metering.meter("peak").wallMs += 12.6;
      await metering.flush();
      cpu.memoryBytes = 9_000_000;
      await metering.flush();
      cpu.memoryBytes = 1_000_000;
      await metering.flush();
    }
    cpu.memoryBytes = 2_000_000;
    // What a killed process leaves behind: nobody flushes, and nobody closes.
    const next = createMetering({
      database,
      ground,
      readCpu: () => ({ ...cpu }),
      flushIntervalMs: 20,
    });
    next.meter("peak").requests += 3;
    await expect.poll(async () => Number((await flushed("peak"))?.requests)).toBe(3);
    expect(await next.read("peak")).toMatchObject({ peakMemoryBytes: 9_000_000, wallMs: 13 });
    await next.close();
  });

  it("tells percentiles of the latest latencies", async () => {
    await using metering = open();
    const { latencies } = metering.meter("slow");
    expect((await metering.read("slow")).p50Ms).toBeNull();
    for (let ms = 1; ms <= 100; ms++) latencies.add(ms);
    expect(await metering.read("slow")).toMatchObject({ p50Ms: 50, p95Ms: 95 });
    for (let count = 0; count < 1_000; count++) latencies.add(7);
    expect(await metering.read("slow")).toMatchObject({ p50Ms: 7, p95Ms: 7 });
  });

  it("forgets an installation", async () => {
    await using metering = open();
    metering.meter("gone").requests += 1;
    await metering.flush();
    await metering.remove("gone");
    expect(await metering.read("gone")).toMatchObject({ requests: 0 });
  });
});
