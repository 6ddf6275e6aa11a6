/** Who runs this Berth. An admin always remains, and nobody changes their own role. */
import { BerthError } from "@berth/protocol";
import {
  type OperatorRoleName,
  type OperatorView,
  permissionsOfOperatorRole,
} from "@berth/protocol/api";
import type { Transaction } from "kysely";
import type { Caller } from "../../http/api.ts";
import { demandHeld } from "../../http/demand-held.ts";
import type { Database } from "../../storage/database.ts";
import type { Ground } from "../../storage/ground.ts";
import type { Schema } from "../../storage/schema.ts";
import type { Trail } from "../../trail/trail.ts";
import { parseEmail } from "../insert-person.ts";
import { actorOf } from "../membership/authority.ts";
import { isServiceId } from "../services/services.ts";

export interface OperatorOptions {
  readonly database: Pick<Database, "kysely">;
  readonly ground: Ground;
  readonly trail: Pick<Trail, "record">;
}

/** Who acts on the whole host, and in which request. */
export interface OperatorActing {
  readonly caller: Caller;
  readonly requestId: string;
}

export interface Operators {
  list(): Promise<readonly OperatorView[]>;
  /**
   * @param operator - by an address that its owner has proven, or by the account's id
   * @throws PERSON_NOT_FOUND; REQUEST_INVALID when they are one, or nobody has proven the address
   */
  add(
    acting: OperatorActing,
    operator: { readonly email: string; readonly role: OperatorRoleName },
  ): Promise<OperatorView>;
  /** @throws PERSON_NOT_FOUND, AUTH_FORBIDDEN, LAST_OWNER */
  changeRole(
    acting: OperatorActing,
    personId: string,
    role: OperatorRoleName,
  ): Promise<OperatorView>;
  /** @throws PERSON_NOT_FOUND, AUTH_FORBIDDEN, LAST_OWNER */
  remove(acting: OperatorActing, personId: string): Promise<void>;
}

export function personNotFound(idOrEmail: string): BerthError {
  return new BerthError(
    "PERSON_NOT_FOUND",
    `There is nobody ${JSON.stringify(idOrEmail.slice(0, 80))} for you here; give the whole address of somebody who has an account, or the id of somebody who is listed.`,
  );
}

/** Whoever is shown an invitation's link may make an account of its address, whosever that is. */
export function addressNotProven(email: string): BerthError {
  return new BerthError(
    "REQUEST_INVALID",
    `There is an account of ${email}, and nobody has proven that the address is theirs: whoever was shown an invitation of it could have made it. Ask the person for their id, and send that.`,
  );
}

export function createOperators({ database, ground, trail }: OperatorOptions): Operators {
  const { kysely } = database;
  const select = () =>
    kysely
      .selectFrom("operator")
      .innerJoin("person", "person.id", "operator.person_id")
      .select(["person.id", "person.name", "person.email", "operator.role", "operator.created_at"]);
  type Row = Awaited<ReturnType<ReturnType<typeof select>["executeTakeFirstOrThrow"]>>;
  const view = ({ id, name, email, role, created_at }: Row): OperatorView => ({
    ...{ person: { id, name, email }, role, since: created_at.toISOString() },
  });

  /** Orders the changes of operators: each holds the admins' rows, of which one is its caller's. */
  async function takeAuthority(trx: Transaction<Schema>, { caller }: OperatorActing) {
    const admins = await trx
      .selectFrom("operator")
      .select("person_id")
      .where("role", "=", "admin")
      .orderBy("person_id")
      .forUpdate()
      .execute();
    const own = await trx
      .selectFrom("operator")
      .select("role")
      .where("person_id", "=", caller.personId)
      .executeTakeFirst();
    if (own !== undefined && permissionsOfOperatorRole[own.role].has("host.manage")) return admins;
    throw new BerthError("AUTH_FORBIDDEN", "You are no admin of this Berth any longer.");
  }

  async function takeOther(trx: Transaction<Schema>, acting: OperatorActing, personId: string) {
    const admins = await takeAuthority(trx, acting);
    const found = await trx
      .selectFrom("operator")
      .select("role")
      .where("person_id", "=", personId)
      .executeTakeFirst();
    if (found === undefined) throw personNotFound(personId);
    if (personId === acting.caller.personId) {
      throw new BerthError(
        "AUTH_FORBIDDEN",
        "Nobody changes their own role or removes themselves; another admin does.",
      );
    }
    demandHeld(
      found.role,
      permissionsOfOperatorRole[found.role],
      acting.caller.operatorPermissions,
    );
    return { ...found, isLastAdmin: found.role === "admin" && admins.length === 1 };
  }

  const record = (
    trx: Transaction<Schema>,
    { caller, requestId }: OperatorActing,
    act: { action: string; personId: string; details: Record<string, string> },
  ) =>
    trail.record(trx, {
      ...{ action: act.action, organizationId: null, actor: actorOf(caller), requestId },
      ...{ target: { kind: "person", id: act.personId }, details: act.details },
    });

  const get = async (personId: string) =>
    view(await select().where("person.id", "=", personId).executeTakeFirstOrThrow());

  return {
    async list() {
      return (await select().orderBy("person.name").orderBy("person.id").execute()).map(view);
    },

    async add(acting, { email, role }) {
      const named = email.includes("@") ? parseEmail(email) : email.trim();
      const personId = await kysely.transaction().execute(async (trx) => {
        await takeAuthority(trx, acting);
        demandHeld(role, permissionsOfOperatorRole[role], acting.caller.operatorPermissions);
        const person = await trx
          .selectFrom("person")
          .select(["id", "email", "emailVerified"])
          .where((by) => by.or([by("email", "=", named), by("id", "=", named)]))
          .executeTakeFirst();
        if (person === undefined || isServiceId(person.id)) throw personNotFound(named);
        if (person.email === named && !person.emailVerified) throw addressNotProven(named);
        const added = await trx
          .insertInto("operator")
          .values({ person_id: person.id, role, created_at: new Date(ground.clock.now()) })
          .onConflict((on) => on.doNothing())
          .returning("person_id")
          .executeTakeFirst();
        if (added === undefined) {
          throw new BerthError(
            "REQUEST_INVALID",
            `${person.email} is an operator already; change their role.`,
          );
        }
        const act = { action: "operator.add", personId: person.id, details: { role } };
        await record(trx, acting, act);
        return person.id;
      });
      return get(personId);
    },

    async changeRole(acting, personId, role) {
      await kysely.transaction().execute(async (trx) => {
        const { role: from, isLastAdmin } = await takeOther(trx, acting, personId);
        demandHeld(role, permissionsOfOperatorRole[role], acting.caller.operatorPermissions);
        if (isLastAdmin && role !== "admin") throw lastAdmin();
        await trx.updateTable("operator").set({ role }).where("person_id", "=", personId).execute();
        const act = { action: "operator.role", personId, details: { from, to: role } };
        await record(trx, acting, act);
      });
      return get(personId);
    },

    async remove(acting, personId) {
      await kysely.transaction().execute(async (trx) => {
        const { role, isLastAdmin } = await takeOther(trx, acting, personId);
        if (isLastAdmin) throw lastAdmin();
        await trx.deleteFrom("operator").where("person_id", "=", personId).execute();
        await record(trx, acting, { action: "operator.remove", personId, details: { role } });
      });
    },
  };
}

const lastAdmin = () =>
  new BerthError("LAST_OWNER", "They are the last admin of this Berth; name another one first.");
