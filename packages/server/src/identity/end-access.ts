/**
 * Takes a membership away with everything that was opened by it.
 *
 * What is bound to the organization ends with the membership, so that it does not come to life again when
 * somebody is let in anew. From outside an owner's is not taken: an ownership was given here. And a person
 * whom the organization itself made, and who belongs nowhere else, then loses all sessions and keys.
 */
import { BerthError } from "@berth/protocol";
import type { Transaction } from "kysely";
import type { Schema } from "../storage/schema.ts";
import { lockRole } from "./membership/lock-role.ts";

export interface Membership {
  readonly organizationId: string;
  readonly personId: string;
}

/**
 * For who decides from outside, also when the membership is gone already. Other sessions of the person
 * stay, with open connections cut.
 *
 * @returns sessions whose end is to be told once the transaction holds
 * @throws AUTH_FORBIDDEN for an owner
 */
export async function endAccess(
  trx: Transaction<Schema>,
  { organizationId, personId }: Membership,
): Promise<readonly string[]> {
  if ((await lockRole(trx, { organizationId, personId })) === "owner") {
    throw new BerthError(
      "AUTH_FORBIDDEN",
      "This person owns the organization, and an owner is not removed from outside; give the ownership up in Berth first.",
    );
  }
  await trx
    .deleteFrom("member")
    .where("organizationId", "=", organizationId)
    .where("userId", "=", personId)
    .execute();
  const isOnlyHere = await isOnlyOf(trx, { organizationId, personId });
  const own = await trx.selectFrom("session").select("id").where("userId", "=", personId).execute();
  const opened = await endOpened(trx, { organizationId, personId });
  if (isOnlyHere) {
    await trx.deleteFrom("session").where("userId", "=", personId).execute();
    await trx.deleteFrom("api_key").where("referenceId", "=", personId).execute();
  }
  return [...new Set([...own.map(({ id }) => id), ...opened])];
}

/**
 * Ends what was opened for the membership alone: sessions by the product and by single sign-on, keys that
 * were made in such, and keys that are limited to the organization.
 *
 * @returns the sessions
 */
export async function endOpened(
  trx: Transaction<Schema>,
  { organizationId, personId }: Membership,
): Promise<readonly string[]> {
  const embedded = await trx
    .deleteFrom("embed_session")
    .where("organization_id", "=", organizationId)
    .where("person_id", "=", personId)
    .returning("id")
    .execute();
  await trx
    .deleteFrom("api_key")
    .where("referenceId", "=", personId)
    .where("organization_id", "=", organizationId)
    .execute();
  const bound = await endBound(trx, { organizationId, personId });
  return [...embedded.map(({ id }) => id), ...bound];
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
