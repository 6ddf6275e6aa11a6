/** The gateway with everything under it, on a real database. */
import { randomBytes } from "node:crypto";
import { createGateway, type Gateway, type GatewayOptions } from "../../src/gateway/gateway.ts";
import { gatewayMigrations } from "../../src/gateway/migrations.ts";
import { createInsight, type Insight } from "../../src/insight/insight.ts";
import { insightMigrations } from "../../src/insight/migrations.ts";
import { type CpuReading, createMetering, type Metering } from "../../src/metering/metering.ts";
import { meteringMigrations } from "../../src/metering/migrations.ts";
import { createOpenUses, type OpenUses } from "../../src/policy/open-uses.ts";
import { createPolicy, type Policy } from "../../src/policy/policy.ts";
import {
  createSubjectSource,
  type Standing,
  type SubjectSource,
} from "../../src/policy/subjects.ts";
import { createWhoCalls, type WhoCalls } from "../../src/policy/who-calls.ts";
import type { Ground } from "../../src/storage/ground.ts";
import { type KeyRing, openKeyRing } from "../../src/storage/keys.ts";
import { openTestDatabase, silentLogger, type TestDatabase } from "../support/databases.ts";
import { createLive, createTestDirectory, type LiveChanges, type TestDirectory } from "./live.ts";

/** Real time, moved on by tests that need later. */
export interface TestClock {
  now(): number;
  advance(ms: number): void;
}

export function createTestClock(): TestClock {
  let ahead = 0;
  return {
    now: () => Date.now() + ahead,
    advance(ms) {
      ahead += ms;
    },
  };
}

export interface GatewayRig extends AsyncDisposable {
  readonly database: TestDatabase;
  readonly keys: KeyRing;
  readonly clock: TestClock;
  readonly ground: Ground;
  readonly directory: TestDirectory;
  readonly metering: Metering;
  readonly insight: Insight;
  readonly policy: Policy;
  readonly gateway: Gateway;
  /** Who is who, by `<organization> <person>`; tell `subjects` of what changes. */
  readonly standings: Map<string, Standing>;
  readonly subjects: SubjectSource;
  readonly whoCalls: WhoCalls;
  readonly openUses: OpenUses;
  install(changes?: LiveChanges): ReturnType<typeof createLive>;
  /** Answers what the metering asks before each flush. */
  readCpu: (installationId: string) => CpuReading | undefined;
}

export async function openGatewayRig(
  options: Pick<GatewayOptions, "egress" | "limits"> = {},
): Promise<GatewayRig> {
  const database = await openTestDatabase("pglite", [
    ...gatewayMigrations,
    ...meteringMigrations,
    ...insightMigrations,
  ]);
  const clock = createTestClock();
  const ground: Ground = { clock, random: (bytes) => randomBytes(bytes), logger: silentLogger };
  const keys = await openKeyRing({ ...ground, folder: database.folder });
  const directory = createTestDirectory();
  const insight = createInsight({ database, ground });
  const metering = createMetering({ database, ground, readCpu: (id) => rig.readCpu(id) });
  const policy = createPolicy({ metering, insight, clock });
  const openUses = createOpenUses({ load: directory.load, logger: silentLogger });
  const standings = new Map<string, Standing>();
  const subjects = createSubjectSource({
    read: async (organization, person) => standings.get(`${organization} ${person}`) ?? null,
    ground,
  });
  const whoCalls = createWhoCalls(subjects);
  const gateway = createGateway({
    ...options,
    database,
    keys,
    directory,
    policy,
    asOfNow: whoCalls.asOfNow,
    openUses,
    metering,
    insight,
    ground,
  });
  const rig: GatewayRig = {
    database,
    keys,
    clock,
    ground,
    directory,
    metering,
    insight,
    policy,
    gateway,
    standings,
    subjects,
    whoCalls,
    openUses,
    readCpu: () => undefined,
    install(changes) {
      const live = createLive(keys, changes);
      directory.set(live);
      return live;
    },
    async [Symbol.asyncDispose]() {
      await insight.close();
      await metering.close();
      await database[Symbol.asyncDispose]();
    },
  };
  return rig;
}
