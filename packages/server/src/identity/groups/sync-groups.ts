/**
 * Makes a member's groups of one source exactly those that a sign-in named. Groups of other sources
 * stay: what a person here or the directory said is not a provider's to change.
 */
import { createId } from "@berth/protocol";
import type { GroupSource } from "@berth/protocol/api";
import type { Transaction } from "kysely";
import type { Ground } from "../../storage/ground.ts";
import type { Schema } from "../../storage/schema.ts";

const idBytes = 16;
/** A provider that names ever new groups must not fill the database. */
const maxGroupsOfSource = 2_000;

export interface GroupSync {
  readonly organizationId: string;
  readonly personId: string;
  readonly source: Extract<GroupSource, "sso" | "embed">;
  /** Each once. Beyond two thousand of the organization's, names that are not known are left out. */
  readonly names: readonly string[];
}

/** @returns whether the member is in other groups now than before */
export async function syncGroups(
  trx: Transaction<Schema>,
  { organizationId, personId, source, names }: GroupSync,
  ground: Pick<Ground, "clock" | "random">,
): Promise<boolean> {
  const now = new Date(ground.clock.now());
  const ofSource = () =>
    trx
      .selectFrom("organization_group")
      .select("id")
      .where("organization_id", "=", organizationId)
      .where("source", "=", source);
  const known = names.length === 0 ? [] : await ofSource().where("name", "in", names).execute();
  if (known.length < names.length) {
    const all = await ofSource().limit(maxGroupsOfSource).execute();
    const rows = names.slice(0, Math.max(0, maxGroupsOfSource - all.length)).map((name) => ({
      ...{ id: createId("grp", ground.random(idBytes)), organization_id: organizationId, name },
      ...{ source, external_id: null, created_at: now, updated_at: now },
    }));
    if (rows.length > 0) {
      await trx
        .insertInto("organization_group")
        .values(rows)
        .onConflict((on) => on.columns(["organization_id", "source", "name"]).doNothing())
        .execute();
    }
  }
  const wanted = names.length === 0 ? [] : await ofSource().where("name", "in", names).execute();
  const ids = wanted.map(({ id }) => id);
  let left = trx
    .deleteFrom("group_member")
    .where("organization_id", "=", organizationId)
    .where("person_id", "=", personId)
    .where("group_id", "in", ofSource());
  if (ids.length > 0) left = left.where("group_id", "not in", ids);
  const hasLeft = (await left.returning("group_id").execute()).length > 0;
  if (ids.length === 0) return hasLeft;
  const entered = await trx
    .insertInto("group_member")
    .values(
      ids.map((id) => ({ group_id: id, organization_id: organizationId, person_id: personId })),
    )
    .onConflict((on) => on.columns(["group_id", "person_id"]).doNothing())
    .returning("group_id")
    .execute();
  return hasLeft || entered.length > 0;
}
