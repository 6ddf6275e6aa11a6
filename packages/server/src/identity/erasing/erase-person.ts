/**
 * Erases a person: from the whole host, or from one organization.
 *
 * All of it is one transaction with the act that records it, so that a person is erased and that is
 * recorded, or neither. Their key is destroyed with it: what a record holds of theirs stays sealed for
 * good. Apps know members by pseudonyms; what they hold under those is theirs to erase, so the
 * installations are named to whoever asked.
 * Invariant: an organization keeps an owner, and the host an admin.
 */
import { BerthError, type InstallationId, parseInstallationId } from "@berth/protocol";
import type { OrganizationPermission } from "@berth/protocol/api";
import { type Kysely, sql, type Transaction } from "kysely";
import type { Database } from "../../storage/database.ts";
import type { Ground } from "../../storage/ground.ts";
import type { PersonKeys } from "../../storage/person-keys.ts";
import type { Schema } from "../../storage/schema.ts";
import { scrubPerson } from "../../storage/scrub.ts";
import type { Actor, Trail } from "../../trail/trail.ts";
import { endBound } from "../end-access.ts";
import type { Organization } from "../identity.ts";
import type { AccessChanges } from "../membership/access-changes.ts";
import { demandWithin, lockOrganization } from "../membership/authority.ts";
import { lockRole } from "../membership/lock-role.ts";
import { findRole } from "../membership/role-permissions.ts";

/** A domain that keeps something of persons which must not simply be written over. */
export interface PersonData {
  /** Its tables, which are left to it. */
  readonly tables: readonly string[];
  forget(
    trx: Transaction<Schema>,
    person: {
      readonly id: string;
      readonly opaqueId: string;
      /** Only what this organization holds. */
      readonly organizationId?: string;
    },
  ): Promise<void>;
}

export interface EraseOptions {
  /** Their id, or their e-mail address. */
  readonly person: string;
  readonly actor: Actor;
  readonly requestId: string;
}

export interface EraseMemberOptions extends EraseOptions {
  /** What the one who acts may do there: nobody erases who may do more. */
  readonly held: ReadonlySet<OrganizationPermission>;
}

export interface ErasedPerson {
  /** What the act names them by. */
  readonly opaqueId: string;
  /** Where apps may hold something of theirs, under a pseudonym. */
  readonly installations: readonly {
    readonly id: string;
    readonly app: string;
    readonly organization: string;
    readonly member: string;
  }[];
}

export interface PersonEraser {
  /** @throws PERSON_NOT_FOUND; ERASURE_REFUSED while something would be left without its only owner */
  erase(options: EraseOptions): Promise<ErasedPerson>;
  /** Leaves their account, which other organizations may know. @throws as `erase`; AUTH_FORBIDDEN */
  eraseFromOrganization(
    organization: Organization,
    options: EraseMemberOptions,
  ): Promise<ErasedPerson>;
}

export interface PersonEraserOptions {
  readonly database: Database;
  readonly personKeys: PersonKeys;
  readonly trail: Pick<Trail, "record">;
  readonly data: readonly PersonData[];
  readonly pseudonym: (installationId: InstallationId, personId: string) => string;
  /** Writes out what waits in memory, so that it is found. */
  readonly flush: () => Promise<void>;
  readonly onSessionEnd: (sessionId: string) => void;
  readonly accessChanges: Pick<AccessChanges, "tell">;
  readonly ground: Pick<Ground, "logger">;
}

export const erasedWord = "erased person";

interface Person {
  readonly id: string;
  readonly name: string;
  readonly email: string;
}

type Found = Omit<ErasedPerson, "opaqueId">["installations"];

export function createPersonEraser(options: PersonEraserOptions): PersonEraser {
  const { database, personKeys, trail, data, ground } = options;
  const { kysely } = database;
  const except = data.flatMap(({ tables }) => [...tables]);

  async function findPerson(trx: Transaction<Schema>, wanted: string): Promise<Person> {
    const found = await trx
      .selectFrom("person")
      .select(["id", "name", "email"])
      .where((by) => by.or([by("id", "=", wanted), by("email", "=", wanted.toLowerCase())]))
      .forUpdate()
      .executeTakeFirst();
    if (found !== undefined) return found;
    throw notFound();
  }

  async function installationsOf(
    db: Kysely<Schema>,
    personId: string,
    organizationId?: string,
  ): Promise<Found> {
    let query = db
      .selectFrom("installation")
      .innerJoin("organization", "organization.id", "installation.organization_id")
      .innerJoin("member", "member.organizationId", "organization.id")
      .select(["installation.id", "installation.app", "organization.slug"])
      .where("member.userId", "=", personId);
    if (organizationId !== undefined) query = query.where("organization.id", "=", organizationId);
    const rows = await query.orderBy("installation.id").execute();
    return rows.map(({ id, app, slug }) => ({
      ...{ id, app, organization: slug },
      member: options.pseudonym(parseInstallationId(id), personId),
    }));
  }

  /** Network addresses of theirs: others may share one, so they are looked for in messages only. */
  async function addressesOf(trx: Transaction<Schema>, personId: string): Promise<string[]> {
    const { rows } = await sql<{ address: string }>`
      select distinct "ipAddress" as address from session
      where "userId" = ${personId} and "ipAddress" is not null`.execute(trx);
    return rows.map(({ address }) => address);
  }

  const actorOf = (actor: Actor, personId: string): Actor =>
    actor.id === personId ? { ...actor, id: personKeys.opaqueId(personId) } : actor;

  async function finish(
    personId: string,
    over: { readonly sessions: readonly string[]; readonly organizationIds: readonly string[] },
  ): Promise<void> {
    for (const id of over.sessions) options.onSessionEnd(id);
    for (const organizationId of over.organizationIds) {
      await options.accessChanges.tell({ organizationId, personIds: [personId] });
    }
    // Deleted rows stay in the files until their space is used again.
    await database.compact().catch((error: unknown) => {
      ground.logger.error(
        { err: error },
        "What was erased could not be overwritten in the database's files",
      );
    });
  }

  return {
    async erase({ person: wanted, actor, requestId }) {
      await options.flush();
      const { personId, over, result } = await kysely.transaction().execute(async (trx) => {
        const person = await findPerson(trx, wanted);
        await refuseLastOfMany(trx, person.id);
        const opaqueId = personKeys.opaqueId(person.id);
        const installations = await installationsOf(trx, person.id);
        const sessions = [
          ...(await sessionsOf(trx, person.id)),
          ...(await embedSessionsOf(trx, person.id)),
        ];
        const organizationIds = await organizationsOf(trx, person.id);
        const looseNames = [person.name, ...(await addressesOf(trx, person.id))];
        await personKeys.destroy(trx, person.id);
        for (const each of data) await each.forget(trx, { id: person.id, opaqueId });
        await scrubPerson(trx, {
          personId: person.id,
          names: [person.email],
          looseNames,
          replacement: erasedWord,
          uniqueReplacement: opaqueId,
          except: [...except, "person", "invitation", "verification"],
        });
        await forgetProofs(trx, person);
        await trx.deleteFrom("person").where("id", "=", person.id).execute();
        await trail.record(trx, {
          action: "person.erase",
          organizationId: null,
          actor: actorOf(actor, person.id),
          target: { kind: "person", id: opaqueId },
          details: { installations: installations.length },
          requestId,
        });
        return {
          ...{ personId: person.id, over: { sessions, organizationIds } },
          result: { opaqueId, installations },
        };
      });
      await finish(personId, over);
      return result;
    },

    async eraseFromOrganization(organization, { person: wanted, actor, held, requestId }) {
      await options.flush();
      const person = await kysely.transaction().execute((trx) => findPerson(trx, wanted));
      const opaqueId = personKeys.opaqueId(person.id);
      // The database itself keeps this to the organization's own rows.
      const scoped = database.of(organization.id).transaction();
      const { sessions, installations } = await scoped.execute(async (trx) => {
        // First, as whoever changes members does: else each could wait for the other.
        await lockOrganization(trx, organization.id);
        await refuseBeyond(trx, organization, { personId: person.id, held });
        await refuseLastOwner(trx, organization.id, person.id);
        const found = {
          installations: await installationsOf(trx, person.id, organization.id),
          sessions: await embedSessionsOf(trx, person.id, organization.id),
        };
        await trx
          .deleteFrom("invitation")
          .where("organizationId", "=", organization.id)
          .where("email", "=", person.email)
          .execute();
        for (const domain of data) {
          await domain.forget(trx, { id: person.id, opaqueId, organizationId: organization.id });
        }
        await scrubPerson(trx, {
          personId: person.id,
          names: [person.email],
          looseNames: [person.name],
          replacement: erasedWord,
          uniqueReplacement: opaqueId,
          except: [...except, "organization"],
          organizationId: organization.id,
        });
        await trail.record(trx, {
          action: "member.erase",
          organizationId: organization.id,
          actor: actorOf(actor, person.id),
          target: { kind: "person", id: opaqueId },
          details: { installations: found.installations.length },
          requestId,
        });
        return found;
      });
      // A session is no row of the organization's, though it reaches nothing else.
      const bound = { organizationId: organization.id, personId: person.id };
      const further = await kysely.transaction().execute((trx) => endBound(trx, bound));
      await finish(person.id, {
        ...{ sessions: [...sessions, ...further], organizationIds: [organization.id] },
      });
      return { opaqueId, installations };
    },
  };
}

async function sessionsOf(trx: Transaction<Schema>, personId: string): Promise<string[]> {
  const rows = await trx
    .selectFrom("session")
    .select("id")
    .where("userId", "=", personId)
    .execute();
  return rows.map(({ id }) => id);
}

async function embedSessionsOf(
  trx: Transaction<Schema>,
  personId: string,
  organizationId?: string,
): Promise<string[]> {
  let query = trx.selectFrom("embed_session").select("id").where("person_id", "=", personId);
  if (organizationId !== undefined) query = query.where("organization_id", "=", organizationId);
  return (await query.execute()).map(({ id }) => id);
}

async function organizationsOf(trx: Transaction<Schema>, personId: string): Promise<string[]> {
  const rows = await trx
    .selectFrom("member")
    .select("organizationId")
    .where("userId", "=", personId)
    .execute();
  return rows.map(({ organizationId }) => organizationId);
}

/** A stranger, and who may do what the one who acts may not: an admin ends no owner in this way. */
async function refuseBeyond(
  trx: Transaction<Schema>,
  { id }: Organization,
  { personId, held }: { readonly personId: string; readonly held: EraseMemberOptions["held"] },
): Promise<void> {
  const role = await lockRole(trx, { organizationId: id, personId });
  if (role === undefined) throw notFound();
  const theirs = await findRole(trx, id, role);
  demandWithin({ permissions: held }, theirs?.permissions ?? [], "erase this person");
}

async function forgetProofs(trx: Transaction<Schema>, { id, email }: Person): Promise<void> {
  // Not in the schema's types: better-auth alone writes them.
  await sql`delete from invitation where lower(email) = ${email} or "inviterId" = ${id}`.execute(
    trx,
  );
  await sql`delete from verification where position(${email} in lower(identifier)) > 0
    or position(${email} in lower(value)) > 0 or position(${id} in identifier) > 0
    or position(${id} in value) > 0`.execute(trx);
}

async function refuseLastOwner(
  trx: Transaction<Schema>,
  organizationId: string,
  personId: string,
): Promise<void> {
  await lockOrganization(trx, organizationId);
  const owners = await trx
    .selectFrom("member")
    .innerJoin("organization", "organization.id", "member.organizationId")
    .select(["member.userId", "organization.slug"])
    .where("member.organizationId", "=", organizationId)
    .where("member.role", "=", "owner")
    .execute();
  const [only, ...others] = owners;
  if (only?.userId !== personId || others.length > 0) return;
  throw refused(`the only owner of the organization ${only.slug}; name another owner there first`);
}

async function refuseLastOfMany(trx: Transaction<Schema>, personId: string): Promise<void> {
  const organizations = await trx
    .selectFrom("member")
    .select("organizationId")
    .where("userId", "=", personId)
    .where("role", "=", "owner")
    .orderBy("organizationId")
    .execute();
  for (const { organizationId } of organizations) {
    await refuseLastOwner(trx, organizationId, personId);
  }
  const admins = await trx
    .selectFrom("operator")
    .select("person_id")
    .where("role", "=", "admin")
    .orderBy("person_id")
    .forUpdate()
    .execute();
  if (admins.length === 1 && admins[0]?.person_id === personId) {
    throw refused("the only admin of this host; name another first");
  }
  // As whoever changes a publisher's people does: two owners who are erased at once would leave none.
  await trx
    .selectFrom("publisher")
    .select("id")
    .where("id", "in", (by) =>
      by
        .selectFrom("publisher_member")
        .select("publisher_id")
        .where("person_id", "=", personId)
        .where("role", "=", "owner"),
    )
    .orderBy("id")
    .forUpdate()
    .execute();
  const publishers = await trx
    .selectFrom("publisher_member as own")
    .innerJoin("publisher", "publisher.id", "own.publisher_id")
    .select("publisher.name")
    .where("own.person_id", "=", personId)
    .where("own.role", "=", "owner")
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom("publisher_member as other")
            .select("other.person_id")
            .whereRef("other.publisher_id", "=", "own.publisher_id")
            .where("other.role", "=", "owner")
            .where("other.person_id", "<>", personId),
        ),
      ),
    )
    .executeTakeFirst();
  if (publishers !== undefined) {
    throw refused(
      `the only owner of the publisher ${publishers.name}; name another owner there first`,
    );
  }
}

/** To an organization, the same for who is not here at all and who is elsewhere. */
function notFound(): BerthError {
  return new BerthError(
    "PERSON_NOT_FOUND",
    "There is no such person here; give their id or their e-mail address.",
  );
}

function refused(why: string): BerthError {
  return new BerthError("ERASURE_REFUSED", `They cannot be erased yet: they are ${why}.`);
}
