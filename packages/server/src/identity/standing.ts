/** What somebody is in an organization, out of the database. */
import type { Standing } from "../policy/subjects.ts";
import type { Database } from "../storage/database.ts";
import { isServiceId } from "./services/services.ts";

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
    const groups = await kysely
      .selectFrom("group_member")
      .innerJoin("organization_group", "organization_group.id", "group_member.group_id")
      .select(["organization_group.id", "organization_group.name"])
      .where("group_member.organization_id", "=", organizationId)
      .where("group_member.person_id", "=", personId)
      .execute();
    // A manifest can only know a group by its name; an admin may mean the very one.
    return { roles: [found.role], groups: groups.flatMap(({ id, name }) => [id, name]) };
  };
}
