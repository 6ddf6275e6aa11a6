/**
 * The audit log: how many entries a second come into it, from the spool and from transactions, on
 * PostgreSQL; and what recording a decision adds to a call, against the same call that is not recorded.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { setImmediate } from "node:timers/promises";
import { createClient } from "@berth/client";
import { type Berth, createBerth } from "@berth/server";
import { pino } from "pino";
import { startPostgres } from "../../scripts/test/postgres.ts";
import { type Bench, type BenchOptions, type Figures, rounded } from "./bench.ts";
import { median, runLoad } from "./load.ts";
import { startBerth } from "./subjects/start-berth.ts";

const path = "/api/echo";
/** So many are noted before others get their turn. */
const burst = 200;

export const audit: Bench = {
  name: "audit",
  summary: "entries a second into the audit log; what recording a decision adds to a call",
  run,
};

async function run(options: BenchOptions): Promise<Figures> {
  return { ...(await measureEntries(options)), ...(await measureLatency(options)) };
}

type Decided = Parameters<Berth["trail"]["decisions"]["note"]>[0];

/** As the policy gives it for a function that reads its state; the log reads no more of it. */
const decided = {
  question: {
    live: {
      id: "i00000000000000000000000001",
      organizationId: "org_00000000000000000000000001",
      app: "bench/echo",
      version: "1.0.0",
    },
    purpose: "request",
    requestId: "r00000000000000000000",
    subject: null,
  },
  access: { type: "data", action: "read", resource: "state/customers/42" },
  isAllowed: true,
  decidedBy: "grant00000000000000000000000001",
} as unknown as Decided;

async function measureEntries({ say, isQuick }: BenchOptions): Promise<Figures> {
  const folder = await mkdtemp(join(tmpdir(), "bf-"));
  await using postgres = await startPostgres({ isDurable: true });
  try {
    await using berth = await createBerth({
      folder,
      databaseUrl: postgres.url,
      assets: { consoleFolder: null, frameBootstrap: "" },
      posture: "first-ask",
      logger: pino({ level: "warn" }, pino.destination(2)),
    });
    const count = isQuick ? 4_000 : 40_000;
    const rounds = isQuick ? 1 : 5;
    const rates: number[] = [];
    const noteMs: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      const { perSecond, notedMs } = await noteMany(berth, count);
      // The first one fills caches of both processes.
      if (round === 0) continue;
      rates.push(perSecond);
      noteMs.push(notedMs / count);
      say(`round ${round}: ${Math.round(perSecond)} decisions/s into the log`);
    }
    const actsPerSecond = await recordMany(berth, isQuick ? 400 : 4_000);
    say(`${Math.round(actsPerSecond)} acts/s, each in a transaction of its own`);
    return {
      entries_per_s: rounded(median(rates)),
      note_mean_us: rounded(1_000 * median(noteMs)),
      acts_per_s: rounded(actsPerSecond),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** From the first note to the commit of the group with the last one. */
async function noteMany({ trail }: Berth, count: number) {
  const begin = performance.now();
  let notedMs = 0;
  for (let noted = 0; noted < count; noted += burst) {
    const before = performance.now();
    for (let one = 0; one < burst; one++) trail.decisions.note(decided);
    notedMs += performance.now() - before;
    await setImmediate();
  }
  await trail.flush();
  return { perSecond: count / ((performance.now() - begin) / 1_000), notedMs };
}

async function recordMany({ trail, database }: Berth, count: number): Promise<number> {
  const begin = performance.now();
  let started = 0;
  const lane = async () => {
    while (started < count) {
      started += 1;
      await database.kysely.transaction().execute((trx) =>
        trail.record(trx, {
          actor: { kind: "system", id: "berth" },
          action: "bench.act",
          organizationId: null,
          target: { kind: "host", id: "bench" },
        }),
      );
    }
  };
  await Promise.all(Array.from({ length: 8 }, lane));
  await trail.flush();
  return count / ((performance.now() - begin) / 1_000);
}

async function measureLatency({ say, isQuick }: BenchOptions): Promise<Figures> {
  // A server each: two busy apps of one server share it, which is not what is asked here.
  await using recording = await startBerth({ auditLogging: true });
  await using silent = await startBerth({ auditLogging: false });
  const targetOf = ({ port, host, token }: typeof recording.ready) => ({
    ...{ port, path },
    headers: { host, authorization: `Bearer ${token}` },
  });
  const sides = { recorded: targetOf(recording.ready), unrecorded: targetOf(silent.ready) };

  /** By one call. */
  async function countDecisions(side: keyof typeof sides): Promise<number> {
    const { origin, apiKey, organization } = { recorded: recording, unrecorded: silent }[side]
      .ready;
    const client = createClient({ baseUrl: origin, apiKey });
    const count = async () => {
      const query = { action: "access.decide", limit: 200 };
      const page = await client.call("searchAudit", { params: { organization }, query });
      return page.entries.length;
    };
    const before = await count();
    await runLoad(sides[side], { requests: 1, inFlight: 1 });
    return (await count()) - before;
  }
  const decisionsPerCall = await countDecisions("recorded");
  if (decisionsPerCall === 0) throw new Error("The recorded call left no entry.");
  if ((await countDecisions("unrecorded")) > 0) throw new Error("The other call was recorded.");

  for (const side of Object.values(sides)) await runLoad(side, { requests: 1_000, inFlight: 1 });
  const added: number[] = [];
  const p50s = { recorded: [] as number[], unrecorded: [] as number[] };
  const rounds = isQuick ? 2 : 21;
  for (let round = 0; round < rounds; round++) {
    const names = ["recorded", "unrecorded"] as const;
    // Whoever goes first finds another machine; so the order turns from round to round.
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const { p50Ms } = await runLoad(sides[name], { requests: isQuick ? 100 : 400, inFlight: 1 });
      p50s[name].push(p50Ms);
    }
    added.push(((p50s.recorded[round] ?? 0) - (p50s.unrecorded[round] ?? 0)) / decisionsPerCall);
  }
  const figures = {
    added_latency_p50_ms: rounded(median(added)),
    recorded_p50_ms: rounded(median(p50s.recorded)),
    unrecorded_p50_ms: rounded(median(p50s.unrecorded)),
    decisions_per_call: decisionsPerCall,
  };
  say(
    `recorded p50 ${figures.recorded_p50_ms} ms, unrecorded ${figures.unrecorded_p50_ms} ms: ${figures.added_latency_p50_ms} ms for a decision`,
  );
  return figures;
}
