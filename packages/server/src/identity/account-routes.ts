/** Handlers of a person's own security, and of what an organization asks of its people. */
import { BerthError } from "@berth/protocol";
import type { SecondFactorView } from "@berth/protocol/api";
import { originOf } from "../http/actor.ts";
import {
  type ApiContext,
  type Caller,
  callerOf,
  type Handlers,
  organizationOf,
  type RoutesOf,
} from "../http/api.ts";
import { hasFactor } from "../http/reach.ts";
import type { Database } from "../storage/database.ts";
import type { Ground } from "../storage/ground.ts";
import type { ActRecord } from "../trail/trail.ts";
import { requireFresh, requireSession } from "./freshness.ts";
import type { OpenedIdentity } from "./open-identity.ts";
import { visitorOf } from "./routes.ts";
import { createSessionViews, type PublishersOf } from "./session-view.ts";
import { createStepUp } from "./step-up.ts";

export interface AccountRouteDeps {
  readonly identity: OpenedIdentity;
  readonly database: Pick<Database, "kysely">;
  readonly ground: Pick<Ground, "clock">;
  readonly trail: ActRecord;
  readonly publishersOf: PublishersOf;
}

export function accountHandlers(deps: AccountRouteDeps): Handlers<RoutesOf<"Account">> {
  const { identity, trail } = deps;
  const { kysely } = deps.database;
  const { clock } = deps.ground;
  const { recordedSignIn, signIn, sessions, secondFactors, passkeys } = identity;
  const views = createSessionViews(deps);
  const stepUp = createStepUp({ signIn, secondFactors, passkeys, clock });

  async function factorView(caller: Caller): Promise<SecondFactorView> {
    const { isOn, onSince, backupCodesLeft } = await secondFactors.state(caller.personId);
    const { secondFactorRule } = identity;
    const asking = await kysely
      .selectFrom("member")
      .innerJoin("organization", "organization.id", "member.organizationId")
      .select("organization.id")
      .where("member.userId", "=", caller.personId)
      .where("organization.second_factor_required", "=", true)
      .executeTakeFirst();
    const isHostAsking =
      secondFactorRule === "everyone" || (secondFactorRule === "operators" && caller.isOperator);
    const provedAt = caller.secondFactorAt ?? null;
    return {
      isOn,
      hasPasskey: caller.hasPasskey === true,
      onSince: onSince?.toISOString() ?? null,
      backupCodesLeft,
      provedAt: provedAt === null ? null : new Date(provedAt).toISOString(),
      isRequired: isHostAsking || asking !== undefined,
    };
  }

  /** The session has proven more: it goes on under another token. */
  async function renew(context: ApiContext, sessionId: string, hasSecondFactor: boolean) {
    context.setCookies(await sessions.renew(sessionId, { hasSecondFactor }));
  }

  const changing = "Changing your second factor";

  return {
    async proveSecondFactor({ body }, context) {
      const visitor = visitorOf(context);
      const proof = { code: body.code, visitor };
      const { personId, cookies } = await recordedSignIn.bySecondFactor(proof, context);
      context.setCookies(cookies);
      return views.of(personId, "session");
    },
    async beginPasskeySignIn(_input, context) {
      const { options, cookies } = await signIn.beginPasskey(context.address);
      context.setCookies(cookies);
      return options;
    },
    async signInWithPasskey({ body }, context) {
      const visitor = visitorOf(context);
      const proof = { response: body.response, visitor };
      const { personId, cookies } = await recordedSignIn.byPasskey(proof, context);
      context.setCookies(cookies);
      return views.of(personId, "session");
    },

    async stepUp({ body }, context) {
      const caller = requireSession(context, "Proving who you are");
      const { headers } = context.request;
      const { response: passkey, ...rest } = body;
      const { isSecondFactor } = await stepUp.prove(caller, { ...rest, passkey, headers });
      await renew(context, caller.sessionId, isSecondFactor);
      return factorView({ ...caller, ...(isSecondFactor ? { secondFactorAt: clock.now() } : {}) });
    },
    async beginPasskeyStepUp(_input, context) {
      const { personId } = requireSession(context, "Proving who you are");
      const { options, cookies } = await stepUp.beginPasskey(personId);
      context.setCookies(cookies);
      return options;
    },
    getSecondFactor: (_input, context) => factorView(callerOf(context)),
    async beginSecondFactor({ body }, context) {
      const { personId, email } = requireSession(context, changing);
      // Who has no password came by a link or a passkey, a moment ago.
      const proof = await signIn.checkCurrentPassword(personId, body.password);
      if (proof === "none") requireFresh(context, changing, clock);
      return secondFactors.begin({ personId, account: email });
    },
    async confirmSecondFactor({ body }, context) {
      const caller = requireSession(context, changing);
      const { personId, sessionId } = caller;
      const backupCodes = await secondFactors.confirm(personId, body.code, originOf(context));
      await renew(context, sessionId, true);
      return { backupCodes };
    },
    async renewBackupCodes({ body }, context) {
      const caller = requireSession(context, changing);
      await secondFactors.prove(caller.personId, body.code);
      const backupCodes = await secondFactors.renewBackupCodes(caller.personId, originOf(context));
      await renew(context, caller.sessionId, true);
      return { backupCodes };
    },
    async endSecondFactor({ body }, context) {
      const caller = requireSession(context, changing);
      await signIn.checkCurrentPassword(caller.personId, body.password);
      await secondFactors.prove(caller.personId, body.code);
      await secondFactors.remove(caller.personId, originOf(context));
      await renew(context, caller.sessionId, false);
    },

    async listSessions(_input, context) {
      const { personId, sessionId } = callerOf(context);
      const found = await sessions.list(personId);
      return { sessions: found.map((one) => ({ ...one, isCurrent: one.id === sessionId })) };
    },
    async endOtherSessions(_input, context) {
      const caller = requireSession(context, "Ending sessions");
      const { personId, sessionId } = caller;
      const origin = originOf(context);
      return { ended: await sessions.endAll({ personId, except: sessionId, origin }) };
    },
    async endOneSession({ params }, context) {
      const caller = requireSession(context, "Ending sessions");
      await sessions.endOne(caller.personId, params.session, originOf(context));
    },

    listPasskeys: async (_input, context) => ({
      passkeys: await passkeys.list(callerOf(context).personId),
    }),
    async beginPasskey(_input, context) {
      const { personId } = requireSession(context, "Adding a passkey");
      const { options, cookies } = await passkeys.beginAdding(personId, context.request.headers);
      context.setCookies(cookies);
      return options;
    },
    async addPasskey({ body }, context) {
      const caller = requireSession(context, "Adding a passkey");
      const { headers } = context.request;
      const origin = originOf(context);
      return passkeys.add({ personId: caller.personId, ...body, headers, origin });
    },
    async renamePasskey({ params, body }, context) {
      const { personId } = requireSession(context, "Naming a passkey");
      return passkeys.rename(personId, params.passkey, body.name);
    },
    async deletePasskey({ params }, context) {
      const caller = requireSession(context, "Removing a passkey");
      await passkeys.remove(caller.personId, params.passkey, originOf(context));
    },

    async getSignInRules(_input, context) {
      const { second_factor_required } = await kysely
        .selectFrom("organization")
        .select("second_factor_required")
        .where("id", "=", organizationOf(context).id)
        .executeTakeFirstOrThrow();
      return { isSecondFactorRequired: second_factor_required };
    },
    async setSignInRules({ body }, context) {
      const caller = requireSession(context, "Changing how people sign in");
      const { id } = organizationOf(context);
      const { isSecondFactorRequired } = body;
      if (isSecondFactorRequired && typeof caller.secondFactorAt !== "number") {
        throw new BerthError(
          "SECOND_FACTOR_REQUIRED",
          "Prove a second factor of your own before you ask others for one; you would shut yourself out.",
          { details: { isSetUp: hasFactor(caller) } },
        );
      }
      await kysely.transaction().execute(async (trx) => {
        await trx
          .updateTable("organization")
          .set({ second_factor_required: isSecondFactorRequired })
          .where("id", "=", id)
          .execute();
        await trail.record(trx, {
          ...originOf(context),
          action: "sign-in-rules.set",
          organizationId: id,
          target: { kind: "organization", id },
          details: { isSecondFactorRequired },
        });
      });
      return { isSecondFactorRequired };
    },
  };
}
