/** People, organizations and who belongs where, in the database. */
import { BerthError, createId, idPrefixes, isSlug } from "@berth/protocol";
import type { OrganizationContext, OrganizationRole } from "../http/api.ts";
import { isUniqueViolation } from "../storage/constraint.ts";
import type { Database } from "../storage/database.ts";
import type { Ground } from "../storage/ground.ts";
import { type Auth, maxPasswordChars, minPasswordChars } from "./auth.ts";
import type { Identity, Person } from "./identity.ts";

const idBytes = 16;
const email = /^[^\s@]{1,64}@[^\s@]{1,190}$/;

function parseRole(role: string): OrganizationRole {
  return role === "owner" || role === "admin" ? role : "member";
}

export function checkPassword(password: string): void {
  if (password.length >= minPasswordChars && password.length <= maxPasswordChars) return;
  throw new BerthError(
    "REQUEST_INVALID",
    `The password has ${password.length} characters; expected ${minPasswordChars} to ${maxPasswordChars}.`,
  );
}

type People = Pick<
  Identity,
  | "createPerson"
  | "findPerson"
  | "findOperator"
  | "namesOf"
  | "createOrganization"
  | "addMember"
  | "findOrganization"
  | "findMembership"
  | "listMemberships"
>;

export function createPeople(options: {
  readonly auth: Auth;
  readonly database: Pick<Database, "kysely">;
  readonly ground: Ground;
}): People {
  const { kysely } = options.database;
  const { clock, random } = options.ground;
  const newId = (prefix: string) => createId(prefix, random(idBytes));

  const selectPeople = () =>
    kysely
      .selectFrom("person")
      .leftJoin("operator", "operator.person_id", "person.id")
      .select(["person.id", "person.name", "person.email", "operator.person_id as operator_id"]);
  const selectMemberships = (personId: string) =>
    kysely
      .selectFrom("member")
      .innerJoin("organization", "organization.id", "member.organizationId")
      .select(["organization.id", "organization.slug", "organization.name", "member.role"])
      .where("member.userId", "=", personId);
  const toContext = (
    row: OrganizationContext | (Omit<OrganizationContext, "role"> & { role: string }),
  ) => ({
    id: row.id,
    slug: row.slug,
    name: row.name,
    role: parseRole(row.role),
  });
  const toPerson = (row: {
    id: string;
    name: string;
    email: string;
    operator_id: string | null;
  }): Person => ({
    id: row.id,
    name: row.name,
    email: row.email,
    isOperator: row.operator_id !== null,
  });

  return {
    async createPerson({ name, password, isOperator = false, ...given }) {
      const address = given.email.toLowerCase();
      if (!email.test(address)) {
        throw new BerthError(
          "REQUEST_INVALID",
          `${JSON.stringify(given.email.slice(0, 80))} is not an e-mail address.`,
        );
      }
      if (password !== undefined) checkPassword(password);
      const now = new Date(clock.now());
      const person: Person = { id: newId("per"), name, email: address, isOperator };
      const hash =
        password === undefined
          ? undefined
          : await (await options.auth.$context).password.hash(password);
      try {
        await kysely.transaction().execute(async (trx) => {
          await trx
            .insertInto("person")
            .values({ id: person.id, name, email: address, emailVerified: true })
            .execute();
          if (isOperator) {
            await trx
              .insertInto("operator")
              .values({ person_id: person.id, created_at: now })
              .execute();
          }
          if (hash === undefined) return;
          await trx
            .insertInto("account")
            .values({
              id: newId("acc"),
              accountId: person.id,
              providerId: "credential",
              userId: person.id,
              password: hash,
              updatedAt: now,
            })
            .execute();
        });
      } catch (cause) {
        if (!isUniqueViolation(cause)) throw cause;
        throw new BerthError("REQUEST_INVALID", `A person with the address ${address} exists.`, {
          cause,
        });
      }
      return person;
    },

    async findPerson(idOrEmail) {
      const found = await selectPeople()
        .where((by) =>
          by.or([
            by("person.id", "=", idOrEmail),
            by("person.email", "=", idOrEmail.toLowerCase()),
          ]),
        )
        .executeTakeFirst();
      return found === undefined ? undefined : toPerson(found);
    },

    async findOperator() {
      const found = await selectPeople()
        .where("operator.person_id", "is not", null)
        .orderBy("operator.created_at")
        .limit(1)
        .executeTakeFirst();
      return found === undefined ? undefined : toPerson(found);
    },

    async namesOf(personIds) {
      if (personIds.length === 0) return new Map();
      const rows = await kysely
        .selectFrom("person")
        .select(["id", "name"])
        .where("id", "in", [...new Set(personIds)])
        .execute();
      return new Map(rows.map(({ id, name }) => [id, name]));
    },

    async createOrganization({ slug, name, ownerId }) {
      if (!isSlug(slug)) {
        throw new BerthError(
          "REQUEST_INVALID",
          `The organization's slug is ${JSON.stringify(slug.slice(0, 80))}; expected lower-case letters, digits and dashes.`,
        );
      }
      const organization = { id: newId(idPrefixes.organization), slug, name };
      const createdAt = new Date(clock.now());
      try {
        await kysely.transaction().execute(async (trx) => {
          await trx
            .insertInto("organization")
            .values({ ...organization, createdAt })
            .execute();
          await trx
            .insertInto("member")
            .values({
              id: newId("mem"),
              organizationId: organization.id,
              userId: ownerId,
              role: "owner",
              createdAt,
            })
            .execute();
        });
      } catch (cause) {
        if (!isUniqueViolation(cause)) throw cause;
        throw new BerthError(
          "REQUEST_INVALID",
          `The organization ${slug} exists; choose another slug.`,
          {
            cause,
          },
        );
      }
      return organization;
    },

    async addMember({ organizationId, personId, role }) {
      await kysely
        .insertInto("member")
        .values({
          id: newId("mem"),
          organizationId,
          userId: personId,
          role,
          createdAt: new Date(clock.now()),
        })
        .onConflict((on) => on.columns(["organizationId", "userId"]).doUpdateSet({ role }))
        .execute();
    },

    findOrganization: (slugOrId) =>
      kysely
        .selectFrom("organization")
        .select(["id", "slug", "name"])
        .where((by) => by.or([by("id", "=", slugOrId), by("slug", "=", slugOrId)]))
        .executeTakeFirst(),

    async findMembership(slug, personId) {
      const found = await selectMemberships(personId)
        .where("organization.slug", "=", slug)
        .executeTakeFirst();
      return found === undefined ? undefined : toContext(found);
    },

    async listMemberships(personId) {
      const rows = await selectMemberships(personId).orderBy("organization.slug").execute();
      return rows.map(toContext);
    },
  };
}
