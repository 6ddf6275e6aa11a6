/**
 * Speaks to the thread that holds the embedded database.
 *
 * Owns the thread. Invariant: every statement is answered, or fails when the thread ends.
 */
import { readFile } from "node:fs/promises";
import { Worker } from "node:worker_threads";
import { BerthError } from "@berth/protocol";
import type {
  CompiledModule,
  DatabaseFailure,
  Engine,
  OpenData,
  QueryRows,
  Reply,
  Request,
  Statement,
} from "./messages.ts";

export interface DatabaseThread {
  /** @param first - runs before it, both in a transaction of their own */
  query(sql: string, parameters: readonly unknown[], first?: Statement): Promise<QueryRows>;
  /** Checkpoints, closes the database and ends the thread. Idempotent. */
  close(): Promise<void>;
}

/** An error of the database, with the fields that `pg` gives its errors. */
export class EmbeddedDatabaseError extends Error {
  override readonly name = "EmbeddedDatabaseError";

  constructor(failure: DatabaseFailure) {
    super(failure.message);
    Object.assign(this, failure);
  }
}

declare const WebAssembly: { compile(bytes: Uint8Array): Promise<CompiledModule> };

const library = import.meta.resolve("@electric-sql/pglite");
let engine: Promise<Engine> | undefined;

/** Compiled once in a process: opening a second database then takes a quarter of the time. */
function loadEngine(): Promise<Engine> {
  const compile = async (name: string) =>
    WebAssembly.compile(await readFile(new URL(name, library)));
  engine ??= Promise.all([compile("pglite.wasm"), compile("initdb.wasm")]).then(
    ([database, initializer]) => ({ database, initializer }),
  );
  return engine;
}

type Waiting = PromiseWithResolvers<QueryRows>;

export async function openDatabaseThread(dataFolder: string): Promise<DatabaseThread> {
  const file = import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js";
  const data: OpenData = { dataFolder, engine: await loadEngine() };
  const worker = new Worker(new URL(file, import.meta.url), { workerData: data });
  const waiting = new Map<number, Waiting>();
  const opened = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  let lastId = 0;
  let end: Error | undefined;

  const onEnd = (cause?: unknown) => {
    end ??= new BerthError("UNAVAILABLE", "The embedded database has ended.", { cause });
    opened.reject(end);
    for (const { reject } of waiting.values()) reject(end);
    waiting.clear();
  };
  worker.on("error", onEnd);
  worker.on("exit", () => {
    onEnd();
    ended.resolve();
  });
  worker.on("message", (reply: Reply) => {
    if ("isOpen" in reply) return opened.resolve();
    const found = waiting.get(reply.id);
    waiting.delete(reply.id);
    if ("failure" in reply) found?.reject(new EmbeddedDatabaseError(reply.failure));
    else found?.resolve(reply.result);
  });

  const ask = (request: Request): Promise<QueryRows> => {
    if (end !== undefined) return Promise.reject(end);
    const answer: Waiting = Promise.withResolvers();
    waiting.set(request.id, answer);
    try {
      worker.postMessage(request);
    } catch (error) {
      // A parameter that cannot be cloned, such as a function: the statement was not sent.
      waiting.delete(request.id);
      answer.reject(error);
    }
    return answer.promise;
  };

  let closing: Promise<void> | undefined;
  const close = async () => {
    if (end === undefined) {
      await ask({ id: ++lastId, close: true }).catch(() => worker.terminate());
    }
    await ended.promise;
  };

  await opened.promise;
  return {
    query: (sql, parameters, first) =>
      ask({
        ...{ id: ++lastId, sql, parameters },
        ...(first === undefined ? {} : { first: { sql: first.sql, parameters: first.parameters } }),
      }),
    close: () => (closing ??= close()),
  };
}
