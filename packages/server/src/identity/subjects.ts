/** The members of organizations as conditions and policies see them: by their role and their groups. */
import type { Database } from "../storage/database.ts";
import { readGroups } from "./standing.ts";

/** @see policy/known-subjects.ts, whose shape this has */
export function createSubjects({ kysely }: Pick<Database, "kysely">) {
  const members = (organizationId: string) =>
    kysely
      .selectFrom("member")
      .innerJoin("person", "person.id", "member.userId")
      .select(["person.id as personId", "person.name", "member.role"])
      .where("member.organizationId", "=", organizationId);
  async function toSubjects(
    organizationId: string,
    rows: readonly { readonly personId: string; readonly name: string; readonly role: string }[],
  ) {
    const ids = rows.map(({ personId }) => personId);
    const groups = await readGroups(kysely, organizationId, ids);
    return rows.map(({ personId, name, role }) => ({
      ...{ personId, name },
      roles: [role] as readonly string[],
      groups: groups.get(personId) ?? [],
    }));
  }

  return {
    async list(organizationId: string, limit: number) {
      const rows = await members(organizationId)
        .orderBy("person.name")
        .orderBy("person.id")
        .limit(limit)
        .execute();
      return toSubjects(organizationId, rows);
    },
    async find(organizationId: string, idOrEmail: string) {
      const row = await members(organizationId)
        .where((by) =>
          by.or([
            by("person.id", "=", idOrEmail),
            by("person.email", "=", idOrEmail.toLowerCase()),
          ]),
        )
        .executeTakeFirst();
      return row === undefined ? undefined : (await toSubjects(organizationId, [row]))[0];
    },
  };
}
