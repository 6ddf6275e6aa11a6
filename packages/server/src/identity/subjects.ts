/** The members of organizations as conditions and policies see them: by their role. */
import type { Database } from "../storage/database.ts";

/** @see policy/known-subjects.ts, whose shape this has */
export function createSubjects({ kysely }: Pick<Database, "kysely">) {
  const members = (organizationId: string) =>
    kysely
      .selectFrom("member")
      .innerJoin("person", "person.id", "member.userId")
      .select(["person.id as personId", "person.name", "member.role"])
      .where("member.organizationId", "=", organizationId);
  const toSubject = (row: {
    readonly personId: string;
    readonly name: string;
    readonly role: string;
  }) => ({
    personId: row.personId,
    name: row.name,
    roles: [row.role] as readonly string[],
    groups: [] as readonly string[],
  });

  return {
    async list(organizationId: string, limit: number) {
      const rows = await members(organizationId)
        .orderBy("person.name")
        .orderBy("person.id")
        .limit(limit)
        .execute();
      return rows.map(toSubject);
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
      return row === undefined ? undefined : toSubject(row);
    },
  };
}
