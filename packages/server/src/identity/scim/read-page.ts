/** A page of a list, the oldest first, with how many there are (RFC 7644, section 3.4.2.4). */
import { type SelectQueryBuilder, sql } from "kysely";
import type { Schema } from "../../storage/schema.ts";
import type { Page } from "./filter.ts";

type Listed = "scim_user" | "organization_group";

/**
 * @param matching - without columns
 * @param rows - the same, with the columns that are wanted
 */
export async function readPage<Table extends Listed, Row>(
  matching: SelectQueryBuilder<Schema, Table, object>,
  rows: SelectQueryBuilder<Schema, Table, Row>,
  page: Page,
) {
  const { count } = await matching
    .select(sql<string | number>`count(*)`.as("count"))
    .executeTakeFirstOrThrow();
  const found = await rows
    .orderBy(sql`created_at`)
    .orderBy(sql`id`)
    .offset(page.startIndex - 1)
    .limit(page.count)
    .execute();
  return { total: Number(count), rows: found };
}
