/**
 * Takes a membership away with everything that was opened by it.
 *
 * An owner's is not taken from outside: an ownership was given here. A person whom the organization
 * itself made, and who belongs nowhere else, loses all sessions and keys; anybody else what is bound to
 * the organization, while their other sessions stay, with open connections cut.
 */
import { BerthError } from "@berth/protocol";
import type { Transaction } from "kysely";
import type { Schema } from "../storage/schema.ts";

export interface Membership {
  readonly organizationId: string;
  readonly personId: string;
}

/**
 * @returns sessions whose end is to be told once the transaction holds
 * @throws AUTH_FORBIDDEN for an owner
 */
export async function endAccess(
  trx: Transaction<Schema>,
  { organizationId, personId }: Membership,
): Promise<readonly string[]> {
  const member = await trx
    .selectFrom("member")
    .select("role")
    .where("organizationId", "=", organizationId)
    .where("userId", "=", personId)
    .forUpdate()
    .executeTakeFirst();
  if (member?.role === "owner") {
    throw new BerthError(
      "AUTH_FORBIDDEN",
      "This person owns the organization, and an owner is not removed from outside; give the ownership up in Berth first.",
    );
  }
  if (member === undefined) return [];
  await trx
    .deleteFrom("member")
    .where("organizationId", "=", organizationId)
    .where("userId", "=", personId)
    .execute();
  const isOnlyHere = await isOnlyOf(trx, { organizationId, personId });
  const own = await trx.selectFrom("session").select("id").where("userId", "=", personId).execute();
  const embedded = await trx
    .deleteFrom("embed_session")
    .where("organization_id", "=", organizationId)
    .where("person_id", "=", personId)
    .returning("id")
    .execute();
  if (isOnlyHere) {
    await trx.deleteFrom("session").where("userId", "=", personId).execute();
    await trx.deleteFrom("api_key").where("referenceId", "=", personId).execute();
  } else await endBound(trx, { organizationId, personId });
  return [...own, ...embedded].map(({ id }) => id);
}

/** True for a person whom the organization itself made, and who belongs to no other. */
export async function isOnlyOf(
  trx: Transaction<Schema>,
  { organizationId, personId }: Membership,
): Promise<boolean> {
  const managed = await trx
    .selectFrom("managed_person")
    .select("person_id")
    .where("person_id", "=", personId)
    .where("organization_id", "=", organizationId)
    .where((by) =>
      by.not(
        by.exists(
          by
            .selectFrom("member")
            .select("id")
            .where("userId", "=", personId)
            .where("organizationId", "<>", organizationId),
        ),
      ),
    )
    .executeTakeFirst();
  return managed !== undefined;
}

/**
 * Ends the sessions and keys that came by the organization's single sign-on: one person's, or all.
 *
 * @returns the sessions
 */
export async function endBound(
  trx: Transaction<Schema>,
  { organizationId, personId }: { readonly organizationId: string; readonly personId?: string },
): Promise<readonly string[]> {
  let sessions = trx
    .deleteFrom("session")
    .where("id", "in", (by) =>
      by
        .selectFrom("sso_session")
        .select("session_id")
        .where("organization_id", "=", organizationId),
    );
  let keys = trx
    .deleteFrom("api_key")
    .where("id", "in", (by) =>
      by.selectFrom("sso_key").select("key_id").where("organization_id", "=", organizationId),
    );
  if (personId !== undefined) {
    sessions = sessions.where("userId", "=", personId);
    keys = keys.where("referenceId", "=", personId);
  }
  await keys.execute();
  return (await sessions.returning("id").execute()).map(({ id }) => id);
}
