/**
 * Runs the probe program in the very jail of a cell, or in a control group of its own.
 *
 * Trust: the program is ours. What the kernel answers is the evidence.
 */

import { type ChildProcess, spawn } from "node:child_process";
import {
  chmodSync,
  chownSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { Writable } from "node:stream";
import type { CgroupRoot } from "../cgroup/cgroup.ts";
import { buildJailArguments, findProgram, jailedEngine } from "../jail/bubblewrap.ts";
import { buildSeccompFilter } from "../jail/seccomp.ts";
import { createUidLease } from "../jail/uid-lease.ts";
import { isOpenToAll } from "../workerd/engine.ts";
import { buildProbeProgram, type ProbeCall, parseProbeResults } from "./probe-program.ts";

const timeoutMs = 5_000;
const seccompFd = 3;
const infoFd = 4;
const blockFd = 5;

/** Where every cell's user can reach it, and where programs may be run from. */
function makeProbeFolder(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const isRoot = process.getuid?.() === 0;
  const base = isRoot && !isOpenToAll(folder) ? "/var/tmp" : folder;
  const made = mkdtempSync(join(base, "berth-probe-"));
  chmodSync(made, 0o711);
  return made;
}

interface Staged extends Disposable {
  readonly folder: string;
  readonly program: string;
}

function stage(folder: string, calls: readonly ProbeCall[]): Staged | undefined {
  const bytes = buildProbeProgram(process.arch, calls);
  if (bytes === undefined) return undefined;
  const made = makeProbeFolder(folder);
  const program = join(made, "probe");
  writeFileSync(program, bytes, { mode: 0o755 });
  return {
    folder: made,
    program,
    [Symbol.dispose]: () => rmSync(made, { recursive: true, force: true }),
  };
}

interface ProbeOutcome {
  readonly results: readonly number[];
  /** What ended it before it was let go. */
  readonly signal: NodeJS.Signals | null;
  /** Of the jail, which ends with 128 and the signal that its program was ended by. */
  readonly code: number | null;
  readonly errors: string;
}

/** Lets it go, takes what it writes, and lets it end once `isDone` says so or it was ended. */
function follow(
  child: ChildProcess,
  calls: number,
  isDone: (results: readonly number[]) => Promise<unknown>,
): Promise<ProbeOutcome> {
  return new Promise((resolve) => {
    const output: Buffer[] = [];
    let errors = "";
    const timer = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
    const read = () => parseProbeResults(Buffer.concat(output));
    child.stdin?.on("error", () => undefined);
    child.stdout?.on("data", (chunk: Buffer) => {
      output.push(chunk);
      if (read().length < calls) return;
      void isDone(read()).then(() => child.stdin?.end());
    });
    child.stderr?.on("data", (chunk: Buffer) => {
      errors = (errors + chunk.toString("utf8")).slice(-1_000);
    });
    child.once("error", (error) => {
      errors += error.message;
    });
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ results: read(), signal, code, errors });
    });
    child.stdin?.write("x");
  });
}

/** @returns undefined on a machine that there is no program for */
export async function probeJail(
  folder: string,
  calls: readonly ProbeCall[],
): Promise<ProbeOutcome | undefined> {
  using staged = stage(folder, calls);
  const bubblewrap = findProgram("bwrap");
  if (staged === undefined || bubblewrap === undefined) return undefined;
  const inFolder = join(staged.folder, "in");
  const outSocket = join(staged.folder, "out");
  mkdirSync(inFolder);
  writeFileSync(outSocket, "");
  const uid = process.getuid?.() === 0 ? createUidLease().acquire() : undefined;
  if (uid !== undefined) for (const path of [inFolder, outSocket]) chownSync(path, uid, uid);
  const filterFile = join(staged.folder, "seccomp.bpf");
  const filter = buildSeccompFilter(process.arch);
  if (filter !== undefined) writeFileSync(filterFile, filter, { mode: 0o644 });
  const seccomp = filter === undefined ? undefined : openSync(filterFile, "r");
  try {
    const child = spawn(
      bubblewrap,
      buildJailArguments({
        engine: staged.program,
        libraries: [],
        configFolder: inFolder,
        inFolder,
        outSocket,
        infoFd,
        blockFd,
        seccompFd: seccomp === undefined ? undefined : seccompFd,
        command: [jailedEngine],
      }),
      {
        stdio: ["pipe", "pipe", "pipe", seccomp ?? "ignore", "pipe", "pipe"],
        env: {},
        cwd: "/",
        ...(uid === undefined ? {} : { uid, gid: uid }),
      },
    );
    const block: unknown = (child.stdio as readonly unknown[])[blockFd];
    if (block instanceof Writable) block.end("1");
    return await follow(child, calls.length, () => Promise.resolve());
  } finally {
    if (seccomp !== undefined) closeSync(seccomp);
  }
}

/**
 * Starts as many processes as there are calls, in a group that may have `pids`.
 *
 * @param settledMs - how long a limiter that looks now and then is given
 */
export async function probeProcessLimit(
  folder: string,
  root: CgroupRoot,
  { pids, calls, settledMs }: { pids: number; calls: readonly ProbeCall[]; settledMs: number },
): Promise<ProbeOutcome | undefined> {
  using staged = stage(folder, calls);
  if (staged === undefined) return undefined;
  const group = root.create("processes");
  try {
    const memoryBytes = 64 * 1024 * 1024;
    group.setLimits({ memoryBytes, cpuPercent: 100, cpuBurstMs: 0, pids });
    const child = spawn(staged.program, [], { stdio: ["pipe", "pipe", "pipe"], env: {}, cwd: "/" });
    if (child.pid !== undefined) group.add(child.pid);
    const { promise: isEnded, resolve } = Promise.withResolvers<void>();
    child.once("exit", () => resolve());
    return await follow(child, calls.length, () => {
      const settled = Promise.withResolvers<void>();
      const timer = setTimeout(settled.resolve, settledMs);
      void isEnded.then(() => {
        clearTimeout(timer);
        settled.resolve();
      });
      return settled.promise;
    });
  } finally {
    await group.remove();
  }
}
