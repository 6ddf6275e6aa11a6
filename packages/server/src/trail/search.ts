/** Finds entries by what they say. An organization finds only its own. */
import type { AuditFilters } from "@berth/protocol/api";
import { sql } from "kysely";
import type { Database } from "../storage/database.ts";

export interface FoundEntry {
  readonly index: number;
  readonly leaf: Uint8Array;
  readonly body: string;
}

export interface EntryQuestion {
  /** Null: all. */
  readonly organizationId: string | null;
  readonly filters: AuditFilters;
}

export interface Search {
  /** Newest first. */
  find(
    question: EntryQuestion & { readonly before: number | undefined; readonly limit: number },
  ): Promise<readonly FoundEntry[]>;
  /** Oldest first, from that index on. */
  findFrom(
    question: EntryQuestion & { readonly from: number; readonly limit: number },
  ): Promise<readonly FoundEntry[]>;
  findEntry(organizationId: string | null, index: number): Promise<FoundEntry | undefined>;
}

const pattern = (text: string) => text.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`);

export function createSearch({ kysely }: Pick<Database, "kysely">): Search {
  const select = (organizationId: string | null) =>
    kysely
      .selectFrom("trail_entry")
      .select(["index", "leaf", "body"])
      .where("body", "is not", null)
      .$narrowType<{ body: string }>()
      .$if(organizationId !== null, (query) =>
        query.where("organization_id", "=", organizationId ?? ""),
      );

  function selectBy({ organizationId, filters }: EntryQuestion) {
    const { action, actor, target, installation, from, to, text } = filters;
    let query = select(organizationId);
    if (action?.endsWith("*"))
      query = query.where("action", "like", `${pattern(action.slice(0, -1))}%`);
    else if (action !== undefined) query = query.where("action", "=", action);
    if (actor !== undefined) query = query.where("actor_id", "=", actor);
    if (target !== undefined) query = query.where("target_id", "=", target);
    if (installation !== undefined) query = query.where("installation_id", "=", installation);
    if (from !== undefined) query = query.where("at", ">=", new Date(from));
    if (to !== undefined) query = query.where("at", "<", new Date(to));
    if (text === undefined) return query;
    const like = `%${pattern(text.replaceAll("\0", ""))}%`;
    return query.where((by) =>
      by.or([
        by("action", "ilike", like),
        by("target_id", "ilike", like),
        // As the text of json: jsonb takes no NUL, which an app may have put in.
        sql<boolean>`(body::json ->> 'details') ilike ${like}`,
      ]),
    );
  }

  return {
    find: ({ before, limit, ...question }) =>
      selectBy(question)
        .$if(before !== undefined, (query) => query.where("index", "<", before ?? 0))
        .orderBy("index", "desc")
        .limit(limit)
        .execute(),
    findFrom: ({ from, limit, ...question }) =>
      selectBy(question).where("index", ">=", from).orderBy("index").limit(limit).execute(),
    findEntry: (organizationId, index) =>
      select(organizationId).where("index", "=", index).executeTakeFirst(),
  };
}
