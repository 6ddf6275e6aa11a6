/**
 * The jailer's side of the pipe to the server.
 *
 * What a taken-over server can get through it: cells of the installed engine, each in the jail, under
 * a user id of its own that has no rights, at most 1,024 at a time; the limits of those cells as wide
 * as it likes; their end, and what they wrote. It may put anything at `out.sock` of a cell, and so
 * show a cell what any user without rights may see. What it cannot get: a program, a path, a user, a
 * process or an argument of its choice; a file of root's read, written or removed; another cell's
 * folder or socket; a process outside a jail; the end of a process that is not a cell of this jailer.
 *
 * Invariant: a line that is not exactly a request ends the jailer, and its end is every cell's.
 */

import type { Duplex } from "node:stream";
import { BerthError, isBerthError } from "@berth/protocol";
import { describeCgroup } from "../cgroup/find-cgroup.ts";
import { examineJail } from "../posture/examine-jail.ts";
import { findEngine, isRootsAlone } from "../workerd/engine.ts";
import type { LaunchedProcess } from "../workerd/launch.ts";
import {
  createLineReader,
  findNumberedRequest,
  type JailerMessage,
  type JailerRequest,
  maxRequestBytes,
  type PreparedAnswer,
} from "./jailer-messages.ts";
import type { LocalJailer, LocalPlace } from "./local-jailer.ts";

export interface ServeJailerOptions {
  readonly jailer: LocalJailer;
  readonly channel: Duplex;
  /** Who is served. */
  readonly serverUid: number;
  /** For the programs of trials. */
  readonly trialFolder: string;
}

interface Held {
  readonly place: LocalPlace;
  launched: LaunchedProcess | undefined;
  isStarting: boolean;
}

class JailerServer {
  readonly #options: ServeJailerOptions;
  readonly #cells = new Map<string, Held>();
  /** One after another for each cell. */
  readonly #turns = new Map<string, Promise<unknown>>();

  constructor(options: ServeJailerOptions) {
    this.#options = options;
  }

  send(message: JailerMessage): void {
    const { channel } = this.#options;
    if (channel.writable) channel.write(`${JSON.stringify(message)}\n`);
  }

  async answer(seq: number, request: JailerRequest): Promise<void> {
    try {
      const key = "id" in request ? request.id : "";
      const before = this.#turns.get(key) ?? Promise.resolve();
      // A cell that is being started can be stopped meanwhile.
      const turn = request.op === "stop" ? this.#do(request) : before.then(() => this.#do(request));
      const settled = turn.then(
        () => undefined,
        () => undefined,
      );
      if (request.op !== "stop") this.#turns.set(key, settled);
      const result = await turn;
      if (this.#turns.get(key) === settled && !this.#cells.has(key)) this.#turns.delete(key);
      this.send({ seq, result: result ?? null });
    } catch (error) {
      const code = isBerthError(error) ? error.code : "CELL_START_FAILED";
      this.send({ seq, failure: { code, message: describe(error) } });
    }
  }

  async #do(request: JailerRequest): Promise<unknown> {
    switch (request.op) {
      case "prepare":
        return this.#prepare(request.id);
      case "start":
        return this.#start(request.id, request.heapClassMb);
      case "limit":
        return this.#get(request.id).place.cgroup.setLimits(request.limits);
      case "stop":
        return this.#cells.get(request.id)?.launched?.kill();
      case "remove":
        return this.#remove(request.id);
      case "examine":
        return this.#examine(request.id);
      case "renew-engine":
        return this.#renewEngine();
      case "restore-engine":
        await this.#options.jailer.restoreEngine();
        return this.#options.jailer.engine;
      default:
        return request satisfies never;
    }
  }

  #get(id: string): Held {
    const held = this.#cells.get(id);
    if (held === undefined) throw new BerthError("CELL_START_FAILED", `There is no cell "${id}".`);
    return held;
  }

  async #prepare(id: string): Promise<PreparedAnswer> {
    if (this.#cells.has(id)) {
      throw new BerthError("CELL_START_FAILED", `There is a cell "${id}" already.`);
    }
    const place = await this.#options.jailer.prepare(id);
    this.#cells.set(id, { place, launched: undefined, isStarting: false });
    const { cgroup, hostUid, inSocket, outSocket } = place;
    return { hostUid, inSocket, outSocket, group: cgroup.share(this.#options.serverUid) };
  }

  async #start(id: string, heapClassMb: number): Promise<{ pid: number }> {
    const held = this.#get(id);
    if (held.launched !== undefined || held.isStarting) {
      throw new BerthError("CELL_START_FAILED", `The cell "${id}" was started before.`);
    }
    held.isStarting = true;
    const launched = await held.place.start(heapClassMb);
    held.launched = launched;
    void launched.exited.then(({ code, signal }) => {
      const oomKills = held.place.cgroup.readOomKills();
      this.send({ event: "exited", id, code, signal, output: launched.readOutput(), oomKills });
    });
    return { pid: launched.pid };
  }

  async #remove(id: string): Promise<void> {
    const held = this.#cells.get(id);
    if (held === undefined) return;
    held.launched?.kill();
    await held.launched?.exited;
    this.#cells.delete(id);
    await held.place.remove();
  }

  #examine(id: string): Promise<unknown> {
    const { launched } = this.#get(id);
    if (launched === undefined) {
      throw new BerthError("CELL_START_FAILED", `The cell "${id}" does not run.`);
    }
    const { jailer, trialFolder: folder } = this.#options;
    const hasCgroup = jailer.cgroupVersion !== "none";
    return examineJail(launched.pid, { folder, isJailed: true, hasCgroup });
  }

  /** Its libraries are asked for by running it, here, as root. */
  async #renewEngine(): Promise<unknown> {
    const { binary } = findEngine();
    if (!isRootsAlone(binary)) {
      const message = `The engine "${binary}" can be changed by others than root, so root does not take it up; start Berth again.`;
      throw new BerthError("CELL_START_FAILED", message);
    }
    await this.#options.jailer.renewEngine(undefined);
    return this.#options.jailer.engine;
  }

  async close(): Promise<void> {
    for (const { launched } of this.#cells.values()) launched?.kill();
    // One that is being started ends when it has.
    await Promise.allSettled(this.#turns.values());
    await Promise.allSettled([...this.#cells.keys()].map((id) => this.#remove(id)));
    await this.#options.jailer.close();
  }
}

/** With what the process wrote, for the server's log. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} ${error.cause.message}` : error.message;
}

/** Resolves once the server is gone and everything was given back. */
export function serveJailer(options: ServeJailerOptions): Promise<void> {
  const { channel, jailer } = options;
  const server = new JailerServer(options);
  return new Promise((resolve) => {
    let isEnding = false;
    const end = () => {
      if (isEnding) return;
      isEnding = true;
      channel.destroy();
      resolve(server.close());
    };
    const read = createLineReader(
      maxRequestBytes,
      (line) => {
        const numbered = findNumberedRequest(line);
        if (numbered === undefined) end();
        else if (!isEnding) void server.answer(numbered.seq, numbered.request);
      },
      end,
    );
    channel.setEncoding("utf8");
    channel.on("data", read);
    channel.on("end", end);
    channel.on("close", end);
    channel.on("error", end);
    server.send({
      event: "hello",
      pid: process.pid,
      jail: "bubblewrap",
      cgroupVersion: jailer.cgroupVersion,
      missingControllers: describeCgroup().missing,
      engine: jailer.engine,
    });
  });
}
