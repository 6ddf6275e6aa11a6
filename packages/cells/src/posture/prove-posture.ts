/**
 * Finds out what really isolates and limits apps here, by trying to break each limit in a
 * throw-away cell and looking at the cell from outside.
 */

import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { BerthError, isBerthError } from "@berth/protocol";
import { describeCgroup } from "../cgroup/find-cgroup.ts";
import { openCellPool } from "../pool/open-cell-pool.ts";
import type { CellPool } from "../pool/pool.ts";
import type { CellLogger } from "../ports.ts";
import type { IsolateSpec } from "../spec.ts";
import { findEngine } from "../workerd/engine.ts";
import type { Posture, PostureLine } from "./posture.ts";
import { buildTrialSpec } from "./trial-apps.ts";

const dayMs = 86_400_000;
const cpuTrialPercent = 20;
/** Room for the kernel's slices and for the watchdog's interval. */
const cpuTrialTolerancePercent = 20;

export interface PostureOptions {
  /** The pool's folder, or another; trials use a folder below it. */
  readonly folder: string;
  readonly jail: "required" | "off";
  readonly engine?: { readonly binary?: string };
  readonly logger: CellLogger;
}

interface Trial {
  readonly pool: CellPool;
  readonly hasCgroup: boolean;
}

async function ask(pool: CellPool, spec: IsolateSpec): Promise<string> {
  try {
    const response = await pool.fetch(spec, {
      method: "GET",
      path: "/",
      host: "posture.invalid",
      headers: [],
      body: null,
      handle: "posture",
      props: {},
      requestId: "posture",
    });
    return `answered ${await text(response.body)}`;
  } catch (error) {
    return isBerthError(error) ? `${error.code}: ${error.message}` : String(error);
  }
}

async function provesCode(
  { pool }: Trial,
  line: Omit<PostureLine, "ok" | "evidence">,
  spec: IsolateSpec,
  expected: string,
): Promise<PostureLine> {
  const outcome = await ask(pool, spec);
  const ok = outcome.startsWith(expected);
  return { ...line, enforcer: ok ? line.enforcer : "none", ok, evidence: outcome };
}

async function proveCpuShare({ pool, hasCgroup }: Trial): Promise<PostureLine> {
  const spec = buildTrialSpec("spin", {
    cpuPercent: cpuTrialPercent,
    wallMs: 1_000,
    cpuMs: 60_000,
  });
  await pool.load(spec);
  const before = pool.usage(spec.key)?.cpuMs ?? 0;
  const startedAt = performance.now();
  await ask(pool, spec);
  const usedMs = (pool.usage(spec.key)?.cpuMs ?? Number.NaN) - before;
  const elapsedMs = performance.now() - startedAt;
  const percent = (usedMs / elapsedMs) * 100;
  const ok = hasCgroup && percent <= cpuTrialPercent + cpuTrialTolerancePercent;
  const evidence = `An endless loop allowed ${cpuTrialPercent} % used ${percent.toFixed(0)} % of a core.`;
  return { limit: "cpu share", enforcer: ok ? "cgroup" : "none", ok, evidence };
}

function readStatus(pid: number, field: string): string {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return new RegExp(`^${field}:\\s*(.*)$`, "m").exec(status)?.[1]?.trim() ?? "";
}

function proveIdentity(pid: number, isJailed: boolean): PostureLine {
  const { uid } = statSync(`/proc/${pid}`);
  const isOwn = uid !== process.getuid?.();
  const evidence = `The host sees the cell as user ${uid}, the server as ${process.getuid?.()}.`;
  const ok = isJailed && uid !== 0 && (isOwn || process.getuid?.() !== 0);
  return { limit: "host user", enforcer: isOwn ? "jail" : "none", ok: ok && isOwn, evidence };
}

function provePrivileges(pid: number): PostureLine {
  const capabilities = readStatus(pid, "CapEff");
  const seccomp = readStatus(pid, "Seccomp");
  const noNew = readStatus(pid, "NoNewPrivs");
  const ok = /^0+$/.test(capabilities) && seccomp === "2" && noNew === "1";
  const evidence = `Capabilities ${capabilities}, seccomp mode ${seccomp}, no_new_privs ${noNew}.`;
  return { limit: "privileges", enforcer: ok ? "jail" : "none", ok, evidence };
}

function proveFiles(pid: number): PostureLine {
  const limit = "files";
  try {
    const names = readdirSync(`/proc/${pid}/root`).sort();
    const ok = !names.some((name) => ["proc", "home", "root", "etc", "usr", "var"].includes(name));
    return {
      limit,
      enforcer: ok ? "jail" : "none",
      ok,
      evidence: `Its root holds ${names.join(", ")}.`,
    };
  } catch (error) {
    const evidence = `Its root could not be looked at: ${String(error)}.`;
    return { limit, enforcer: "none", ok: false, evidence };
  }
}

async function proveNetwork({ pool }: Trial, pid: number): Promise<PostureLine> {
  const own = readlinkSync("/proc/self/ns/net");
  const cells = readlinkSync(`/proc/${pid}/ns/net`);
  const outcome = await ask(pool, buildTrialSpec("reachOut", {}));
  const isRefused = outcome.includes("EGRESS_DENIED") && !outcome.includes('"opened"');
  const ok = own !== cells && isRefused;
  const evidence = `Network namespace ${own === cells ? "shared" : "of its own"}; ${outcome}.`;
  return { limit: "network", enforcer: ok ? "jail" : "none", ok, evidence };
}

async function proveOutside(trial: Trial, isJailed: boolean): Promise<PostureLine[]> {
  const spec = buildTrialSpec("quiet", {});
  const { cellId } = await trial.pool.load(spec);
  const pid = trial.pool.list().find((cell) => cell.id === cellId)?.pid;
  if (pid === undefined || process.platform !== "linux") return [];
  return [
    proveIdentity(pid, isJailed),
    provePrivileges(pid),
    proveFiles(pid),
    await proveNetwork(trial, pid),
  ];
}

async function proveLimits(trial: Trial): Promise<PostureLine[]> {
  return [
    await provesCode(
      trial,
      { limit: "memory", enforcer: "cgroup" },
      buildTrialSpec("bufferHog", {}),
      "SANDBOX_MEMORY_EXCEEDED: The app ran over its memory limit",
    ),
    await provesCode(
      trial,
      { limit: "heap", enforcer: "heap" },
      buildTrialSpec("arrayHog", {}),
      "SANDBOX_MEMORY_EXCEEDED: The app ran over its JavaScript heap",
    ),
    await proveCpuShare(trial),
    await provesCode(
      trial,
      { limit: "cpu time", enforcer: "watchdog" },
      buildTrialSpec("spin", { cpuMs: 200 }),
      "SANDBOX_CPU_EXCEEDED",
    ),
    await provesCode(
      trial,
      { limit: "deadline", enforcer: "watchdog" },
      buildTrialSpec("spin", { wallMs: 300, cpuMs: 60_000 }),
      "SANDBOX_DEADLINE_EXCEEDED",
    ),
    await provesCode(
      trial,
      { limit: "response size", enforcer: "gateway" },
      buildTrialSpec("bigAnswer", { maxResponseBytes: 1_000 }),
      "SANDBOX_RESPONSE_TOO_LARGE",
    ),
  ];
}

/**
 * Takes some three seconds and up to a core.
 *
 * @throws BerthError `JAIL_UNAVAILABLE` or `CELL_START_FAILED` when no cell can be started at all
 */
export async function provePosture(options: PostureOptions): Promise<Posture> {
  const engine = findEngine(options.engine?.binary);
  await using pool = await openCellPool({
    folder: join(options.folder, "posture"),
    jail: options.jail,
    warmCells: 0,
    idleStopMs: 0,
    ...(options.engine === undefined ? {} : { engine: options.engine }),
    onCall: () => Promise.resolve(null),
    onEgress: () => Promise.reject(new BerthError("EGRESS_DENIED", "Trials reach nothing.")),
    onLog: () => undefined,
    logger: options.logger,
  });
  const trial = { pool, hasCgroup: describeCgroup().version !== "none" };
  const isJailed = options.jail === "required";
  const lines = [...(await proveOutside(trial, isJailed)), ...(await proveLimits(trial))];
  return {
    ok: lines.every((line) => line.ok),
    jail: isJailed ? "bubblewrap" : "off",
    engine: {
      version: engine.version,
      ageDays: Math.floor((Date.now() - engine.releasedAt) / dayMs),
    },
    lines,
  };
}
