/**
 * Who in Berth an account of an organization's provider is.
 *
 * The rule, in this order:
 * 1. An account that was here before is (organization, issuer, subject), for good. If its person is no
 *    member any longer, it is refused, since a removal is not undone by signing in; unless the directory
 *    has provisioned the account anew, then it is that person's.
 * 2. A person whom this organization's directory provisioned is the account's when the external ids are
 *    the same, or the user name is the account's vouched address. One whom it switched off is refused.
 * 3. A person with the account's address is the account's only if the provider vouches for the address,
 *    the organization has proven its domain, AND the person is a member already.
 * 4. Otherwise a new person is made, if the organization allows it; with the address only if it is
 *    vouched, of a proven domain, and free. An account never becomes somebody else by its address.
 *
 * An owner is an account's only by the address, and only while an owner chose the provider: who manages
 * sign-in must not become an owner by a provider or a directory of their own.
 *
 * A person has one account of an issuer: an address that was given to a colleague's successor leads to
 * a refusal, not into the colleague's data. And whatever is linked, the session reaches this
 * organization only (bound.ts).
 */
import { BerthError, createId } from "@berth/protocol";
import type { Transaction } from "kysely";
import { isUniqueViolation } from "../../storage/constraint.ts";
import type { Ground } from "../../storage/ground.ts";
import type { Schema } from "../../storage/schema.ts";
import type { Connection } from "./connections.ts";
import { isProvenFor } from "./domains.ts";
import type { PersonClaims } from "./read-claims.ts";

export interface LinkedPerson {
  readonly personId: string;
  /** True when they became a member by this sign-in. */
  readonly isNew: boolean;
}

interface Link {
  readonly trx: Transaction<Schema>;
  readonly connection: Connection;
  readonly claims: PersonClaims;
  readonly ground: Pick<Ground, "clock" | "random">;
}

const idBytes = 16;

/** @throws SSO_REFUSED saying which rule refuses */
export async function linkPerson(link: Link): Promise<LinkedPerson> {
  const linked = await findOrMake(link);
  const isOwner = (await findRole(link, linked.personId)) === "owner";
  if (!isOwner || link.connection.isByOwner) return linked;
  throw refused(
    "is an owner's, and the provider was chosen by somebody else; an owner has to save the connection first",
  );
}

async function findOrMake(link: Link): Promise<LinkedPerson> {
  const known = await findKnown(link);
  if (known !== undefined && (await findRole(link, known)) !== undefined) {
    return { personId: known, isNew: false };
  }
  if (known !== undefined) return { personId: await relink(link), isNew: false };
  const found = (await findProvisioned(link)) ?? (await findByAddress(link));
  if (found !== undefined) {
    await remember(link, found);
    return { personId: found, isNew: false };
  }
  if (!link.connection.isJustInTime) {
    throw refused(
      "is no member, and new members are not made by signing in; have it provisioned or invited first",
    );
  }
  const personId = await makePerson(link);
  await remember(link, personId);
  return { personId, isNew: true };
}

/** Undefined for who is no member. */
async function findRole({ trx, connection }: Link, personId: string): Promise<string | undefined> {
  const member = await trx
    .selectFrom("member")
    .select("role")
    .where("organizationId", "=", connection.organizationId)
    .where("userId", "=", personId)
    .executeTakeFirst();
  return member?.role;
}

async function findKnown(link: Link): Promise<string | undefined> {
  const { trx, connection, claims, ground } = link;
  const identity = await trx
    .updateTable("sso_identity")
    .set({ last_used_at: new Date(ground.clock.now()) })
    .where("organization_id", "=", connection.organizationId)
    .where("issuer", "=", connection.issuer)
    .where("subject", "=", claims.subject)
    .returning("person_id")
    .executeTakeFirst();
  return identity?.person_id;
}

async function relink(link: Link): Promise<string> {
  const { trx, connection, claims } = link;
  const found = await findProvisioned(link);
  if (found === undefined) {
    throw refused("was a member and is none any longer; an administrator has to add it again");
  }
  await trx
    .deleteFrom("sso_identity")
    .where("organization_id", "=", connection.organizationId)
    .where("issuer", "=", connection.issuer)
    .where("subject", "=", claims.subject)
    .execute();
  await remember(link, found);
  return found;
}

async function findProvisioned(link: Link): Promise<string | undefined> {
  const { trx, connection, claims } = link;
  const { externalId = null, email = null } = claims;
  const rows = await trx
    .selectFrom("scim_user")
    .select(["person_id", "is_active", "external_id"])
    .where("organization_id", "=", connection.organizationId)
    .where((by) =>
      by.or([
        by("external_id", "=", externalId),
        by(by.fn<string>("lower", ["user_name"]), "=", email),
      ]),
    )
    .execute();
  const row = rows.find(({ external_id }) => external_id === externalId) ?? rows[0];
  if (row === undefined || (await findRole(link, row.person_id)) === "owner") return undefined;
  if (row.is_active) return row.person_id;
  throw refused("was deprovisioned by the organization's directory");
}

async function findByAddress(link: Link): Promise<string | undefined> {
  const { trx, connection, claims } = link;
  if (claims.email === undefined) return undefined;
  if (!(await isProvenFor(trx, connection.organizationId, claims.email))) return undefined;
  const person = await trx
    .selectFrom("person")
    .select("id")
    .where("email", "=", claims.email)
    .executeTakeFirst();
  if (person === undefined) return undefined;
  return (await findRole(link, person.id)) === undefined ? undefined : person.id;
}

async function remember({ trx, connection, claims, ground }: Link, personId: string) {
  const now = new Date(ground.clock.now());
  try {
    await trx
      .insertInto("sso_identity")
      .values({
        organization_id: connection.organizationId,
        issuer: connection.issuer,
        subject: claims.subject,
        person_id: personId,
        created_at: now,
        last_used_at: now,
      })
      .execute();
  } catch (cause) {
    // The account itself may have been remembered a moment ago; the caller asks again.
    if (!isUniqueViolation(cause) || isUniqueViolation(cause, "sso_identity_pkey")) throw cause;
    throw refused(
      "fits a person who signs in by another account of this provider; an administrator can make that account be forgotten",
      cause,
    );
  }
}

async function makePerson(link: Link): Promise<string> {
  const { trx, connection, claims, ground } = link;
  const { organizationId } = connection;
  const personId = await providePerson(trx, { organizationId, ...claims }, ground);
  await trx
    .insertInto("member")
    .values({
      id: createId("mem", ground.random(idBytes)),
      organizationId,
      userId: personId,
      role: claims.role ?? connection.defaultRole,
      createdAt: new Date(ground.clock.now()),
    })
    .execute();
  return personId;
}

/** Makes a person whom the organization manages; with the address only when it is its to give. */
export async function providePerson(
  trx: Transaction<Schema>,
  person: {
    readonly organizationId: string;
    readonly name: string;
    readonly email: string | undefined;
  },
  ground: Pick<Ground, "random">,
): Promise<string> {
  const id = createId("per", ground.random(idBytes));
  const email = await freeAddress(trx, person);
  await trx
    .insertInto("person")
    .values({
      id,
      name: person.name,
      email: email ?? placeholderOf(id),
      emailVerified: email !== undefined,
    })
    .execute();
  await trx
    .insertInto("managed_person")
    .values({ person_id: id, organization_id: person.organizationId })
    .execute();
  return id;
}

/** No mail reaches it, and nobody can claim it: RFC 2606 keeps `.invalid` free. */
export function placeholderOf(personId: string): string {
  return `${personId.replaceAll("_", "-")}@managed.invalid`;
}

/** The address, when the organization has proven its domain and nobody has it. */
export async function freeAddress(
  trx: Transaction<Schema>,
  {
    organizationId,
    email,
  }: { readonly organizationId: string; readonly email: string | undefined },
): Promise<string | undefined> {
  if (email === undefined || !(await isProvenFor(trx, organizationId, email))) return undefined;
  const holder = await trx
    .selectFrom("person")
    .select("id")
    .where("email", "=", email)
    .executeTakeFirst();
  return holder === undefined ? email : undefined;
}

function refused(why: string, cause?: unknown): BerthError {
  return new BerthError("SSO_REFUSED", `The account of the provider ${why}.`, {
    ...(cause === undefined ? {} : { cause }),
  });
}
