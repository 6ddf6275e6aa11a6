/** What somebody is in an organization, out of the database. */
import type { Kysely } from "kysely";
import type { Standing } from "../policy/subjects.ts";
import type { Database } from "../storage/database.ts";
import type { Schema } from "../storage/schema.ts";
import { isServiceId } from "./services/services.ts";

/**
 * The groups of some persons, by person. A group stands there by its id and by its name: a manifest can only
 * know it by its name; an admin may mean the very one.
 */
export async function readGroups(
  kysely: Kysely<Schema>,
  organizationId: string,
  personIds: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const groups = new Map<string, string[]>();
  if (personIds.length === 0) return groups;
  const rows = await kysely
    .selectFrom("group_member")
    .innerJoin("organization_group", "organization_group.id", "group_member.group_id")
    .select(["group_member.person_id", "organization_group.id", "organization_group.name"])
    .where("group_member.organization_id", "=", organizationId)
    .where("group_member.person_id", "in", personIds)
    .execute();
  for (const { person_id, id, name } of rows) {
    groups.set(person_id, [...(groups.get(person_id) ?? []), id, name]);
  }
  return groups;
}

export function createReadStanding(options: {
  readonly database: Pick<Database, "kysely">;
}): (organizationId: string, personId: string) => Promise<Standing | null> {
  const { kysely } = options.database;

  /** A service principal is no member, and calls apps when it was given that. */
  async function findService(organizationId: string, id: string): Promise<Standing | null> {
    if (!isServiceId(id)) return null;
    const found = await kysely
      .selectFrom("service_principal")
      .select("permissions")
      .where("organization_id", "=", organizationId)
      .where("person_id", "=", id)
      .where("disabled_at", "is", null)
      .executeTakeFirst();
    return found?.permissions.includes("apps.use") ? { roles: ["service"], groups: [] } : null;
  }

  return async (organizationId, personId) => {
    const found = await kysely
      .selectFrom("member")
      .select("role")
      .where("organizationId", "=", organizationId)
      .where("userId", "=", personId)
      .executeTakeFirst();
    if (found === undefined) return findService(organizationId, personId);
    const groups = await readGroups(kysely, organizationId, [personId]);
    return { roles: [found.role], groups: groups.get(personId) ?? [] };
  };
}
