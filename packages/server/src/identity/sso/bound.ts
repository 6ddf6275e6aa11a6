/**
 * Sessions and keys that came by an organization's single sign-on.
 *
 * Invariant: they reach that organization and nothing else of the person's. An organization's provider
 * says who somebody is; it must gain nothing by that where others decide.
 */
import type { Kysely, Transaction } from "kysely";
import type { Clock } from "../../storage/ground.ts";
import type { Schema } from "../../storage/schema.ts";

type Db = Kysely<Schema>;

/** The organization that the session is bound to; undefined for one that was proven otherwise. */
export async function findSessionBound(
  kysely: Db,
  sessionId: string,
  clock: Clock,
): Promise<{ readonly organizationId: string; readonly isOver: boolean } | undefined> {
  const row = await kysely
    .selectFrom("sso_session")
    .select(["organization_id", "expires_at"])
    .where("session_id", "=", sessionId)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return {
    organizationId: row.organization_id,
    isOver: row.expires_at.getTime() <= clock.now(),
  };
}

/** A key that is made in a bound session is bound too, in the transaction that makes it. */
export async function bindKey(
  trx: Transaction<Schema>,
  keyId: string,
  organizationId: string,
): Promise<void> {
  await trx
    .insertInto("sso_key")
    .values({ key_id: keyId, organization_id: organizationId })
    .execute();
}

/** True when members other than owners reach the organization by single sign-on only. */
export async function requiresSingleSignOn(kysely: Db, organizationId: string): Promise<boolean> {
  const row = await kysely
    .selectFrom("sso_connection")
    .select("is_required")
    .where("organization_id", "=", organizationId)
    .executeTakeFirst();
  return row?.is_required === true;
}
