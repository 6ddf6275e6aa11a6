/**
 * A cell pool with a victim in it, for one file of attacks.
 *
 * Around each test the victim is asked without end, and afterwards every one of its requests must
 * have been answered, by the cell that it had from the start.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import {
  type CellEvent,
  type CellLimits,
  type CellLogEntry,
  type CellPool,
  type CellPoolOptions,
  type CellResponse,
  defaultCellLimits,
  engineCompatibilityDate,
  type IsolateSpec,
  openCellPool,
} from "@berth/cells";
import { isBerthError } from "@berth/protocol";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { startVictim, type Victim } from "./victim.ts";

export interface Ask {
  readonly path?: string;
  readonly headers?: readonly (readonly [string, string])[];
  readonly signal?: AbortSignal;
}

export interface PoolStage {
  readonly folder: string;
  readonly pool: CellPool;
  readonly events: readonly CellEvent[];
  readonly logs: readonly CellLogEntry[];
  readonly victim: IsolateSpec;
  /** The head of the answer. @throws BerthError */
  open(spec: IsolateSpec, ask?: Ask): Promise<CellResponse>;
  /** The answer's body, or the code of the error. */
  ask(spec: IsolateSpec, ask?: Ask): Promise<string>;
  /** The answer's body as JSON. */
  report<Report = Record<string, string>>(spec: IsolateSpec, ask?: Ask): Promise<Report>;
  cellOf(spec: IsolateSpec): ReturnType<CellPool["list"]>[number];
}

/** The source of an attack, as it stands in apps/. */
export function readApp(name: string): string {
  return readFileSync(new URL(`../apps/${name}.js`, import.meta.url), "utf8");
}

/** @param place - apps of one place may share a cell; by default each has its own */
export function specOf(
  key: string,
  js: string,
  limits: Partial<CellLimits> = {},
  place = key,
): IsolateSpec {
  return {
    key,
    tenant: place,
    placement: place,
    mainModule: "main.js",
    modules: { "main.js": { js } },
    compatibilityDate: engineCompatibilityDate,
    compatibilityFlags: ["nodejs_compat"],
    env: {},
    limits: {
      ...defaultCellLimits,
      memoryMb: 32,
      wallMs: 60_000,
      cpuMs: 300,
      maxResponseBytes: 1e6,
      ...limits,
    },
  };
}

export function hostile(name: string, limits: Partial<CellLimits> = {}): IsolateSpec {
  return specOf(`${name} ${JSON.stringify(limits)}`, readApp(name), limits);
}

const answer = "still here";
/** The test's own time bounds a request of the victim, so that a busy machine fails none. */
const patience = { wallMs: 60_000, cpuMs: 60_000 } as const;

/** For the top of a test file: opens before its tests, closes after them. */
export function openPoolStage(options: Partial<CellPoolOptions> = {}): PoolStage {
  const folder = mkdtempSync(join(tmpdir(), "berth-hostile-"));
  const events: CellEvent[] = [];
  const logs: CellLogEntry[] = [];
  const victim = specOf(
    "victim",
    `export default { fetch: () => new Response("${answer}") }`,
    patience,
  );
  let pool: CellPool | undefined;
  let asking: Victim | undefined;
  let victimsCell = "";

  const stage: PoolStage = {
    folder,
    events,
    logs,
    victim,
    get pool() {
      if (pool === undefined) throw new Error("The pool opens before the first test.");
      return pool;
    },
    open: (spec, { path = "/", headers = [], signal } = {}) =>
      stage.pool.fetch(spec, {
        method: "GET",
        path,
        host: "hostile.example",
        headers,
        body: null,
        handle: `handle of ${spec.key}`,
        props: {},
        requestId: "request",
        ...(signal === undefined ? {} : { signal }),
      }),
    async ask(spec, ask) {
      try {
        return await text((await stage.open(spec, ask)).body);
      } catch (error) {
        if (!isBerthError(error)) throw error;
        expect(error.message.length).toBeLessThanOrEqual(4_000);
        return error.code;
      }
    },
    async report<Report>(spec: IsolateSpec, ask?: Ask) {
      return JSON.parse(await stage.ask(spec, ask)) as Report;
    },
    cellOf(spec) {
      const cell = stage.pool.list().find(({ isolateKeys }) => isolateKeys.includes(spec.key));
      if (cell === undefined) throw new Error(`No cell runs ${spec.key}.`);
      return cell;
    },
  };

  beforeAll(async () => {
    const quiet = () => undefined;
    pool = await openCellPool({
      folder,
      jail: "required",
      onCall: (call) => Promise.resolve(call.args),
      onEgress: () => Promise.reject(new Error("nothing is reached")),
      onLog: (entry) => void logs.push(entry),
      logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
      ...options,
    });
    pool.onEvent((event) => events.push(event));
    await stage.ask(victim);
    victimsCell = stage.cellOf(victim).id;
  });
  afterAll(async () => {
    await pool?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    asking = startVictim(() => stage.ask(victim), answer);
  });
  afterEach(async () => {
    await asking?.answeredOnce();
    const report = await asking?.stop();
    expect(report?.failures).toEqual([]);
    expect(report?.answered).toBeGreaterThan(0);
    expect(stage.cellOf(victim).id).toBe(victimsCell);
  });
  return stage;
}
