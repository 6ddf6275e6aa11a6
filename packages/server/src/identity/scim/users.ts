/**
 * People as an organization's directory sees them.
 *
 * A directory sees and touches only whom it provisioned. What it may do to somebody whom the
 * organization did not make itself, but who was a member before, is to end the membership and begin it
 * anew: name and address stay theirs. Nobody becomes such a person's counterpart by an address alone:
 * its domain must be proven and the person a member already (the rule of sso/link-person.ts). Owners
 * are not removed from outside.
 */
import { BerthError, createId } from "@berth/protocol";
import type { ScimUserBody } from "@berth/protocol/api";
import type { Kysely, Selectable, Transaction } from "kysely";
import { isUniqueViolation } from "../../storage/constraint.ts";
import type { Ground } from "../../storage/ground.ts";
import type { Schema } from "../../storage/schema.ts";
import { endAccess, isOnlyOf } from "../end-access.ts";
import { isProvenFor } from "../sso/domains.ts";
import { freeAddress, placeholderOf, providePerson } from "../sso/link-person.ts";
import { addressOf, plainText } from "../sso/read-claims.ts";
import type { ScimUserTable } from "../sso/tables.ts";
import type { EqualFilter, Page } from "./filter.ts";
import { readPage } from "./read-page.ts";

export type ScimUserRow = Selectable<ScimUserTable>;
export const userFilters = ["userName", "externalId", "id"] as const;

type Trx = Transaction<Schema>;

export interface ScimUserRef {
  readonly organizationId: string;
  readonly id: string;
}

/** What changed, and the sessions to be told of once it holds. */
export interface UserChange {
  readonly row: ScimUserRow;
  readonly endedSessions: readonly string[];
  /** They came in, or are out. */
  readonly hasAccessChanged: boolean;
}

export interface ScimUsers {
  find(
    organizationId: string,
    filter: EqualFilter<(typeof userFilters)[number]> | undefined,
    page: Page,
  ): Promise<{ readonly total: number; readonly rows: readonly ScimUserRow[] }>;
  /** @throws SCIM_NOT_FOUND */
  get(ref: ScimUserRef): Promise<ScimUserRow>;
  /** As `get`, held until the transaction ends. */
  lock(trx: Trx, ref: ScimUserRef): Promise<ScimUserRow>;
  /** @throws SCIM_CONFLICT */
  create(trx: Trx, organizationId: string, body: ScimUserBody): Promise<UserChange>;
  /** @throws SCIM_CONFLICT; AUTH_FORBIDDEN when an owner would be switched off */
  replace(trx: Trx, row: ScimUserRow, body: ScimUserBody): Promise<UserChange>;
  /** @throws AUTH_FORBIDDEN for an owner */
  delete(trx: Trx, row: ScimUserRow): Promise<UserChange>;
}

const idBytes = 16;
const maxNameChars = 120;

/** The body that a row was made from, as it is shown again. */
export function bodyOf(row: ScimUserRow): ScimUserBody {
  // Written by `attributesOf`.
  const attributes = row.attributes as Omit<ScimUserBody, "userName" | "externalId" | "active">;
  return {
    ...attributes,
    userName: row.user_name,
    externalId: row.external_id,
    active: row.is_active,
  };
}

const attributesOf = ({ displayName, name, emails }: ScimUserBody): string =>
  JSON.stringify({ displayName, name, emails });

function nameOf({ displayName, name, userName }: ScimUserBody): string {
  const parts = [name?.givenName, name?.familyName].map((part) => plainText(part, 60));
  return (
    plainText(displayName, maxNameChars) ||
    plainText(name?.formatted, maxNameChars) ||
    parts.join(" ").trim() ||
    plainText(userName, maxNameChars) ||
    "Member"
  );
}

/** In lower case: the primary address, the first, or a user name that is one. */
function emailOf({ emails, userName }: ScimUserBody): string | undefined {
  const primary = emails?.find((email) => email.primary === true) ?? emails?.[0];
  return [primary?.value, userName]
    .map((text) => addressOf(text?.trim() ?? ""))
    .find((text) => text !== undefined);
}

export function createScimUsers(options: {
  readonly kysely: Kysely<Schema>;
  readonly ground: Pick<Ground, "clock" | "random">;
  /** What a provisioned person is in the organization. */
  readonly defaultRoleOf: (trx: Trx, organizationId: string) => Promise<string>;
}): ScimUsers {
  const { kysely, ground } = options;
  const now = () => new Date(ground.clock.now());
  const select = (db: Kysely<Schema> | Trx, { organizationId, id }: ScimUserRef) =>
    db
      .selectFrom("scim_user")
      .selectAll()
      .where("organization_id", "=", organizationId)
      .where("id", "=", id);

  async function activate(
    trx: Trx,
    row: Pick<ScimUserRow, "id" | "organization_id" | "person_id">,
  ) {
    const { organization_id: organizationId, person_id: personId } = row;
    await trx
      .insertInto("member")
      .values({
        id: createId("mem", ground.random(idBytes)),
        organizationId,
        userId: personId,
        role: await options.defaultRoleOf(trx, organizationId),
        createdAt: now(),
      })
      .onConflict((on) => on.columns(["organizationId", "userId"]).doNothing())
      .execute();
    // Into the groups in which the directory has kept them meanwhile.
    await trx
      .insertInto("group_member")
      .columns(["group_id", "organization_id", "person_id"])
      .expression((by) =>
        by
          .selectFrom("scim_group_member")
          .where("user_id", "=", row.id)
          .select((to) => [
            "group_id",
            to.val(organizationId).as("organization_id"),
            to.val(personId).as("person_id"),
          ]),
      )
      .onConflict((on) => on.columns(["group_id", "person_id"]).doNothing())
      .execute();
  }

  async function isManaged(trx: Trx, organizationId: string, personId: string) {
    const row = await trx
      .selectFrom("managed_person")
      .select("person_id")
      .where("organization_id", "=", organizationId)
      .where("person_id", "=", personId)
      .executeTakeFirst();
    return row !== undefined;
  }

  /** Name and address of a person whom the organization made; nobody else's. */
  async function describe(trx: Trx, organizationId: string, personId: string, body: ScimUserBody) {
    if (!(await isManaged(trx, organizationId, personId))) return;
    const email = emailOf(body);
    const held = await trx
      .selectFrom("person")
      .select("email")
      .where("id", "=", personId)
      .executeTakeFirstOrThrow();
    const next = email === held.email ? email : await freeAddress(trx, { organizationId, email });
    await trx
      .updateTable("person")
      .set({
        name: nameOf(body),
        email: next ?? placeholderOf(personId),
        emailVerified: next !== undefined,
        updatedAt: now(),
      })
      .where("id", "=", personId)
      .execute();
  }

  /** Who is here already and is this user by the rule; undefined for nobody. */
  async function findPerson(trx: Trx, organizationId: string, body: ScimUserBody) {
    const byAccount = await trx
      .selectFrom("sso_identity")
      .innerJoin("managed_person", "managed_person.person_id", "sso_identity.person_id")
      .select("sso_identity.person_id")
      .where("sso_identity.organization_id", "=", organizationId)
      .where("managed_person.organization_id", "=", organizationId)
      .where("sso_identity.subject", "=", body.externalId ?? null)
      .executeTakeFirst();
    if (byAccount !== undefined) return byAccount.person_id;
    const email = emailOf(body);
    if (email === undefined || !(await isProvenFor(trx, organizationId, email))) return undefined;
    const member = await trx
      .selectFrom("person")
      .innerJoin("member", "member.userId", "person.id")
      .select("person.id")
      .where("person.email", "=", email)
      .where("member.organizationId", "=", organizationId)
      .executeTakeFirst();
    return member?.id;
  }

  return {
    async find(organizationId, filter, page) {
      let query = kysely.selectFrom("scim_user").where("organization_id", "=", organizationId);
      if (filter?.attribute === "id") query = query.where("id", "=", filter.value);
      if (filter?.attribute === "externalId") {
        query = query.where("external_id", "=", filter.value);
      }
      if (filter?.attribute === "userName") {
        query = query.where((by) =>
          by(by.fn<string>("lower", ["user_name"]), "=", filter.value.toLowerCase()),
        );
      }
      return readPage(query, query.selectAll(), page);
    },
    async get(ref) {
      const row = await select(kysely, ref).executeTakeFirst();
      if (row === undefined) throw notFound(ref.id);
      return row;
    },
    async lock(trx, ref) {
      const row = await select(trx, ref).forUpdate().executeTakeFirst();
      if (row === undefined) throw notFound(ref.id);
      return row;
    },
    async create(trx, organizationId, body) {
      const found = await findPerson(trx, organizationId, body);
      const personId =
        found ??
        (await providePerson(
          trx,
          { organizationId, name: nameOf(body), email: emailOf(body) },
          ground,
        ));
      const row = await trx
        .insertInto("scim_user")
        .values({
          id: createId("scu", ground.random(idBytes)),
          organization_id: organizationId,
          person_id: personId,
          user_name: body.userName,
          external_id: body.externalId ?? null,
          is_active: body.active,
          attributes: attributesOf(body),
          created_at: now(),
          updated_at: now(),
        })
        .returningAll()
        .executeTakeFirstOrThrow()
        .catch(conflict);
      if (found !== undefined) await describe(trx, organizationId, personId, body);
      if (body.active) {
        await activate(trx, row);
        return { row, endedSessions: [], hasAccessChanged: true };
      }
      const endedSessions = await endAccess(trx, { organizationId, personId });
      return { row, endedSessions, hasAccessChanged: true };
    },
    async replace(trx, held, body) {
      const { organization_id: organizationId, person_id: personId } = held;
      const row = await trx
        .updateTable("scim_user")
        .set({
          user_name: body.userName,
          external_id: body.externalId ?? null,
          is_active: body.active,
          attributes: attributesOf(body),
          updated_at: now(),
        })
        .where("id", "=", held.id)
        .returningAll()
        .executeTakeFirstOrThrow()
        .catch(conflict);
      await describe(trx, organizationId, personId, body);
      if (body.active && !held.is_active) await activate(trx, row);
      const endedSessions = body.active ? [] : await endAccess(trx, { organizationId, personId });
      return { row, endedSessions, hasAccessChanged: !body.active || !held.is_active };
    },
    async delete(trx, held) {
      const { organization_id: organizationId, person_id: personId } = held;
      const endedSessions = await endAccess(trx, { organizationId, personId });
      await trx.deleteFrom("scim_user").where("id", "=", held.id).execute();
      if (await isOnlyOf(trx, { organizationId, personId })) {
        // The address may be the next person's; what this one did stays theirs.
        await trx
          .updateTable("person")
          .set({ email: placeholderOf(personId), emailVerified: false, updatedAt: now() })
          .where("id", "=", personId)
          .execute();
      }
      return { row: held, endedSessions, hasAccessChanged: true };
    },
  };
}

function conflict(cause: unknown): never {
  if (!isUniqueViolation(cause)) throw cause;
  throw new BerthError(
    "SCIM_CONFLICT",
    "The organization has a provisioned person of that userName or externalId already, or who is the same member.",
    { cause },
  );
}

function notFound(id: string): BerthError {
  return new BerthError(
    "SCIM_NOT_FOUND",
    `The directory provisioned no person ${JSON.stringify(id.slice(0, 64))} here.`,
  );
}
