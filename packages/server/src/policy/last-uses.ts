/**
 * When each grant was last used: noted in memory at each use, written in groups.
 *
 * A killed process loses the last half minute; what is asked of it is a matter of days.
 */
import { sql } from "kysely";
import type { Database } from "../storage/database.ts";
import type { Ground } from "../storage/ground.ts";
import { createPeriodicFlush } from "../storage/periodic-flush.ts";

export interface LastUses extends AsyncDisposable {
  note(grantId: string): void;
  /** What is noted and perhaps not written, in milliseconds since 1970. */
  find(grantId: string): number | undefined;
  /** Writes now. */
  flush(): Promise<void>;
}

export interface LastUsesOptions {
  readonly database: Pick<Database, "kysely">;
  readonly ground: Pick<Ground, "clock" | "logger">;
  /** Default 30 s. */
  readonly flushIntervalMs?: number;
}

const rowsAtOnce = 1_000;

/** Needs the table `installation_grant`. Closing it writes what is left. */
export function openLastUses({ database, ground, flushIntervalMs }: LastUsesOptions): LastUses {
  const { clock, logger } = ground;
  const noted = new Map<string, number>();

  async function write(): Promise<void> {
    // In one order: two processes that lock the same rows in different ones would wait for each other.
    const due = [...noted].sort(([a], [b]) => (a < b ? -1 : 1));
    for (let start = 0; start < due.length; start += rowsAtOnce) {
      const group = due.slice(start, start + rowsAtOnce);
      const rows = JSON.stringify(
        group.map(([id, at]) => ({ id, at: new Date(at).toISOString() })),
      );
      await sql`
        update installation_grant as held set last_used_at = used.at
        from jsonb_to_recordset(${rows}::jsonb) as used (id text, at timestamptz)
        where held.id = used.id and (held.last_used_at is null or held.last_used_at < used.at)
      `.execute(database.kysely);
      // Of one that was used again meanwhile the later moment stays.
      for (const [id, at] of group) if (noted.get(id) === at) noted.delete(id);
    }
  }

  const { flush, stop } = createPeriodicFlush({
    write,
    intervalMs: flushIntervalMs ?? 30_000,
    logger,
    complaint: "when grants were last used was not written; it is kept for the next time",
  });

  return {
    note: (grantId) => void noted.set(grantId, clock.now()),
    find: (grantId) => noted.get(grantId),
    flush,
    async [Symbol.asyncDispose]() {
      stop();
      await flush();
    },
  };
}
