/**
 * The thread that holds the embedded database. Answers one statement after another, in the order
 * in which they come; who may speak when is decided on the other side.
 */
import { parentPort, workerData } from "node:worker_threads";
import { PGlite } from "@electric-sql/pglite";
import type {
  CopyInput,
  DatabaseFailure,
  OpenData,
  Reply,
  Request,
  Statement,
} from "./messages.ts";

const fields = ["code", "detail", "constraint", "table", "column", "schema"] as const;

function describe(error: unknown): DatabaseFailure {
  const record = (typeof error === "object" && error !== null ? error : {}) as Record<
    string,
    unknown
  >;
  const failure: Record<string, string> = {
    message: typeof record.message === "string" ? record.message : String(error),
  };
  for (const field of fields) {
    const value = record[field];
    if (typeof value === "string") failure[field] = value;
  }
  return failure as unknown as DatabaseFailure;
}

/** The only parameter of a statement that copies. */
function findCopyInput([first]: readonly unknown[]): string | undefined {
  const input = (first as Partial<CopyInput> | null | undefined)?.copyInput;
  return typeof input === "string" ? input : undefined;
}

async function answer(database: PGlite, request: Request): Promise<Reply> {
  try {
    if ("close" in request) {
      await database.query("CHECKPOINT");
      await database.close();
      return { id: request.id, result: { rows: [], affectedRows: undefined, command: undefined } };
    }
    const run = (on: Pick<PGlite, "query">, { sql, parameters }: Statement) => {
      const input = findCopyInput(parameters);
      if (input === undefined) return on.query(sql, [...parameters]);
      return on.query(sql, [], { blob: new Blob([input]) });
    };
    const { first } = request;
    const { rows, affectedRows, command } =
      first === undefined
        ? await run(database, request)
        : await database.transaction(async (trx) => {
            await run(trx, first);
            return run(trx, request);
          });
    return { id: request.id, result: { rows, affectedRows, command } };
  } catch (error) {
    return { id: request.id, failure: describe(error) };
  }
}

const port = parentPort;
if (port === null) throw new TypeError("The database's thread was started as a program.");
const { dataFolder, engine } = workerData as OpenData;
const database = await PGlite.create({
  dataDir: dataFolder,
  pgliteWasmModule: engine.database,
  initdbWasmModule: engine.initializer,
});
let last: Promise<void> = Promise.resolve();
port.on("message", (request: Request) => {
  last = last.then(async () => {
    port.postMessage(await answer(database, request));
    if ("close" in request) port.close();
  });
});
port.postMessage({ id: 0, isOpen: true } satisfies Reply);
