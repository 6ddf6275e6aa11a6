/**
 * The whole log as lines that `berth audit verify` checks with no server. What the reader may not see,
 * or retention dropped, is a bare leaf hash.
 */
import {
  createTreeBuilder,
  formatCheckpointLine,
  formatEndLine,
  formatEntryLine,
  formatHeaderLine,
} from "@berth/audit";
import type { Database } from "../storage/database.ts";
import type { LogKeys } from "./log-keys.ts";

const pageSize = 1_000;

export interface ExportLogOptions {
  readonly database: Pick<Database, "kysely">;
  readonly logKeys: Pick<LogKeys, "origin" | "vkeys">;
  /** Whose entries are shown; null: all. */
  readonly organizationId: string | null;
  /** Up to which size; a checkpoint of it must be there, or 0. */
  readonly size: number;
}

export async function* exportLog(options: ExportLogOptions): AsyncGenerator<string> {
  const { database, logKeys, organizationId, size } = options;
  const { kysely } = database;
  const vkeys = (await logKeys.vkeys()).map(({ text }) => text);
  yield formatHeaderLine({ origin: logKeys.origin, vkeys });
  const tree = createTreeBuilder();
  while (tree.size < size) {
    const from = tree.size;
    const to = Math.min(size, from + pageSize);
    const [entries, checkpoints] = await Promise.all([
      kysely
        .selectFrom("trail_entry")
        .select(["index", "leaf", "body", "organization_id", "action"])
        .where("index", ">=", from)
        .where("index", "<", to)
        .orderBy("index")
        .execute(),
      kysely
        .selectFrom("trail_checkpoint")
        .select(["size", "note"])
        .where("size", ">", from)
        .where("size", "<=", to)
        .execute(),
    ]);
    const noteAt = new Map(checkpoints.map((checkpoint) => [checkpoint.size, checkpoint.note]));
    let lines = "";
    for (const { index, leaf, body, organization_id, action } of entries) {
      const isShown =
        organizationId === null ||
        organization_id === organizationId ||
        // Whoever verifies has to know who may sign.
        action?.startsWith("log.key.");
      lines += formatEntryLine({ index, leafHash: leaf, body: isShown ? body : null });
      tree.append(leaf);
      const note = noteAt.get(tree.size);
      if (note !== undefined) lines += formatCheckpointLine({ note, frontier: tree.frontier() });
    }
    if (tree.size !== to) throw new TypeError(`The log has no entry ${tree.size}.`);
    yield lines;
  }
  yield formatEndLine(size);
}
