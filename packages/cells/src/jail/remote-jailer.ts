/**
 * The server's side of the pipe to a jailer process: asks it for cells, and knows when they end.
 *
 * Trust: the jailer is trusted; it is root, and ours.
 * Invariant: when the pipe closes, every cell counts as ended, and no other can be had.
 */

import { once } from "node:events";
import type { Duplex } from "node:stream";
import { BerthError, isErrorCode } from "@berth/protocol";
import type { CgroupRoot } from "../cgroup/cgroup.ts";
import { openSharedGroup } from "../cgroup/shared.ts";
import type { JailReport } from "../posture/examine-jail.ts";
import type { Engine } from "../workerd/engine.ts";
import { isThere, type LaunchedProcess } from "../workerd/launch.ts";
import type { CellPlace, Jailer } from "./jailer.ts";
import {
  createLineReader,
  type ExitedMessage,
  type HelloMessage,
  type JailerMessage,
  type JailerRequest,
  type PreparedAnswer,
  writeRequest,
} from "./jailer-messages.ts";

/** Of the jailer's answers; a report holds a few kilobytes, a tail of output eight. */
const maxMessageBytes = 1024 * 1024;

type Ended = Pick<ExitedMessage, "code" | "signal" | "output" | "oomKills">;

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

/** A jailer in a process of its own, started by `startJailer`. */
export interface RunningJailer extends Jailer {
  readonly pid: number;
  readonly missingControllers: readonly string[];
  /** Resolves once it is gone, and every cell with it; without it no other cell can be had. */
  readonly ended: Promise<void>;
  examine(id: string): Promise<JailReport>;
  /** Ends all cells, and the jailer. Idempotent. */
  close(): Promise<void>;
}

export class RemoteJailer implements RunningJailer {
  readonly pid: number;
  readonly jail = "bubblewrap";
  readonly cgroupVersion: CgroupRoot["version"];
  readonly missingControllers: readonly string[];
  readonly ended: Promise<void>;
  #engine: Engine;
  readonly #channel: Duplex;
  readonly #waiting = new Map<number, Waiting>();
  readonly #running = new Map<string, (ended: Ended) => void>();
  #seq = 0;

  /** @param hasEnded - settles once the process has */
  constructor(hello: HelloMessage, channel: Duplex, hasEnded: Promise<unknown>) {
    this.pid = hello.pid;
    this.cgroupVersion = hello.cgroupVersion;
    this.missingControllers = hello.missingControllers;
    this.#engine = hello.engine;
    this.#channel = channel;
    this.ended = hasEnded.then(() => undefined);
    channel.on("close", () => this.#lose());
  }

  get engine(): Engine {
    return this.#engine;
  }

  receive(message: JailerMessage): void {
    if ("event" in message) {
      if (message.event === "exited") this.#running.get(message.id)?.(message);
      return;
    }
    const waiting = this.#waiting.get(message.seq);
    this.#waiting.delete(message.seq);
    if ("result" in message) waiting?.resolve(message.result);
    else waiting?.reject(toError(message.failure));
  }

  #lose(): void {
    for (const { reject } of this.#waiting.values()) reject(jailerIsGone());
    this.#waiting.clear();
    const ended = { code: null, signal: "the jailer's end", output: "", oomKills: 0 };
    for (const end of this.#running.values()) end(ended);
  }

  #ask(request: JailerRequest): Promise<unknown> {
    if (!this.#channel.writable) return Promise.reject(jailerIsGone());
    this.#seq += 1;
    const seq = this.#seq;
    return new Promise((resolve, reject) => {
      this.#waiting.set(seq, { resolve, reject });
      this.#channel.write(writeRequest({ seq, request }));
    });
  }

  /** Without an answer: when the jailer is gone, so is the cell that it is about. */
  #tell(request: JailerRequest): void {
    void Promise.allSettled([this.#ask(request)]);
  }

  async renewEngine(binary: string | undefined): Promise<void> {
    if (binary !== undefined) {
      const message = `The jailer starts the installed engine alone, not "${binary}"; install it, and leave the path out.`;
      throw new BerthError("CELL_START_FAILED", message);
    }
    // Its answers are of our own making: each request has one form of answer.
    this.#engine = (await this.#ask({ op: "renew-engine" })) as Engine;
  }

  async restoreEngine(): Promise<void> {
    this.#engine = (await this.#ask({ op: "restore-engine" })) as Engine;
  }

  async examine(id: string): Promise<JailReport> {
    return (await this.#ask({ op: "examine", id })) as JailReport;
  }

  async prepare(id: string): Promise<CellPlace> {
    const prepared = (await this.#ask({ op: "prepare", id })) as PreparedAnswer;
    const { hostUid, inSocket, outSocket } = prepared;
    let oomKills = 0;
    const group = openSharedGroup(prepared.group, {
      setLimits: (limits) => this.#tell({ op: "limit", id, limits }),
      readOomKills: () => oomKills,
    });
    const start = async (heapClassMb: number): Promise<LaunchedProcess> => {
      let output = "";
      let hasExited = false;
      const exited = new Promise<Ended>((resolve) => this.#running.set(id, resolve)).then(
        (ended) => {
          ({ output, oomKills } = ended);
          hasExited = true;
          return { code: ended.code, signal: ended.signal };
        },
      );
      const { pid } = (await this.#ask({ op: "start", id, heapClassMb })) as { pid: number };
      group.started(pid);
      return {
        pid,
        exited,
        isRunning: () => !hasExited && isThere(pid),
        readOutput: () => output,
        kill: () => {
          if (!hasExited) this.#tell({ op: "stop", id });
        },
      };
    };
    return {
      hostUid,
      inSocket,
      outSocket,
      cgroup: group,
      start,
      remove: async () => {
        this.#running.delete(id);
        group.close();
        await this.#ask({ op: "remove", id }).catch((error: unknown) => {
          // A jailer that is gone has removed it, or the next one will.
          if (this.#channel.writable) throw error;
        });
      },
    };
  }

  async close(): Promise<void> {
    this.#channel.end();
    await this.ended;
  }
}

function jailerIsGone(): BerthError {
  const message = "The jailer process has ended, so no cell can be started; start Berth again.";
  return new BerthError("CELL_START_FAILED", message);
}

function toError({ code, message }: { code: string; message: string }): BerthError {
  // What names the host's paths is for the log, not for callers.
  const shown = "The cell's process did not start; the server's log says why.";
  return new BerthError(isErrorCode(code) ? code : "CELL_START_FAILED", shown, {
    cause: new Error(message),
  });
}

/**
 * Waits for the jailer's first word.
 *
 * @throws BerthError `JAIL_UNAVAILABLE`, `DATA_FOLDER_LOCKED`, `CELL_START_FAILED`
 */
export async function connectJailer(
  channel: Duplex,
  hasEnded: Promise<unknown>,
): Promise<RunningJailer> {
  let jailer: RemoteJailer | undefined;
  const { promise: first, resolve, reject } = Promise.withResolvers<JailerMessage>();
  const read = createLineReader(
    maxMessageBytes,
    (line) => {
      const message = JSON.parse(line) as JailerMessage;
      if (jailer === undefined) resolve(message);
      else jailer.receive(message);
    },
    () => channel.destroy(),
  );
  channel.setEncoding("utf8");
  channel.on("data", read);
  for (const over of ["end", "error"]) channel.on(over, () => channel.destroy());
  void once(channel, "close").then(() => reject(jailerIsGone()));
  const message = await first;
  if ("event" in message && message.event === "refused") {
    const { code } = message;
    throw new BerthError(isErrorCode(code) ? code : "JAIL_UNAVAILABLE", message.message);
  }
  if (!("event" in message) || message.event !== "hello") throw jailerIsGone();
  jailer = new RemoteJailer(message, channel, hasEnded);
  return jailer;
}
