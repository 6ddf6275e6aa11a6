/**
 * Groups of an organization's directory.
 *
 * What the directory says is kept by its own user ids; whoever of them is an active member is in
 * `group_member` too, which is what decisions read.
 */
import { BerthError, createId } from "@berth/protocol";
import type { ScimGroupBody } from "@berth/protocol/api";
import type { Kysely, Selectable, Transaction } from "kysely";
import { scimInvalid } from "../../http/scim-answer.ts";
import { isUniqueViolation } from "../../storage/constraint.ts";
import type { Ground } from "../../storage/ground.ts";
import type { Schema } from "../../storage/schema.ts";
import { memberIdsOf } from "../groups/groups.ts";
import type { OrganizationGroupTable } from "../sso/tables.ts";
import type { EqualFilter, Page } from "./filter.ts";
import type { GroupStep } from "./patch-group.ts";
import { readPage } from "./read-page.ts";

export type ScimGroupRow = Selectable<OrganizationGroupTable>;
export const groupFilters = ["displayName", "externalId", "id"] as const;

type Trx = Transaction<Schema>;

/** What changed, and whose groups are others by it. */
export interface GroupChange {
  readonly row: ScimGroupRow;
  readonly personIds: readonly string[];
}

export interface ScimGroups {
  find(
    organizationId: string,
    filter: EqualFilter<(typeof groupFilters)[number]> | undefined,
    page: Page,
  ): Promise<{ readonly total: number; readonly rows: readonly ScimGroupRow[] }>;
  /** @throws SCIM_NOT_FOUND */
  get(organizationId: string, id: string): Promise<ScimGroupRow>;
  lock(trx: Trx, organizationId: string, id: string): Promise<ScimGroupRow>;
  /** @throws SCIM_CONFLICT, REQUEST_INVALID for members that are not provisioned here */
  create(trx: Trx, organizationId: string, body: ScimGroupBody): Promise<GroupChange>;
  /** @throws as `create` */
  change(trx: Trx, held: ScimGroupRow, steps: readonly GroupStep[]): Promise<GroupChange>;
  delete(trx: Trx, held: ScimGroupRow): Promise<GroupChange>;
  /** The directory's ids and names of who is in each group. */
  membersOf(
    groupIds: readonly string[],
  ): Promise<ReadonlyMap<string, readonly { readonly value: string; readonly display: string }[]>>;
  /** Ids and names of the directory's groups of each user. */
  groupsOf(
    userIds: readonly string[],
  ): Promise<ReadonlyMap<string, readonly { readonly value: string; readonly display: string }[]>>;
}

const idBytes = 16;
/** PostgreSQL takes 65,535 parameters in a statement. */
const chunkSize = 1_000;

export function createScimGroups(options: {
  readonly kysely: Kysely<Schema>;
  readonly ground: Pick<Ground, "clock" | "random">;
}): ScimGroups {
  const { kysely, ground } = options;
  const now = () => new Date(ground.clock.now());
  const select = (db: Kysely<Schema> | Trx, organizationId: string) =>
    db
      .selectFrom("organization_group")
      .where("organization_id", "=", organizationId)
      .where("source", "=", "scim");

  async function add(trx: Trx, group: ScimGroupRow, ids: readonly string[]): Promise<void> {
    for (let at = 0; at < ids.length; at += chunkSize) {
      const chunk = ids.slice(at, at + chunkSize);
      const users = await trx
        .selectFrom("scim_user")
        .select(["id", "person_id", "is_active"])
        .where("organization_id", "=", group.organization_id)
        .where("id", "in", chunk)
        .orderBy("id")
        // Nobody of them is switched on or off meanwhile: each of the two changes would miss the other.
        .forShare()
        .execute();
      const unknown = chunk.find((id) => !users.some((user) => user.id === id));
      if (unknown !== undefined) {
        throw scimInvalid(
          "invalidValue",
          `The member ${JSON.stringify(unknown)} is nobody whom the directory provisioned here.`,
        );
      }
      await trx
        .insertInto("scim_group_member")
        .values(users.map(({ id }) => ({ group_id: group.id, user_id: id })))
        .onConflict((on) => on.columns(["group_id", "user_id"]).doNothing())
        .execute();
    }
  }

  /**
   * Makes the effective members of a group those of the directory's who are members now.
   *
   * @returns who came in or left
   */
  async function settle(trx: Trx, group: ScimGroupRow): Promise<readonly string[]> {
    const active = trx
      .selectFrom("scim_group_member")
      .innerJoin("scim_user", "scim_user.id", "scim_group_member.user_id")
      .innerJoin("member", (join) =>
        join
          .onRef("member.organizationId", "=", "scim_user.organization_id")
          .onRef("member.userId", "=", "scim_user.person_id"),
      )
      .where("scim_group_member.group_id", "=", group.id)
      .where("scim_user.is_active", "=", true);
    const left = await trx
      .deleteFrom("group_member")
      .where("group_id", "=", group.id)
      .where("person_id", "not in", active.select("scim_user.person_id"))
      .returning("person_id")
      .execute();
    const entered = await trx
      .insertInto("group_member")
      .columns(["group_id", "organization_id", "person_id"])
      .expression(
        active.select([
          "scim_group_member.group_id",
          "scim_user.organization_id",
          "scim_user.person_id",
        ]),
      )
      .onConflict((on) => on.columns(["group_id", "person_id"]).doNothing())
      .returning("person_id")
      .execute();
    return [...left, ...entered].map(({ person_id }) => person_id);
  }

  async function step(trx: Trx, group: ScimGroupRow, change: GroupStep): Promise<void> {
    switch (change.kind) {
      case "rename":
      case "external":
        await trx
          .updateTable("organization_group")
          .set(
            change.kind === "rename"
              ? { name: change.displayName }
              : { external_id: change.externalId },
          )
          .where("id", "=", group.id)
          .execute()
          .catch(conflict);
        return;
      case "add":
        return add(trx, group, change.members);
      case "remove":
        for (let at = 0; at < change.members.length; at += chunkSize) {
          await trx
            .deleteFrom("scim_group_member")
            .where("group_id", "=", group.id)
            .where("user_id", "in", change.members.slice(at, at + chunkSize))
            .execute();
        }
        return;
      case "replace":
        await trx.deleteFrom("scim_group_member").where("group_id", "=", group.id).execute();
        return add(trx, group, change.members);
    }
  }

  const change: ScimGroups["change"] = async (trx, held, steps) => {
    for (const each of steps) await step(trx, held, each);
    const moved = await settle(trx, held);
    const row = await trx
      .updateTable("organization_group")
      .set({ updated_at: now() })
      .where("id", "=", held.id)
      .returningAll()
      .executeTakeFirstOrThrow();
    // Conditions may name a group by its name, so that another name is another group to them.
    const renamed = row.name === held.name ? [] : await memberIdsOf(trx, held.id);
    return { row, personIds: [...new Set([...moved, ...renamed])] };
  };

  return {
    change,
    async find(organizationId, filter, page) {
      let query = select(kysely, organizationId);
      if (filter?.attribute === "id") query = query.where("id", "=", filter.value);
      if (filter?.attribute === "externalId") query = query.where("external_id", "=", filter.value);
      if (filter?.attribute === "displayName") query = query.where("name", "=", filter.value);
      return readPage(query, query.selectAll(), page);
    },
    async get(organizationId, id) {
      const row = await select(kysely, organizationId)
        .selectAll()
        .where("id", "=", id)
        .executeTakeFirst();
      if (row === undefined) throw notFound(id);
      return row;
    },
    async lock(trx, organizationId, id) {
      const row = await select(trx, organizationId)
        .selectAll()
        .where("id", "=", id)
        // Weaker than an update's lock: somebody who is switched on meanwhile enters the group, too.
        .forNoKeyUpdate()
        .executeTakeFirst();
      if (row === undefined) throw notFound(id);
      return row;
    },
    async create(trx, organizationId, body) {
      const row = await trx
        .insertInto("organization_group")
        .values({
          id: createId("grp", ground.random(idBytes)),
          organization_id: organizationId,
          name: body.displayName,
          source: "scim",
          external_id: body.externalId ?? null,
          created_at: now(),
          updated_at: now(),
        })
        .returningAll()
        .executeTakeFirstOrThrow()
        .catch(conflict);
      const ids = [...new Set(body.members?.map(({ value }) => value))];
      return change(trx, row, [{ kind: "add", members: ids }]);
    },
    async delete(trx, held) {
      const personIds = await memberIdsOf(trx, held.id);
      await trx.deleteFrom("organization_group").where("id", "=", held.id).execute();
      return { row: held, personIds };
    },
    async membersOf(groupIds) {
      if (groupIds.length === 0) return new Map();
      const rows = await kysely
        .selectFrom("scim_group_member")
        .innerJoin("scim_user", "scim_user.id", "scim_group_member.user_id")
        .select(["scim_group_member.group_id as key", "scim_user.id as value"])
        .select("scim_user.user_name as display")
        .where("scim_group_member.group_id", "in", groupIds)
        .orderBy("scim_user.id")
        .execute();
      return byKey(rows);
    },
    async groupsOf(userIds) {
      if (userIds.length === 0) return new Map();
      const rows = await kysely
        .selectFrom("scim_group_member")
        .innerJoin("organization_group", "organization_group.id", "scim_group_member.group_id")
        .select(["scim_group_member.user_id as key", "organization_group.id as value"])
        .select("organization_group.name as display")
        .where("scim_group_member.user_id", "in", userIds)
        .orderBy("organization_group.id")
        .execute();
      return byKey(rows);
    },
  };
}

function byKey(rows: readonly { key: string; value: string; display: string }[]) {
  const found = new Map<string, { value: string; display: string }[]>();
  for (const { key, ...item } of rows) {
    const list = found.get(key);
    if (list === undefined) found.set(key, [item]);
    else list.push(item);
  }
  return found;
}

function conflict(cause: unknown): never {
  if (!isUniqueViolation(cause)) throw cause;
  throw new BerthError(
    "SCIM_CONFLICT",
    "The organization has a provisioned group of that displayName already.",
    { cause },
  );
}

function notFound(id: string): BerthError {
  return new BerthError(
    "SCIM_NOT_FOUND",
    `The directory provisioned no group ${JSON.stringify(id.slice(0, 64))} here.`,
  );
}
