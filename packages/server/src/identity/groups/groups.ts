/** Groups of an organization: read by everybody in it, made and changed by hand. */
import { BerthError, createId } from "@berth/protocol";
import { type GroupDetail, type GroupView, groupSources } from "@berth/protocol/api";
import type { Kysely, Transaction } from "kysely";
import { isUniqueViolation } from "../../storage/constraint.ts";
import type { Ground } from "../../storage/ground.ts";
import type { Schema } from "../../storage/schema.ts";

type Db = Kysely<Schema> | Transaction<Schema>;

export interface GroupRef {
  readonly organizationId: string;
  readonly groupId: string;
}

export interface Groups {
  list(organizationId: string): Promise<readonly GroupView[]>;
  /** @throws GROUP_NOT_FOUND */
  get(ref: GroupRef, db?: Db): Promise<GroupDetail>;
  /** @throws REQUEST_INVALID when the name is taken, or past the bound */
  create(trx: Transaction<Schema>, organizationId: string, name: string): Promise<GroupDetail>;
  /** @throws GROUP_NOT_FOUND; REQUEST_INVALID for a group of another source, or a name that is taken */
  rename(trx: Transaction<Schema>, ref: GroupRef, name: string): Promise<GroupDetail>;
  /** @throws GROUP_NOT_FOUND */
  delete(trx: Transaction<Schema>, ref: GroupRef): Promise<void>;
  /** Everybody in it, by their ids. */
  memberIds(trx: Transaction<Schema>, groupId: string): Promise<readonly string[]>;
  /**
   * @param member - a member's id or e-mail address
   * @throws GROUP_NOT_FOUND, REQUEST_INVALID for who is no member
   * @returns the member's id
   */
  add(trx: Transaction<Schema>, ref: GroupRef, member: string): Promise<string>;
  /** @throws GROUP_NOT_FOUND; PERSON_NOT_FOUND for who is not in it */
  remove(trx: Transaction<Schema>, ref: GroupRef, personId: string): Promise<void>;
  /** Ids of the groups that a member is in, of every source; none for who is no member. */
  groupsOf(organizationId: string, personId: string): Promise<readonly string[]>;
}

const idBytes = 16;
const maxGroups = 5_000;
const maxShownMembers = 1_000;

export function createGroups(options: {
  readonly kysely: Kysely<Schema>;
  readonly ground: Pick<Ground, "clock" | "random">;
}): Groups {
  const { kysely, ground } = options;
  const now = () => new Date(ground.clock.now());
  const select = (db: Db, organizationId: string) =>
    db
      .selectFrom("organization_group as g")
      .leftJoin("group_member as m", "m.group_id", "g.id")
      .select(["g.id", "g.name", "g.source", "g.created_at"])
      .select((by) => by.fn.count("m.person_id").as("members"))
      .where("g.organization_id", "=", organizationId)
      .groupBy(["g.id", "g.name", "g.source", "g.created_at"]);

  async function get({ organizationId, groupId }: GroupRef, db: Db = kysely) {
    const row = await select(db, organizationId).where("g.id", "=", groupId).executeTakeFirst();
    if (row === undefined) throw notFound(groupId);
    const members = await db
      .selectFrom("group_member")
      .innerJoin("person", "person.id", "group_member.person_id")
      .select(["person.id", "person.name"])
      .where("group_member.group_id", "=", groupId)
      .orderBy("person.name")
      .orderBy("person.id")
      .limit(maxShownMembers)
      .execute();
    return { ...viewOf(row), members };
  }

  async function requireByHand(trx: Transaction<Schema>, { organizationId, groupId }: GroupRef) {
    const row = await trx
      .selectFrom("organization_group")
      .select("source")
      .where("organization_id", "=", organizationId)
      .where("id", "=", groupId)
      .forUpdate()
      .executeTakeFirst();
    if (row === undefined) throw notFound(groupId);
    if (row.source === "hand") return;
    throw new BerthError(
      "REQUEST_INVALID",
      "The group comes from outside, so who is in it is decided there; change it in the directory or the provider.",
    );
  }

  return {
    get,
    async list(organizationId) {
      const rows = await select(kysely, organizationId)
        .orderBy("g.name")
        .orderBy("g.id")
        .limit(maxGroups)
        .execute();
      return rows.map(viewOf);
    },
    async create(trx, organizationId, name) {
      const { count } = await trx
        .selectFrom("organization_group")
        .select((by) => by.fn.countAll().as("count"))
        .where("organization_id", "=", organizationId)
        .executeTakeFirstOrThrow();
      if (Number(count) >= maxGroups) {
        throw new BerthError(
          "REQUEST_INVALID",
          `The organization has ${maxGroups} groups already.`,
        );
      }
      const id = createId("grp", ground.random(idBytes));
      const created = await trx
        .insertInto("organization_group")
        .values({
          ...{ id, organization_id: organizationId, name, source: "hand", external_id: null },
          ...{ created_at: now(), updated_at: now() },
        })
        .onConflict((on) => on.columns(["organization_id", "source", "name"]).doNothing())
        .returning("id")
        .executeTakeFirst();
      if (created === undefined) throw taken(name);
      return get({ organizationId, groupId: id }, trx);
    },
    async rename(trx, ref, name) {
      await requireByHand(trx, ref);
      try {
        await trx
          .updateTable("organization_group")
          .set({ name, updated_at: now() })
          .where("id", "=", ref.groupId)
          .execute();
      } catch (cause) {
        throw isUniqueViolation(cause) ? taken(name) : cause;
      }
      return get(ref, trx);
    },
    async delete(trx, { organizationId, groupId }) {
      const gone = await trx
        .deleteFrom("organization_group")
        .where("organization_id", "=", organizationId)
        .where("id", "=", groupId)
        .returning("id")
        .executeTakeFirst();
      if (gone === undefined) throw notFound(groupId);
    },
    memberIds: memberIdsOf,
    async add(trx, ref, member) {
      await requireByHand(trx, ref);
      const { organizationId, groupId } = ref;
      const person = await trx
        .selectFrom("member")
        .innerJoin("person", "person.id", "member.userId")
        .select("person.id")
        .where("member.organizationId", "=", organizationId)
        .where((by) =>
          by.or([by("person.id", "=", member), by("person.email", "=", member.toLowerCase())]),
        )
        .executeTakeFirst();
      if (person === undefined) {
        // The same for who is not here at all and who is elsewhere.
        throw new BerthError(
          "REQUEST_INVALID",
          `The organization has no member ${JSON.stringify(member.slice(0, 80))}; invite them first.`,
        );
      }
      await trx
        .insertInto("group_member")
        .values({ group_id: groupId, organization_id: organizationId, person_id: person.id })
        .onConflict((on) => on.columns(["group_id", "person_id"]).doNothing())
        .execute();
      return person.id;
    },
    async remove(trx, ref, personId) {
      await requireByHand(trx, ref);
      const { numDeletedRows } = await trx
        .deleteFrom("group_member")
        .where("group_id", "=", ref.groupId)
        .where("person_id", "=", personId)
        .executeTakeFirst();
      // Nothing was done, so that nothing is recorded in their name either.
      if (numDeletedRows === 0n) {
        throw new BerthError(
          "PERSON_NOT_FOUND",
          `There is nobody ${JSON.stringify(personId.slice(0, 64))} in this group.`,
        );
      }
    },
    async groupsOf(organizationId, personId) {
      const rows = await kysely
        .selectFrom("group_member")
        .select("group_id")
        .where("organization_id", "=", organizationId)
        .where("person_id", "=", personId)
        .orderBy("group_id")
        .execute();
      return rows.map(({ group_id }) => group_id);
    },
  };
}

/** Everybody in a group, of whatever source, by their ids. */
export async function memberIdsOf(
  trx: Transaction<Schema>,
  groupId: string,
): Promise<readonly string[]> {
  const rows = await trx
    .selectFrom("group_member")
    .select("person_id")
    .where("group_id", "=", groupId)
    .execute();
  return rows.map(({ person_id }) => person_id);
}

function viewOf(row: {
  id: string;
  name: string;
  source: string;
  created_at: Date;
  members: string | number | bigint;
}): GroupView {
  return {
    id: row.id,
    name: row.name,
    // The table's check leaves no other.
    source: groupSources.find((source) => source === row.source) ?? "hand",
    memberCount: Number(row.members),
    createdAt: row.created_at.toISOString(),
  };
}

function notFound(groupId: string): BerthError {
  return new BerthError(
    "GROUP_NOT_FOUND",
    `The organization has no group ${JSON.stringify(groupId.slice(0, 64))}.`,
  );
}

function taken(name: string): BerthError {
  return new BerthError(
    "REQUEST_INVALID",
    `The organization has a group ${JSON.stringify(name)} already; choose another name.`,
  );
}
