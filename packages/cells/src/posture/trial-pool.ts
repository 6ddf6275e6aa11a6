/** The throw-away pool of a posture's trials, and how an app in it is asked. */

import { EventEmitter, once } from "node:events";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { BerthError, isBerthError } from "@berth/protocol";
import type { CellResponse } from "../calls.ts";
import type { RunningJailer } from "../jail/remote-jailer.ts";
import { openCellPool } from "../pool/open-cell-pool.ts";
import type { CellPool } from "../pool/pool.ts";
import type { CellLogger } from "../ports.ts";
import type { IsolateSpec } from "../spec.ts";
import { examineJail, type JailReport } from "./examine-jail.ts";
import { trialHost } from "./trial-apps.ts";

const logWaitMs = 10_000;

export interface PostureOptions {
  /** The pool's folder, or another; trials use a folder below it. */
  readonly folder: string;
  readonly jail: "required" | "off";
  /** As the pool's: `off` tries what holds without control groups. */
  readonly cgroup?: "auto" | "off";
  readonly engine?: { readonly binary?: string };
  /** As the pool's. */
  readonly jailer?: RunningJailer;
  readonly logger: CellLogger;
}

export interface Trial {
  readonly pool: CellPool;
  readonly isJailed: boolean;
  readonly hasCgroup: boolean;
  examine(cellId: string, pid: number): Promise<JailReport>;
  /** What an app's isolate has logged, once it is so many lines; what there is after ten seconds. */
  logsOf(spec: IsolateSpec, count: number): Promise<readonly string[]>;
}

function answerBytes(url: string): CellResponse {
  const { hostname, searchParams } = new URL(url);
  if (hostname !== trialHost) throw new BerthError("EGRESS_DENIED", "Trials reach nothing.");
  const bytes = Buffer.alloc(Number(searchParams.get("bytes")), "x");
  return { status: 200, headers: [], body: Readable.from([bytes]) };
}

export async function openTrial(
  options: PostureOptions,
  hasCgroup: boolean,
): Promise<Trial & AsyncDisposable> {
  const logs = new Map<string, string[]>();
  const logged = new EventEmitter();
  const folder = join(options.folder, "posture");
  const isJailed = options.jail === "required";
  const { jailer } = options;
  const pool = await openCellPool({
    folder,
    jail: options.jail,
    warmCells: 0,
    idleStopMs: 0,
    ...(options.cgroup === undefined ? {} : { cgroup: options.cgroup }),
    ...(options.engine === undefined ? {} : { engine: options.engine }),
    ...(jailer === undefined ? {} : { jailer }),
    onCall: () => Promise.resolve(null),
    onEgress: async ({ url }) => answerBytes(url),
    onLog({ isolateKey, message }) {
      const known = logs.get(isolateKey);
      if (known === undefined) logs.set(isolateKey, [message]);
      else known.push(message);
      logged.emit("line");
    },
    logger: options.logger,
  });
  return {
    pool,
    hasCgroup,
    isJailed,
    examine: (cellId, pid) =>
      jailer?.examine(cellId) ?? examineJail(pid, { folder, isJailed, hasCgroup }),
    async logsOf({ key }, count) {
      const signal = AbortSignal.timeout(logWaitMs);
      const own = () => logs.get(key) ?? [];
      while (own().length < count && !signal.aborted) {
        // When the time is up, what there is is the answer.
        await once(logged, "line", { signal }).catch(() => undefined);
      }
      return own();
    },
    [Symbol.asyncDispose]: () => pool.close(),
  };
}

/** @returns `answered …` or the error's code and message; never rejects for what an app did */
export async function ask(pool: CellPool, spec: IsolateSpec, body?: string): Promise<string> {
  try {
    const response = await pool.fetch(spec, {
      method: body === undefined ? "GET" : "POST",
      path: "/",
      host: trialHost,
      headers: [],
      body: body === undefined ? null : Readable.from([Buffer.from(body)]),
      handle: `handle of ${spec.key}`,
      props: {},
      requestId: "posture",
    });
    return `answered ${await text(response.body)}`;
  } catch (error) {
    return isBerthError(error) ? `${error.code}: ${error.message}` : String(error);
  }
}
