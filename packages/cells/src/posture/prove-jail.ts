/** Looks at a cell from outside, and tries what is forbidden from inside its jail. */

import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { findCgroupRoot } from "../cgroup/find-cgroup.ts";
import { createPolledRoot } from "../cgroup/polled.ts";
import type { PostureLine } from "./posture.ts";
import { type ProbeCall, shellPath } from "./probe-program.ts";
import { probeJail, probeProcessLimit } from "./run-probe.ts";
import { buildTrialSpec } from "./trial-apps.ts";
import { ask, type Trial } from "./trial-pool.ts";

function jailLine(limit: string, ok: boolean, evidence: string): PostureLine {
  return { limit, enforcer: ok ? "jail" : "none", ok, evidence };
}

function readStatus(pid: number, field: string): string {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return new RegExp(`^${field}:\\s*(.*)$`, "m").exec(status)?.[1]?.trim() ?? "";
}

function proveIdentity(pid: number, isJailed: boolean): PostureLine {
  const { uid } = statSync(`/proc/${pid}`);
  const isOwn = uid !== process.getuid?.();
  const evidence = `The host sees the cell as user ${uid}, the server as ${process.getuid?.()}.`;
  return jailLine("host user", isJailed && uid !== 0 && isOwn, evidence);
}

function provePrivileges(pid: number): PostureLine {
  const capabilities = readStatus(pid, "CapEff");
  const seccomp = readStatus(pid, "Seccomp");
  const noNew = readStatus(pid, "NoNewPrivs");
  const ok = /^0+$/.test(capabilities) && seccomp === "2" && noNew === "1";
  const evidence = `Capabilities ${capabilities}, seccomp mode ${seccomp}, no_new_privs ${noNew}.`;
  return jailLine("privileges", ok, evidence);
}

function proveCoreDumps(pid: number): PostureLine {
  const limits = readFileSync(`/proc/${pid}/limits`, "utf8");
  const [, soft = "", hard = ""] = /^Max core file size\s+(\S+)\s+(\S+)/m.exec(limits) ?? [];
  const evidence = `A core file of the cell may have ${soft} bytes, and it may raise that to ${hard}.`;
  return jailLine("core dumps", soft === "0" && hard === "0", evidence);
}

function proveFiles(pid: number): PostureLine {
  try {
    const names = readdirSync(`/proc/${pid}/root`).sort();
    const ok = !names.some((name) => ["proc", "home", "root", "etc", "usr", "var"].includes(name));
    return jailLine("files", ok, `Its root holds ${names.join(", ")}.`);
  } catch (error) {
    return jailLine("files", false, `Its root could not be looked at: ${String(error)}.`);
  }
}

async function proveNetwork({ pool }: Trial, pid: number): Promise<PostureLine> {
  const own = readlinkSync("/proc/self/ns/net");
  const cells = readlinkSync(`/proc/${pid}/ns/net`);
  const outcome = await ask(pool, buildTrialSpec("reachOut", {}, "posture"));
  const isRefused = outcome.includes("EGRESS_DENIED") && !outcome.includes('"opened"');
  const evidence = `Network namespace ${own === cells ? "shared" : "of its own"}; ${outcome}.`;
  return jailLine("network", own !== cells && isRefused, evidence);
}

const eperm = -1;
const enoent = -2;
const eagain = -11;
const enosys = -38;
const eafnosupport = -97;
const errorNames: Readonly<Record<number, string>> = {
  [eperm]: "EPERM",
  [enoent]: "ENOENT",
  [eagain]: "EAGAIN",
  [enosys]: "ENOSYS",
  [eafnosupport]: "EAFNOSUPPORT",
};

const sigchld = 17;
const cloneNewUser = 0x10000000;
const stream = 1;
const raw = 3;

interface Attempt {
  readonly limit: string;
  readonly name: string;
  readonly call: ProbeCall;
  /** `opens`: it must work, so that what is refused is refused for the right reason. */
  readonly expected: number | "opens";
}

function socketAttempt(
  name: string,
  family: number,
  type: number,
  expected: Attempt["expected"],
): Attempt {
  const call = { x64: 41, arm64: 198, args: [family, type] };
  return { limit: "sockets", name, call, expected };
}

function callAttempt(name: string, x64: number, arm64: number, args: readonly number[]): Attempt {
  return { limit: "system calls", name, call: { x64, arm64, args }, expected: eperm };
}

const attempts: readonly Attempt[] = [
  {
    limit: "nested user namespaces",
    name: "unshare",
    call: { x64: 272, arm64: 97, args: [cloneNewUser] },
    expected: eperm,
  },
  {
    limit: "nested user namespaces",
    name: "clone",
    call: { x64: 56, arm64: 220, args: [cloneNewUser + sigchld], child: "exit" },
    expected: eperm,
  },
  {
    limit: "new processes",
    name: "clone",
    call: { x64: 56, arm64: 220, args: [sigchld], child: "exit" },
    expected: eperm,
  },
  {
    limit: "new processes",
    name: "clone3",
    call: { x64: 435, arm64: 435, child: "exit" },
    expected: enosys,
  },
  {
    limit: "new processes",
    name: "execve of /bin/sh",
    call: { x64: 59, arm64: 221, args: [shellPath] },
    expected: enoent,
  },
  socketAttempt("Unix", 1, stream, "opens"),
  socketAttempt("IPv4", 2, stream, eafnosupport),
  socketAttempt("IPv6", 10, stream, eafnosupport),
  socketAttempt("netlink", 16, raw, eafnosupport),
  socketAttempt("packet", 17, raw, eafnosupport),
  socketAttempt("vsock", 40, stream, eafnosupport),
  callAttempt("ptrace", 101, 117, [0]),
  callAttempt("bpf", 321, 280, []),
  callAttempt("io_uring_setup", 425, 425, [1]),
  callAttempt("userfaultfd", 323, 282, []),
  callAttempt("perf_event_open", 298, 241, []),
  callAttempt("mount", 165, 40, []),
  callAttempt("keyctl", 250, 219, []),
  callAttempt("process_vm_readv", 310, 270, [1]),
];

/** Only the older machine has calls that do nothing but fork. */
const forks: readonly Attempt[] = [57, 58].map((x64) => ({
  limit: "new processes",
  name: x64 === 57 ? "fork" : "vfork",
  call: { x64, arm64: undefined, child: "exit" },
  expected: eperm,
}));

function describeResult(result: number | undefined): string {
  if (result === undefined) return "never came back";
  return result >= 0 ? "works" : (errorNames[result] ?? `error ${-result}`);
}

/** The very jail of a cell, with a program of system calls in the engine's place. */
async function proveForbiddenCalls({ folder, isJailed }: Trial): Promise<PostureLine[]> {
  const tried = process.arch === "x64" ? [...attempts, ...forks] : attempts;
  const limits = [...new Set(tried.map(({ limit }) => limit))];
  if (!isJailed) return limits.map((limit) => jailLine(limit, false, "There is no jail."));
  const outcome = await probeJail(
    folder,
    tried.map(({ call }) => call),
  );
  if (outcome === undefined) {
    const evidence = `Not tried: there is no probe for ${process.arch}, or no bwrap.`;
    return limits.map((limit) => jailLine(limit, false, evidence));
  }
  const { results, errors } = outcome;
  const said = errors === "" ? "" : ` ${errors.trim().slice(-200)}`;
  return limits.map((limit) => {
    const own = tried
      .map((attempt, index) => ({ ...attempt, result: results[index] }))
      .filter((attempt) => attempt.limit === limit);
    const ok = own.every(({ expected, result }) =>
      expected === "opens" ? result !== undefined && result >= 0 : result === expected,
    );
    const seen = own.map(({ name, result }) => `${name} ${describeResult(result)}`);
    return jailLine(limit, ok, `From inside the jail: ${seen.join(", ")}.${said}`);
  });
}

const processTrial = { pids: 4, tried: 6, polledSettledMs: 400 };

/** In a group of its own, as a cell could not start a process to begin with. */
async function proveProcesses({ folder, hasCgroup }: Trial): Promise<PostureLine> {
  const limit = "processes";
  const root = hasCgroup ? findCgroupRoot(`berth-posture-${process.pid}`) : createPolledRoot();
  const fork = { x64: 56, arm64: 220, args: [sigchld], child: "wait" } as const;
  const { pids, tried, polledSettledMs } = processTrial;
  try {
    const outcome = await probeProcessLimit(folder, root, {
      pids,
      calls: Array.from({ length: tried }, () => fork),
      settledMs: hasCgroup ? 0 : polledSettledMs,
    });
    if (outcome === undefined) {
      const evidence = `Not tried: there is no probe for ${process.arch}.`;
      return { limit, enforcer: "none", ok: false, evidence };
    }
    const started = outcome.results.filter((result) => result > 0).length;
    const isRefused = outcome.results.length === tried && started === pids - 1;
    const ok = hasCgroup ? isRefused : outcome.signal === "SIGKILL";
    const end = hasCgroup ? "the others were refused" : `it ended by ${outcome.signal ?? "itself"}`;
    const evidence = `A program that may have ${pids} processes tried to start ${tried} more: ${started} came to be, ${end}.`;
    const enforcer = hasCgroup ? "cgroup" : "watchdog";
    return { limit, enforcer: ok ? enforcer : "none", ok, evidence };
  } finally {
    await root.close();
  }
}

export async function proveJail(trial: Trial): Promise<PostureLine[]> {
  if (process.platform !== "linux") return [];
  const { cellId } = await trial.pool.load(buildTrialSpec("quiet", {}, "posture"));
  const pid = trial.pool.list().find((cell) => cell.id === cellId)?.pid;
  if (pid === undefined) return [];
  const [network, calls, processes] = await Promise.all([
    proveNetwork(trial, pid),
    proveForbiddenCalls(trial),
    proveProcesses(trial),
  ]);
  return [
    proveIdentity(pid, trial.isJailed),
    provePrivileges(pid),
    proveCoreDumps(pid),
    proveFiles(pid),
    network,
    ...calls,
    processes,
  ];
}
