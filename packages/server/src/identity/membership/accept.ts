/**
 * Accepting an invitation: by its token alone as somebody new, or signed in with the address that it
 * is for.
 *
 * Trust: the caller of `describe` and `join` is unknown. Both answer alike whether or not the address
 * has an account: `join` does the same work, uses up the token for these two, and says the same;
 * whoever has an account accepts once they have signed in.
 */
import { createId } from "@berth/protocol";
import type { Transaction } from "kysely";
import { isUniqueViolation } from "../../storage/constraint.ts";
import type { Schema } from "../../storage/schema.ts";
import type { Actor } from "../../trail/trail.ts";
import { type AttemptBound, createAttempts } from "../attempts.ts";
import type { Auth } from "../auth.ts";
import { insertPerson } from "../insert-person.ts";
import { networkOf } from "../network-of.ts";
import { checkPassword } from "../people.ts";
import { type Acting, actorOf } from "./authority.ts";
import { type Invitations, invitationInvalid, type TakenInvitation } from "./invitations.ts";
import type { MembershipOptions } from "./roles.ts";

export interface Accepting {
  /** @throws INVITATION_INVALID, RATE_LIMITED */
  describe(proof: Proof): Promise<TakenInvitation>;
  /** @throws INVITATION_INVALID, RATE_LIMITED, REQUEST_INVALID */
  join(
    proof: Proof & { readonly name: string; readonly password: string; readonly requestId: string },
  ): Promise<Pick<TakenInvitation, "email" | "slug">>;
  /** @throws INVITATION_INVALID also when it is for another address */
  accept(acting: Omit<Acting, "organizationId">, token: string): Promise<TakenInvitation>;
}

interface Proof {
  readonly token: string;
  /** The client's network address. */
  readonly address: string | null;
}

const idBytes = 16;
const perAddress: AttemptBound = { max: 50, windowMs: 300_000 };

export function createAccepting(
  options: MembershipOptions & { readonly auth: Auth; readonly invitations: Invitations },
): Accepting {
  const { auth, ground, trail, invitations, accessChanges } = options;
  const { kysely } = options.database;
  const attempts = createAttempts(ground.clock);
  const newId = (prefix: string) => createId(prefix, ground.random(idBytes));

  async function counted<Value>(address: string | null, prove: () => Promise<Value>) {
    const keys = { [`address ${networkOf(address)}`]: perAddress };
    attempts.begin(keys);
    const proven = await prove();
    attempts.forgive(keys);
    return proven;
  }

  async function takeUnanswered(trx: Transaction<Schema>, token: string) {
    const invitation = await invitations.take(trx, token);
    if (invitation.isJoined) throw invitationInvalid();
    return invitation;
  }

  /** Whoever is a member already keeps the role that they have. */
  async function enter(
    trx: Transaction<Schema>,
    { id, organizationId, role }: TakenInvitation,
    by: { readonly personId: string; readonly actor: Actor; readonly requestId: string },
  ): Promise<void> {
    await trx
      .insertInto("member")
      .values({
        ...{ id: newId("mem"), organizationId, userId: by.personId, role: role.id },
        ...{ roleFrom: "here", createdAt: new Date(ground.clock.now()) },
      })
      .onConflict((on) => on.columns(["organizationId", "userId"]).doNothing())
      .execute();
    await trx.deleteFrom("member_invitation").where("id", "=", id).execute();
    await trail.record(trx, {
      ...{ action: "invitation.accept", organizationId, actor: by.actor },
      ...{ target: { kind: "invitation", id }, details: { role: role.id } },
      requestId: by.requestId,
    });
  }

  async function joinOnce(
    given: { readonly token: string; readonly name: string; readonly requestId: string },
    passwordHash: string,
  ): Promise<TakenInvitation> {
    return kysely.transaction().execute(async (trx) => {
      const invitation = await takeUnanswered(trx, given.token);
      const now = new Date(ground.clock.now());
      const { email, isMailed } = invitation;
      const known = await trx
        .selectFrom("person")
        .select("id")
        .where("email", "=", email)
        .executeTakeFirst();
      if (known !== undefined) {
        await trx
          .updateTable("member_invitation")
          .set({ joined_at: now })
          .where("id", "=", invitation.id)
          .execute();
        return invitation;
      }
      const personId = newId("per");
      await insertPerson(trx, {
        ...{ id: personId, name: given.name, email, passwordHash, now, newId },
        isEmailVerified: isMailed,
      });
      const actor = { kind: "person", id: personId, by: "link" } as const;
      await enter(trx, invitation, { personId, actor, requestId: given.requestId });
      return invitation;
    });
  }

  return {
    describe: ({ token, address }) =>
      counted(address, () => kysely.transaction().execute((trx) => takeUnanswered(trx, token))),

    async join({ token, address, name, password, requestId }) {
      checkPassword(password);
      return counted(address, async () => {
        // A token that is worth nothing is not worth the hash of a password.
        await kysely.transaction().execute((trx) => takeUnanswered(trx, token));
        const hash = await (await auth.$context).password.hash(password);
        const given = { token, name, requestId };
        return joinOnce(given, hash).catch((error: unknown) => {
          // Somebody was made with the address at the same moment: now they are known.
          if (isUniqueViolation(error)) return joinOnce(given, hash);
          throw error;
        });
      });
    },

    async accept({ caller, requestId }, token) {
      const taken = await kysely.transaction().execute(async (trx) => {
        const invitation = await invitations.take(trx, token);
        if (invitation.email !== caller.email.toLowerCase()) throw invitationInvalid();
        const { personId } = caller;
        await enter(trx, invitation, { personId, actor: actorOf(caller), requestId });
        return invitation;
      });
      const { organizationId } = taken;
      await accessChanges.tell({ organizationId, personIds: [caller.personId] });
      return taken;
    },
  };
}
