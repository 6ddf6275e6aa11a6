/** What somebody is in an organization, out of the database. */
import type { Standing } from "../policy/subjects.ts";
import type { Database } from "../storage/database.ts";

export function createReadStanding(options: {
  readonly database: Pick<Database, "kysely">;
}): (organizationId: string, personId: string) => Promise<Standing | null> {
  const { kysely } = options.database;
  return async (organizationId, personId) => {
    const found = await kysely
      .selectFrom("member")
      .select("role")
      .where("organizationId", "=", organizationId)
      .where("userId", "=", personId)
      .executeTakeFirst();
    if (found === undefined) return null;
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
