/** The table behind the logs, trimmed to the newest entries of each installation. */
import type { Database } from "../storage/database.ts";
import type { LogEntry } from "./insight.ts";

export interface LogTable {
  append(installationId: string, entries: readonly LogEntry[]): Promise<void>;
  /** Oldest first. */
  latest(
    installationId: string,
    limit: number,
    organizationId?: string,
  ): Promise<readonly LogEntry[]>;
  after(installationId: string, id: number, limit: number): Promise<readonly LogEntry[]>;
  remove(installationId: string): Promise<void>;
}

export interface LogTableOptions {
  readonly database: Pick<Database, "kysely" | "of">;
  readonly entriesKept: number;
}

const appendsBetweenTrims = 500;

export function createLogTable({ database, entriesKept }: LogTableOptions): LogTable {
  const untrimmed = new Map<string, number>();
  const db = database.kysely;

  async function trim(installationId: string): Promise<void> {
    const oldest = await db
      .selectFrom("log_entry")
      .select("id")
      .where("installation_id", "=", installationId)
      .orderBy("id", "desc")
      .offset(entriesKept)
      .limit(1)
      .executeTakeFirst();
    if (oldest === undefined) return;
    await db
      .deleteFrom("log_entry")
      .where("installation_id", "=", installationId)
      .where("id", "<=", oldest.id)
      .execute();
  }

  const from = (installationId: string, organizationId?: string) =>
    (organizationId === undefined ? db : database.of(organizationId))
      .selectFrom("log_entry")
      .selectAll()
      .where("installation_id", "=", installationId);

  return {
    async append(installationId, entries) {
      await db
        .insertInto("log_entry")
        .values(
          entries.map((entry) => ({
            installation_id: installationId,
            id: Number(entry.id),
            at: new Date(entry.at),
            level: entry.level,
            source: entry.source,
            request_id: entry.requestId,
            message: entry.message,
          })),
        )
        // A group whose answer was lost is written again.
        .onConflict((conflict) => conflict.columns(["installation_id", "id"]).doNothing())
        .execute();
      const count = (untrimmed.get(installationId) ?? appendsBetweenTrims) + entries.length;
      if (count < appendsBetweenTrims) {
        untrimmed.set(installationId, count);
        return;
      }
      await trim(installationId);
      untrimmed.set(installationId, 0);
    },
    async latest(installationId, limit, organizationId) {
      const rows = await from(installationId, organizationId)
        .orderBy("id", "desc")
        .limit(limit)
        .execute();
      return rows.reverse().map(read);
    },
    async after(installationId, id, limit) {
      const rows = await from(installationId)
        .where("id", ">", id)
        .orderBy("id")
        .limit(limit)
        .execute();
      return rows.map(read);
    },
    async remove(installationId) {
      untrimmed.delete(installationId);
      await db.deleteFrom("log_entry").where("installation_id", "=", installationId).execute();
    },
  };
}

interface Row {
  readonly id: number;
  readonly at: Date;
  readonly level: LogEntry["level"];
  readonly source: LogEntry["source"];
  readonly request_id: string | null;
  readonly message: string;
}

function read(row: Row): LogEntry {
  return {
    id: String(row.id),
    at: row.at.getTime(),
    level: row.level,
    source: row.source,
    requestId: row.request_id,
    message: row.message,
  };
}
