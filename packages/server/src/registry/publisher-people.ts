/** Who publishes in a publisher's name. An owner always remains, and nobody changes their own role. */
import { BerthError } from "@berth/protocol";
import {
  type PublisherPermission,
  type PublisherPersonView,
  type PublisherRoleName,
  permissionsOfPublisherRole,
} from "@berth/protocol/api";
import type { Transaction } from "kysely";
import {
  type ApiContext,
  type Caller,
  callerOf,
  type Handlers,
  publisherOf,
  type RoutesOf,
} from "../http/api.ts";
import { demandHeld } from "../http/demand-held.ts";
import type { Database } from "../storage/database.ts";
import type { Ground } from "../storage/ground.ts";
import type { Schema } from "../storage/schema.ts";
import type { Trail } from "../trail/trail.ts";

interface Named {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly isEmailVerified: boolean;
}

export interface PublisherPeopleOptions {
  readonly database: Pick<Database, "kysely">;
  readonly ground: Pick<Ground, "clock">;
  readonly trail: Pick<Trail, "record">;
  readonly people: {
    /** By id, or by the whole address. */
    findPerson(idOrEmail: string): Promise<Named | undefined>;
  };
  /** Counts lookups of addresses, so that nobody tries a list of them. @throws RATE_LIMITED */
  readonly beginLookup: (personId: string) => void;
}

interface Acting {
  readonly caller: Caller;
  readonly publisherId: string;
  /** As far as the credential goes. */
  readonly held: ReadonlySet<PublisherPermission>;
  readonly requestId: string;
}

export function publisherPeopleHandlers(
  options: PublisherPeopleOptions,
): Handlers<RoutesOf<"Publishers">> {
  const { ground, trail, people } = options;
  const { kysely } = options.database;

  const actingOf = (context: ApiContext): Acting => ({
    caller: callerOf(context),
    publisherId: publisherOf(context).id,
    held: publisherOf(context).permissions ?? new Set(),
    requestId: context.requestId,
  });

  async function view(publisherId: string, personId: string): Promise<PublisherPersonView> {
    const row = await kysely
      .selectFrom("publisher_member")
      .select(["role", "created_at"])
      .where("publisher_id", "=", publisherId)
      .where("person_id", "=", personId)
      .executeTakeFirst();
    const person = await people.findPerson(personId);
    if (row === undefined || person === undefined) throw notFound(personId);
    const { id, name, email } = person;
    return { person: { id, name, email }, role: row.role, since: row.created_at.toISOString() };
  }

  /** Orders the changes of one publisher, and asks again what the caller may. */
  async function takeAuthority(trx: Transaction<Schema>, { caller, publisherId }: Acting) {
    await trx
      .selectFrom("publisher")
      .select("id")
      .where("id", "=", publisherId)
      .forUpdate()
      .execute();
    const rows = await trx
      .selectFrom("publisher_member")
      .select(["person_id", "role"])
      .where("publisher_id", "=", publisherId)
      .execute();
    const own = rows.find(({ person_id }) => person_id === caller.personId);
    if (own !== undefined && permissionsOfPublisherRole[own.role].has("publisher.manage"))
      return rows;
    throw new BerthError("AUTH_FORBIDDEN", "You do not manage this publisher any longer.");
  }

  async function takeOther(trx: Transaction<Schema>, acting: Acting, personId: string) {
    const rows = await takeAuthority(trx, acting);
    const found = rows.find(({ person_id }) => person_id === personId);
    if (found === undefined) throw notFound(personId);
    if (personId === acting.caller.personId) {
      throw new BerthError(
        "AUTH_FORBIDDEN",
        "Nobody changes their own role or removes themselves; another owner does.",
      );
    }
    demandHeld(found.role, permissionsOfPublisherRole[found.role], acting.held);
    const owners = rows.filter(({ role }) => role === "owner");
    return { role: found.role, isLastOwner: found.role === "owner" && owners.length === 1 };
  }

  const record = (
    trx: Transaction<Schema>,
    acting: Acting,
    act: { action: string; personId: string; details: Record<string, string> },
  ) => {
    const { personId: id, by, keyId, sessionId } = acting.caller;
    const credentialId = keyId ?? sessionId;
    return trail.record(trx, {
      ...{ action: act.action, organizationId: null, requestId: acting.requestId },
      actor: { kind: "person", id, by, ...(credentialId === undefined ? {} : { credentialId }) },
      target: { kind: "person", id: act.personId },
      details: { ...act.details, publisher: acting.publisherId },
    });
  };

  return {
    async listPublisherPeople(_input, context) {
      const { id } = publisherOf(context);
      const rows = await kysely
        .selectFrom("publisher_member")
        .select("person_id")
        .where("publisher_id", "=", id)
        // Owners before developers.
        .orderBy("role", "desc")
        .orderBy("created_at")
        .orderBy("person_id")
        .execute();
      return { people: await Promise.all(rows.map(({ person_id }) => view(id, person_id))) };
    },

    async addPublisherPerson({ body: { email, role } }, context) {
      const acting = actingOf(context);
      const { publisherId } = acting;
      options.beginLookup(acting.caller.personId);
      const person = await people.findPerson(email.trim().toLowerCase());
      // By the whole address: an id is nothing that people know of one another. Only where the address
      // proves nothing it is asked for: whoever was shown an invitation of it could have made the account.
      const isAddress = person?.email === email.trim().toLowerCase();
      if (person === undefined || isAddress !== person.isEmailVerified) throw notFound(email);
      await kysely.transaction().execute(async (trx) => {
        await takeAuthority(trx, acting);
        demandHeld(role, permissionsOfPublisherRole[role], acting.held);
        const added = await trx
          .insertInto("publisher_member")
          .values({
            ...{ publisher_id: publisherId, person_id: person.id, role },
            created_at: new Date(ground.clock.now()),
          })
          .onConflict((on) => on.doNothing())
          .returning("person_id")
          .executeTakeFirst();
        if (added === undefined) {
          throw new BerthError(
            "REQUEST_INVALID",
            `${person.email} belongs to the publisher already; change their role.`,
          );
        }
        const act = { action: "publisher.add", personId: person.id, details: { role } };
        await record(trx, acting, act);
      });
      return view(publisherId, person.id);
    },

    async changePublisherRole({ params, body }, context) {
      const acting = actingOf(context);
      await kysely.transaction().execute(async (trx) => {
        const { role: from, isLastOwner } = await takeOther(trx, acting, params.person);
        const to: PublisherRoleName = body.role;
        demandHeld(to, permissionsOfPublisherRole[to], acting.held);
        if (isLastOwner && to !== "owner") throw lastOwner();
        await trx
          .updateTable("publisher_member")
          .set({ role: to })
          .where("publisher_id", "=", acting.publisherId)
          .where("person_id", "=", params.person)
          .execute();
        const details = { from, to };
        await record(trx, acting, { action: "publisher.role", personId: params.person, details });
      });
      return view(acting.publisherId, params.person);
    },

    async removePublisherPerson({ params }, context) {
      const acting = actingOf(context);
      await kysely.transaction().execute(async (trx) => {
        const { role, isLastOwner } = await takeOther(trx, acting, params.person);
        if (isLastOwner) throw lastOwner();
        await trx
          .deleteFrom("publisher_member")
          .where("publisher_id", "=", acting.publisherId)
          .where("person_id", "=", params.person)
          .execute();
        const act = { action: "publisher.remove", personId: params.person, details: { role } };
        await record(trx, acting, act);
      });
      return undefined;
    },
  };
}

const notFound = (idOrEmail: string) =>
  new BerthError(
    "PERSON_NOT_FOUND",
    `There is nobody ${JSON.stringify(idOrEmail.slice(0, 80))} for you here; give the whole address of somebody who has an account.`,
  );

const lastOwner = () =>
  new BerthError("LAST_OWNER", "They are the publisher's last owner; name another one first.");
