/** The role of a member, who keeps it until the transaction ends. */
import type { Transaction } from "kysely";
import type { Schema } from "../../storage/schema.ts";

/** Undefined for who is no member. */
export async function lockRole(
  trx: Transaction<Schema>,
  member: { readonly organizationId: string; readonly personId: string },
): Promise<string | undefined> {
  const found = await trx
    .selectFrom("member")
    .select("role")
    .where("organizationId", "=", member.organizationId)
    .where("userId", "=", member.personId)
    .forUpdate()
    .executeTakeFirst();
  return found?.role;
}
