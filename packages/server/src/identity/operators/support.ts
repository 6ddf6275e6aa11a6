/**
 * What support does for people: finds them, ends their sessions, makes them a sign-in link.
 *
 * Trust: whoever opens such a link is that person. So all of it is recorded before it is answered,
 * and none of it is done to an operator who may do more than the one who acts.
 */
import { BerthError } from "@berth/protocol";
import { type PersonView, permissionsOfOperatorRole } from "@berth/protocol/api";
import type { Transaction } from "kysely";
import type { Schema } from "../../storage/schema.ts";
import type { Act } from "../../trail/trail.ts";
import type { SignInLink } from "../identity.ts";
import { actorOf } from "../membership/authority.ts";
import type { SignInLinks } from "../sign-in-link.ts";
import { type OperatorActing, type OperatorOptions, personNotFound } from "./operators.ts";

export interface Support {
  /** At most 50. */
  findPeople(search: string): Promise<readonly PersonView[]>;
  /** @returns how many were ended. @throws PERSON_NOT_FOUND, AUTH_FORBIDDEN */
  endSessions(acting: OperatorActing, personId: string): Promise<number>;
  /** @throws PERSON_NOT_FOUND, AUTH_FORBIDDEN */
  createSignInLink(acting: OperatorActing, personId: string): Promise<SignInLink>;
}

export interface SupportOptions extends OperatorOptions {
  readonly links: SignInLinks;
  readonly tellSessionEnd: (sessionId: string) => void;
}

const maxFound = 50;

export function createSupport(options: SupportOptions): Support {
  const { trail, links, tellSessionEnd } = options;
  const { kysely } = options.database;

  async function act(
    trx: Transaction<Schema>,
    { caller, requestId }: OperatorActing,
    {
      action,
      personId,
      details = {},
    }: { action: string; personId: string; details?: Act["details"] },
  ): Promise<void> {
    const target = await trx
      .selectFrom("person")
      .leftJoin("operator", "operator.person_id", "person.id")
      .select(["person.id", "operator.role"])
      .where("person.id", "=", personId)
      .executeTakeFirst();
    if (target === undefined) throw personNotFound(personId);
    const theirs = target.role === null ? [] : [...permissionsOfOperatorRole[target.role]];
    const more = theirs.find((permission) => !caller.operatorPermissions.has(permission));
    if (more !== undefined) {
      throw new BerthError(
        "AUTH_FORBIDDEN",
        `They are an operator with the permission ${more}, which you do not hold yourself; ask an admin.`,
        { details: { permission: more } },
      );
    }
    await trail.record(trx, {
      ...{ action, organizationId: null, actor: actorOf(caller), requestId },
      ...{ target: { kind: "person", id: personId }, details },
    });
  }

  return {
    async findPeople(search) {
      const like = `%${search
        .trim()
        .toLowerCase()
        .replaceAll(/[\\%_]/g, "\\$&")}%`;
      const people = await kysely
        .selectFrom("person")
        .leftJoin("operator", "operator.person_id", "person.id")
        .select(["person.id", "person.name", "person.email", "operator.role"])
        .where((by) =>
          by.or([
            by(by.fn("lower", ["person.name"]), "like", like),
            by("person.email", "like", like),
          ]),
        )
        .orderBy("person.name")
        .orderBy("person.id")
        .limit(maxFound)
        .execute();
      const ids = people.map(({ id }) => id);
      const places =
        ids.length === 0
          ? []
          : await kysely
              .selectFrom("member")
              .innerJoin("organization", "organization.id", "member.organizationId")
              .select(["member.userId", "organization.slug"])
              .where("member.userId", "in", ids)
              .orderBy("organization.slug")
              .execute();
      return people.map(({ id, name, email, role }) => ({
        ...{ id, name, email, operatorRole: role },
        organizations: places.filter(({ userId }) => userId === id).map(({ slug }) => slug),
      }));
    },

    async endSessions(acting, personId) {
      const ended = await kysely.transaction().execute(async (trx) => {
        const sessions = await trx
          .deleteFrom("session")
          .where("userId", "=", personId)
          .returning("id")
          .execute();
        const embedded = await trx
          .deleteFrom("embed_session")
          .where("person_id", "=", personId)
          .returning("id")
          .execute();
        const all = [...sessions, ...embedded].map(({ id }) => id);
        const details = { sessions: all.length };
        await act(trx, acting, { action: "person.end-sessions", personId, details });
        return all;
      });
      for (const session of ended) tellSessionEnd(session);
      return ended.length;
    },

    async createSignInLink(acting, personId) {
      await kysely
        .transaction()
        .execute((trx) => act(trx, acting, { action: "person.sign-in-link", personId }));
      // Recorded before it is made: a link that nobody knows of is worse than a record without one.
      return links.create(personId);
    },
  };
}
