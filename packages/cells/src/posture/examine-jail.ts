/**
 * What of a jail only its maker can see or try: a cell's own root and namespaces, and, from inside a
 * jail just like it, what is forbidden there.
 */

import { readdirSync, readlinkSync } from "node:fs";
import { findCgroupRoot } from "../cgroup/find-cgroup.ts";
import { createPolledRoot } from "../cgroup/polled.ts";
import { jailLine, type PostureLine } from "./posture.ts";
import { type ProbeCall, shellPath } from "./probe-program.ts";
import { probeJail, probeProcessLimit } from "./run-probe.ts";

export interface ExamineOptions {
  /** Trials put their programs below it. */
  readonly folder: string;
  readonly isJailed: boolean;
  readonly hasCgroup: boolean;
}

export interface JailReport {
  /** Whether the cell is in the server's own network namespace. */
  readonly isNetworkShared: boolean;
  readonly lines: readonly PostureLine[];
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

const eperm = -1;
const enoent = -2;
const eagain = -11;
const erofs = -30;
const enosys = -38;
const eafnosupport = -97;
const errorNames: Readonly<Record<number, string>> = {
  [eperm]: "EPERM",
  [enoent]: "ENOENT",
  [eagain]: "EAGAIN",
  [erofs]: "EROFS",
  [enosys]: "ENOSYS",
  [eafnosupport]: "EAFNOSUPPORT",
};

/** By the filter: 128 and SIGSYS. */
const endedByFilter = 128 + 31;
const sigchld = 17;
const cloneNewUser = 0x10000000;
const stream = 1;
const raw = 3;
const atCurrentFolder = -100;
const writeOnly = 1;
const coreLimit = 4;
const anyAddress = 1;

interface Attempt {
  readonly limit: string;
  readonly name: string;
  readonly call: ProbeCall;
  /**
   * `opens`: it must work, so that what is refused is refused for the right reason. `ends`: the
   * kernel ends whoever tries, so each has a jail of its own.
   */
  readonly expected: number | "opens" | "ends";
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

function callAttempt(
  name: string,
  [x64, arm64]: readonly [number, number],
  expected: Attempt["expected"],
  args: Attempt["call"]["args"] = [],
): Attempt {
  return { limit: "system calls", name, call: { x64, arm64, args }, expected };
}

const attempts: readonly Attempt[] = [
  {
    limit: "nested user namespaces",
    name: "unshare",
    call: { x64: 272, arm64: 97, args: [cloneNewUser] },
    expected: "ends",
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
  callAttempt("ptrace", [101, 117], "ends"),
  callAttempt("bpf", [321, 280], "ends"),
  callAttempt("mount", [165, 40], "ends"),
  callAttempt("process_vm_readv", [310, 270], "ends", [1]),
  callAttempt("io_uring_setup", [425, 425], enosys, [1]),
  callAttempt("memfd_create", [319, 279], enosys, [shellPath]),
  callAttempt("mkdirat", [258, 34], enosys, [atCurrentFolder, shellPath]),
  callAttempt("openat to write", [257, 56], erofs, [atCurrentFolder, shellPath, writeOnly]),
  callAttempt("sendmsg", [46, 211], enosys),
  callAttempt("kill", [62, 129], enosys, [1]),
  callAttempt("prlimit64 to set", [302, 261], eperm, [0, coreLimit, anyAddress]),
  callAttempt("a call of the future", [2_000, 2_000], enosys),
];

/** Only the older machine has calls that do nothing but fork. */
const forks: readonly Attempt[] = [57, 58].map((x64) => ({
  limit: "new processes",
  name: x64 === 57 ? "fork" : "vfork",
  call: { x64, arm64: undefined, child: "exit" },
  expected: enosys,
}));

function describeResult(result: number | undefined): string {
  if (result === undefined) return "never came back";
  return result >= 0 ? "works" : (errorNames[result] ?? `error ${-result}`);
}

interface Tried {
  readonly attempt: Attempt;
  readonly ok: boolean;
  readonly seen: string;
}

/** All that comes back, in one jail. */
async function tryReturning(
  folder: string,
  tried: readonly Attempt[],
): Promise<Tried[] | undefined> {
  const outcome = await probeJail(
    folder,
    tried.map(({ call }) => call),
  );
  if (outcome === undefined) return undefined;
  const { results, errors } = outcome;
  return tried.map((attempt, index) => {
    const result = results[index];
    const ok =
      attempt.expected === "opens"
        ? result !== undefined && result >= 0
        : result === attempt.expected;
    const said = result === undefined ? ` ${errors.trim().slice(-100)}` : "";
    return { attempt, ok, seen: `${attempt.name} ${describeResult(result)}${said}` };
  });
}

async function tryFatal(folder: string, attempt: Attempt): Promise<Tried | undefined> {
  const outcome = await probeJail(folder, [attempt.call]);
  if (outcome === undefined) return undefined;
  const ok = outcome.code === endedByFilter && outcome.results.length === 0;
  const seen = ok ? "ends the process" : describeResult(outcome.results[0]);
  return { attempt, ok, seen: `${attempt.name} ${seen}` };
}

/** The very jail of a cell, with a program of system calls in the engine's place. */
async function proveForbiddenCalls({ folder, isJailed }: ExamineOptions): Promise<PostureLine[]> {
  const all = process.arch === "x64" ? [...attempts, ...forks] : attempts;
  const limits = [...new Set(all.map(({ limit }) => limit))];
  if (!isJailed) return limits.map((limit) => jailLine(limit, false, "There is no jail."));
  const returning = all.filter(({ expected }) => expected !== "ends");
  const outcomes = [...((await tryReturning(folder, returning)) ?? [])];
  // One after another: the trials of limits that run beside them measure time.
  for (const attempt of all.filter(({ expected }) => expected === "ends")) {
    const outcome = await tryFatal(folder, attempt);
    if (outcome !== undefined) outcomes.push(outcome);
  }
  return limits.map((limit) => {
    const own = outcomes.filter(({ attempt }) => attempt.limit === limit);
    if (own.length === 0) {
      return jailLine(
        limit,
        false,
        `Not tried: there is no probe for ${process.arch}, or no bwrap.`,
      );
    }
    const ok = own.every((each) => each.ok);
    return jailLine(limit, ok, `From inside the jail: ${own.map(({ seen }) => seen).join(", ")}.`);
  });
}

const processTrial = { pids: 4, tried: 6, polledSettledMs: 400 };

/** In a group of its own, as a cell could not start a process to begin with. */
async function proveProcesses({ folder, hasCgroup }: ExamineOptions): Promise<PostureLine> {
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

/** @param pid - of a cell's engine, as the host sees it */
export async function examineJail(pid: number, options: ExamineOptions): Promise<JailReport> {
  const own = readlinkSync("/proc/self/ns/net");
  const cells = readlinkSync(`/proc/${pid}/ns/net`);
  const [calls, processes] = await Promise.all([
    proveForbiddenCalls(options),
    proveProcesses(options),
  ]);
  return { isNetworkShared: own === cells, lines: [proveFiles(pid), ...calls, processes] };
}
