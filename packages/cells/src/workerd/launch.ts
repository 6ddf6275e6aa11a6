/**
 * Starts the engine's process, jailed or not, and waits until it listens.
 *
 * Invariant: the process is in its control group before it runs anything: the jail waits on its
 * block descriptor until the group has been joined.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { Duplex, type Readable } from "node:stream";
import { BerthError } from "@berth/protocol";
import type { CellCgroup } from "../cgroup/cgroup.ts";
import { buildJailArguments, jailedConfigFolder, jailedEngine } from "../jail/bubblewrap.ts";
import { withoutCoreDumps } from "../jail/without-core-dumps.ts";
import { configFile } from "./config.ts";

const startTimeoutMs = 15_000;
const outputTailLength = 8_000;
const firstSignalCode = 128;
const seccompFd = 3;
const infoFd = 4;
const blockFd = 5;
const controlFd = 6;

export interface JailPlan {
  readonly bubblewrap: string;
  readonly libraries: readonly string[];
  /** The filter's file; undefined where there is no filter for the machine. */
  readonly seccompFile: string | undefined;
  /** What its processes are known by; see jail/warden.ts. */
  readonly mark: string;
}

export interface LaunchInput {
  readonly engine: string;
  readonly configFolder: string;
  readonly inFolder: string;
  readonly outSocket: string;
  readonly hostUid: number | undefined;
  readonly cgroup: CellCgroup;
  /** Undefined: no jail. */
  readonly jail: JailPlan | undefined;
}

export interface LaunchedProcess {
  /** The engine itself, as the host sees it. */
  readonly pid: number;
  readonly exited: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  /** False once the engine has ended, or is ending; `exited` may come a good while later. */
  isRunning(): boolean;
  /** The last of what it wrote. */
  readOutput(): string;
  /** To the engine alone; undefined where this process may not signal it. */
  readonly signal?: (name: "SIGSTOP" | "SIGCONT") => void;
  kill(): void;
}

function collectTail(streams: readonly (Readable | null)[]): () => string {
  let tail = "";
  for (const stream of streams) {
    stream?.setEncoding("utf8");
    stream?.on("data", (chunk: string) => {
      tail = (tail + chunk).slice(-outputTailLength);
    });
  }
  return () => tail;
}

/** The first text on the stream that `find` recognizes. */
function waitFor<T>(stream: Readable, find: (text: string) => T | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    let text = "";
    stream.setEncoding("utf8");
    stream.on("data", (chunk: string) => {
      text = (text + chunk).slice(-outputTailLength);
      const found = find(text);
      if (found !== undefined) resolve(found);
    });
    stream.on("error", reject);
    stream.on("close", () => reject(new Error("closed before it was ready")));
  });
}

function readJailPid(text: string): number | undefined {
  const match = /"child-pid":\s*(\d+)/.exec(text);
  return match === null ? undefined : Number(match[1]);
}

/** The jail ends with 128 and the signal that its program was ended by, such as SIGSYS by the filter. */
function findJailedSignal(code: number | null): string | null {
  const number = (code ?? 0) - firstSignalCode;
  return Object.entries(constants.signals).find(([, each]) => each === number)?.[0] ?? null;
}

/** Process 1 of the jail is bubblewrap's reaper; the engine is its only child. */
function findEnginePid(jailPid: number): number {
  const children = readFileSync(`/proc/${jailPid}/task/${jailPid}/children`, "utf8");
  return Number(children.split(" ")[0]) || jailPid;
}

function buildCommand(program: string, configFolder: string): string[] {
  const config = join(configFolder, configFile);
  return [program, "serve", "--experimental", `--control-fd=${controlFd}`, config];
}

function start(input: LaunchInput): ChildProcess {
  const { jail, hostUid } = input;
  const seccomp = jail?.seccompFile === undefined ? undefined : openSync(jail.seccompFile, "r");
  try {
    const identity = hostUid === undefined ? {} : { uid: hostUid, gid: hostUid };
    const stdio = ["ignore", "pipe", "pipe", seccomp ?? "ignore", "pipe", "pipe", "pipe"] as const;
    // In a process group of its own: a Ctrl-C is for the server, which ends its cells in good order.
    const options = { ...identity, stdio: [...stdio], env: {}, cwd: "/", detached: true };
    if (jail === undefined) {
      const [program = "", ...rest] = buildCommand(input.engine, input.configFolder);
      return spawn(...withoutCoreDumps(program, rest), options);
    }
    const command = buildCommand(jailedEngine, jailedConfigFolder);
    const seccompArgument = seccomp === undefined ? undefined : seccompFd;
    const jailArguments = buildJailArguments({
      ...input,
      libraries: jail.libraries,
      mark: jail.mark,
      infoFd,
      blockFd,
      seccompFd: seccompArgument,
      command,
    });
    return spawn(...withoutCoreDumps(jail.bubblewrap, jailArguments), options);
  } finally {
    if (seccomp !== undefined) closeSync(seccomp);
  }
}

/** Node makes a two-way pipe of each "pipe" beyond the third, but types only the first five. */
function getPipe(child: ChildProcess, descriptor: number): Duplex {
  const streams: readonly unknown[] = child.stdio;
  const stream = streams[descriptor];
  if (!(stream instanceof Duplex)) throw new Error(`descriptor ${descriptor} is not a pipe`);
  return stream;
}

async function becomeReady(child: ChildProcess, input: LaunchInput): Promise<number[]> {
  const outerPid = child.pid;
  if (outerPid === undefined) throw new Error("no process");
  const control = getPipe(child, controlFd);
  const isListening = waitFor(control, (text) => (text.includes('"listen"') ? true : undefined));
  // It also fails when the process ends, which the caller already waits for.
  isListening.catch(() => undefined);
  input.cgroup.add(outerPid);
  const block = getPipe(child, blockFd);
  block.on("error", () => undefined);
  if (input.jail === undefined) {
    block.end();
    await isListening;
    return [outerPid];
  }
  const jailPid = await waitFor(getPipe(child, infoFd), readJailPid);
  input.cgroup.add(jailPid);
  block.end("1");
  await isListening;
  return [findEnginePid(jailPid), jailPid, outerPid];
}

function signalAll(pids: readonly number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch {
      // Gone already.
    }
  }
}

/** Whether there is a process of that id, whoever it belongs to. */
export function isThere(pid: number | undefined): boolean {
  if (pid === undefined) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // One of another user is there as well.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** @throws BerthError `CELL_START_FAILED`, whose cause holds what the process wrote */
export async function launch(input: LaunchInput): Promise<LaunchedProcess> {
  const child = start(input);
  const readOutput = collectTail([child.stdout, child.stderr]);
  let hasExited = false;
  const exited = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.once("error", (error) => resolve({ code: null, signal: error.message }));
    child.once("close", (code, signal) =>
      resolve({ code, signal: signal ?? findJailedSignal(code) }),
    );
    child.once("exit", () => {
      hasExited = true;
      // Ended before the jail was tied to it, it would leave the jail behind: holding the pipes, so
      // that "close" never came, and running with nobody to end it.
      try {
        input.cgroup.killAll();
      } catch {
        // The group is gone, and with it whoever was in it.
      }
    });
  });
  let timer: NodeJS.Timeout | undefined;
  const failure = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`not ready after ${startTimeoutMs} ms`)),
      startTimeoutMs,
    );
    exited.then(({ code, signal }) => reject(new Error(`ended with ${signal ?? code}`)), reject);
  });
  try {
    const pids = await Promise.race([becomeReady(child, input), failure]);
    return {
      pid: pids[0] ?? -1,
      exited,
      readOutput,
      isRunning: () => !hasExited && isThere(pids[0]),
      // While its first process is ours and alive, the others' ids cannot have been given anew.
      signal(name) {
        if (!hasExited) signalAll(pids.slice(0, 1), name);
      },
      kill() {
        if (!hasExited) signalAll(pids, "SIGKILL");
      },
    };
  } catch (cause) {
    child.kill("SIGKILL");
    await exited;
    const reason = cause instanceof Error ? cause.message : String(cause);
    const output = readOutput().trim().slice(-1_000);
    // Apps and their callers see the message; what names the host's paths is for the log.
    throw new BerthError(
      "CELL_START_FAILED",
      "The cell's process did not start; the server's log says why.",
      { cause: new Error(`${reason}. ${output}`, { cause }) },
    );
  } finally {
    clearTimeout(timer);
  }
}
