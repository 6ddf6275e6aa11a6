/**
 * Asks whether JSON Schemas can be used.
 *
 * Trust: they are a publisher's, of any size and nesting, and using one means generating code. So this
 * happens in a thread with bounded memory and time, which ends afterwards.
 */
import { Worker } from "node:worker_threads";

export type SchemaAnswers = readonly (string | null)[];

const timeoutMs = 5_000;
const maxSchemaBytes = 262_144;
const resourceLimits = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 };

function ask(schemas: readonly unknown[]): Promise<SchemaAnswers> {
  const file = import.meta.url.endsWith(".ts") ? "./schema-thread.ts" : "./schema-thread.js";
  const worker = new Worker(new URL(file, import.meta.url), {
    workerData: schemas,
    env: {},
    resourceLimits,
  });
  const answer = Promise.withResolvers<SchemaAnswers>();
  const tooHard = () =>
    answer.resolve(
      schemas.map(() => `it was not compiled within ${timeoutMs} ms and 64 MB; make it simpler`),
    );
  const timer = setTimeout(tooHard, timeoutMs);
  worker.once("message", answer.resolve);
  // Running out of memory ends the thread by an error; either way there is no answer.
  worker.once("error", tooHard);
  worker.once("exit", tooHard);
  return answer.promise.finally(() => {
    clearTimeout(timer);
    return worker.terminate();
  });
}

/** For each schema why it cannot be used, or null. */
export async function findSchemaProblem(schemas: readonly unknown[]): Promise<SchemaAnswers> {
  const bytes = Buffer.byteLength(JSON.stringify(schemas));
  if (bytes > maxSchemaBytes) {
    return schemas.map(
      () =>
        `the manifest's schemas have ${bytes} bytes together; at most ${maxSchemaBytes} are allowed`,
    );
  }
  return ask(schemas);
}
