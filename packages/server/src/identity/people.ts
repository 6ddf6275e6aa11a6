/** People, organizations and who belongs where, in the database. */
import { BerthError, createId, idPrefixes, isSlug } from "@berth/protocol";
import type { OperatorRoleName } from "@berth/protocol/api";
import { bySystem } from "../http/actor.ts";
import type { OrganizationContext } from "../http/api.ts";
import { isUniqueViolation } from "../storage/constraint.ts";
import type { Database } from "../storage/database.ts";
import type { Ground } from "../storage/ground.ts";
import type { ActRecord } from "../trail/trail.ts";
import { type Auth, maxPasswordChars, minPasswordChars } from "./auth.ts";
import type { Identity, Person } from "./identity.ts";
import { insertPerson, parseEmail } from "./insert-person.ts";
import { resolveRole } from "./membership/role-permissions.ts";

const idBytes = 16;

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
  | "slugsOf"
  | "createOrganization"
  | "addMember"
  | "findOrganization"
  | "findMembership"
  | "listMemberships"
>;

export function createPeople(options: {
  readonly auth: Auth;
  readonly database: Pick<Database, "kysely">;
  readonly trail: ActRecord;
  readonly ground: Ground;
}): People {
  const { kysely } = options.database;
  const { trail } = options;
  const { clock, random } = options.ground;
  const newId = (prefix: string) => createId(prefix, random(idBytes));

  const selectPeople = () =>
    kysely
      .selectFrom("person")
      .leftJoin("operator", "operator.person_id", "person.id")
      .select([
        "person.id",
        "person.name",
        "person.email",
        "person.emailVerified",
        "operator.role",
      ]);
  const selectMemberships = (personId: string) =>
    kysely
      .selectFrom("member")
      .innerJoin("organization", "organization.id", "member.organizationId")
      .leftJoin("organization_role", (join) =>
        join
          .onRef("organization_role.id", "=", "member.role")
          .onRef("organization_role.organization_id", "=", "member.organizationId"),
      )
      .select(["organization.id", "organization.slug", "organization.name", "member.role"])
      .select(["organization_role.name as roleName", "organization_role.permissions"])
      .where("member.userId", "=", personId);
  const toContext = (row: {
    readonly id: string;
    readonly slug: string;
    readonly name: string;
    readonly role: string;
    readonly roleName: string | null;
    readonly permissions: unknown;
  }): OrganizationContext => {
    const { id, slug, name, role } = row;
    const resolved = resolveRole(role, { name: row.roleName, permissions: row.permissions });
    return { id, slug, name, role, roleName: resolved.name, permissions: resolved.permissions };
  };
  const toPerson = (row: {
    id: string;
    name: string;
    email: string;
    emailVerified: boolean;
    role: OperatorRoleName | null;
  }): Person => ({
    id: row.id,
    name: row.name,
    email: row.email,
    isEmailVerified: row.emailVerified,
    operatorRole: row.role,
  });

  return {
    async createPerson({ name, password, operatorRole, ...given }) {
      const address = parseEmail(given.email);
      if (password !== undefined) checkPassword(password);
      const now = new Date(clock.now());
      const person: Person = {
        id: newId("per"),
        name,
        email: address,
        isEmailVerified: true,
        operatorRole: operatorRole ?? null,
      };
      const hash =
        password === undefined
          ? undefined
          : await (await options.auth.$context).password.hash(password);
      try {
        const known = { isEmailVerified: true, passwordHash: hash, operatorRole };
        await kysely.transaction().execute(async (trx) => {
          await insertPerson(trx, { id: person.id, name, email: address, ...known, now, newId });
          await trail.record(trx, {
            ...bySystem,
            action: "person.create",
            organizationId: null,
            target: { kind: "person", id: person.id },
            details: { operatorRole: operatorRole ?? null },
            personal: { personId: person.id, fields: { name, email: address } },
          });
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

    async slugsOf(organizationIds) {
      if (organizationIds.length === 0) return new Map();
      const rows = await kysely
        .selectFrom("organization")
        .select(["id", "slug"])
        .where("id", "in", [...new Set(organizationIds)])
        .execute();
      return new Map(rows.map(({ id, slug }) => [id, slug]));
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
          await trail.record(trx, {
            ...bySystem,
            action: "organization.create",
            organizationId: organization.id,
            target: { kind: "organization", id: organization.id },
            details: { slug, name, owner: ownerId },
          });
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
      await kysely.transaction().execute(async (trx) => {
        await trx
          .insertInto("member")
          .values({
            id: newId("mem"),
            organizationId,
            userId: personId,
            role,
            createdAt: new Date(clock.now()),
          })
          .onConflict((on) =>
            on.columns(["organizationId", "userId"]).doUpdateSet({ role, roleFrom: "here" }),
          )
          .execute();
        await trail.record(trx, {
          ...bySystem,
          action: "member.put",
          organizationId,
          target: { kind: "person", id: personId },
          details: { role },
        });
      });
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
