/** Handlers of the operator's support: for somebody who cannot sign in, or whose account was taken. */
import { BerthError } from "@berth/protocol";
import { permissionsOfOperatorRole } from "@berth/protocol/api";
import { originOf } from "../http/actor.ts";
import { callerOf, type Handlers, type RoutesOf } from "../http/api.ts";
import type { Database } from "../storage/database.ts";
import type { ActRecord } from "../trail/trail.ts";
import type { Person } from "./identity.ts";
import type { OpenedIdentity } from "./open-identity.ts";
import { isServiceId } from "./services/services.ts";

export function supportHandlers(deps: {
  readonly identity: OpenedIdentity;
  readonly database: Pick<Database, "kysely">;
  readonly trail: ActRecord;
}): Handlers<RoutesOf<"Support">> {
  const { identity, trail } = deps;
  const { kysely } = deps.database;
  const { lockOut, passkeys, secondFactors, sessions } = identity;

  async function getPerson(idOrEmail: string): Promise<Person> {
    const person = await identity.findPerson(idOrEmail);
    if (person !== undefined && !isServiceId(person.id)) return person;
    throw new BerthError(
      "REQUEST_INVALID",
      `There is no person ${JSON.stringify(idOrEmail.slice(0, 80))}; give an id or an e-mail address.`,
    );
  }

  const lockOf = ({ email }: Person) => ({ kind: "account" as const, of: email });
  const codeLockOf = ({ id }: Person) => ({ kind: "secondFactor" as const, of: id });

  return {
    async getPersonSignIn({ params }) {
      const person = await getPerson(params.person);
      const { id, name, email } = person;
      return {
        person: { id, name, email },
        sessions: await sessions.list(id),
        hasSecondFactor: (await secondFactors.state(id)).isOn,
        passkeys: (await passkeys.list(id)).length,
        lockedUntil: (await lockOut.lockedUntil(lockOf(person)))?.toISOString() ?? null,
      };
    },
    async liftLockOut({ params }, context) {
      const person = await getPerson(params.person);
      // Recorded first: what is not on record is not done.
      await kysely.transaction().execute((trx) =>
        trail.record(trx, {
          ...originOf(context),
          action: "lock-out.lift",
          organizationId: null,
          target: { kind: "person", id: person.id },
        }),
      );
      await lockOut.forgive([lockOf(person), codeLockOf(person)]);
    },
    async removePersonSecondFactor({ params }, context) {
      const person = await getPerson(params.person);
      const caller = callerOf(context);
      const theirs = person.operatorRole ? permissionsOfOperatorRole[person.operatorRole] : [];
      // Else support would take an admin's account by way of a password that it learns.
      const beyond = [...theirs].find((name) => !caller.operatorPermissions.has(name));
      if (beyond !== undefined) {
        throw new BerthError(
          "AUTH_FORBIDDEN",
          `${person.name} holds ${beyond} on this host, which you do not; ask somebody who does.`,
          { details: { permission: beyond } },
        );
      }
      const origin = originOf(context);
      await secondFactors.remove(person.id, origin);
      // Who lost the one lost the other, or has no need of support. Left, it would be asked for again.
      for (const { id } of await passkeys.list(person.id)) {
        await passkeys.remove(person.id, id, origin);
      }
      await sessions.endAll({ personId: person.id, origin });
    },
  };
}
