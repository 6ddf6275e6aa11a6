/** Rotates a master key and ends itself by SIGKILL in the midst of a batch. */
import { randomBytes } from "node:crypto";
import { pino } from "pino";
import { openDatabase } from "../../src/storage/database.ts";
import { createLocalKeyService } from "../../src/storage/key-service/local-key-service.ts";
import { rotateMaster } from "../../src/storage/rotate-master.ts";

export interface RotateTask {
  readonly folder: string;
  readonly url: string | null;
  /** Hexadecimal. */
  readonly from: string;
  readonly to: string;
  /** Whole ones, before the one in which it dies. */
  readonly batches: number;
}

const task = JSON.parse(process.argv[2] ?? "null") as RotateTask;
const random = (bytes: number) => new Uint8Array(randomBytes(bytes));
const serviceOf = (key: string) =>
  createLocalKeyService({ random, readKeys: async () => [Buffer.from(key, "hex")] });
const database = await openDatabase({
  folder: task.folder,
  logger: pino({ level: "silent" }),
  ...(task.url === null ? {} : { url: task.url }),
});
const to = serviceOf(task.to);
let batches = 0;
await rotateMaster({
  kysely: database.kysely,
  from: serviceOf(task.from),
  to: {
    ...to,
    async wrap(key, context) {
      // Rows of this batch are written already, and not committed.
      if (batches > task.batches && context.endsWith("9")) process.kill(process.pid, "SIGKILL");
      return to.wrap(key, context);
    },
  },
  batchRows: 4,
  onProgress: () => {
    batches += 1;
  },
});
