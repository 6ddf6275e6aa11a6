/** Handlers of sessions, sign-in and API keys. */
import { BerthError } from "@berth/protocol";
import { originOf } from "../http/actor.ts";
import {
  type ApiContext,
  type Caller,
  callerOf,
  type Handlers,
  type RoutesOf,
} from "../http/api.ts";
import { isReachedOrganization, isReachedPublisher } from "../http/reach.ts";
import type { Database } from "../storage/database.ts";
import type { Ground } from "../storage/ground.ts";
import type { ActRecord } from "../trail/trail.ts";
import { anySession, requireFresh, requireSession } from "./freshness.ts";
import type { OpenedIdentity } from "./open-identity.ts";
import { createSessionViews, type PublishersOf } from "./session-view.ts";
import type { Visitor } from "./sessions.ts";
import { bindKey } from "./sso/bound.ts";

export interface IdentityRouteDeps {
  readonly identity: OpenedIdentity;
  readonly database: Pick<Database, "kysely">;
  readonly trail: ActRecord;
  readonly ground: Ground;
  readonly publishersOf: PublishersOf;
}

export function visitorOf({ address, request }: ApiContext): Visitor {
  return { address, headers: request.headers };
}

/** Of who came by single sign-on, only those that are bound as they are. */
function ownKeysOf({ personId, isBySingleSignOn, organizationId }: Caller): [string, string?] {
  return isBySingleSignOn && organizationId !== undefined ? [personId, organizationId] : [personId];
}

export function identityHandlers(deps: IdentityRouteDeps): Handlers<RoutesOf<"Identity">> {
  const { identity, ground, trail, publishersOf } = deps;
  const { apiKeys, recordedSignIn, signIn } = identity;
  const { kysely } = deps.database;
  const views = createSessionViews(deps);

  /** Of what the key shall reach; each must be the caller's own. */
  async function reachOf(
    caller: Caller,
    wish: { organization?: string | undefined; publisher?: string | undefined },
  ) {
    const { organization, publisher } = wish;
    const { personId } = caller;
    const found =
      organization === undefined
        ? undefined
        : await identity.findMembership(organization, personId);
    const isReached = found !== undefined && isReachedOrganization(caller, found.id);
    if (organization !== undefined && !isReached) {
      throw new BerthError(
        "ORGANIZATION_NOT_FOUND",
        `There is no organization ${JSON.stringify(organization.slice(0, 64))} that you belong to.`,
      );
    }
    const isOwn =
      publisher === undefined ||
      (isReachedPublisher(caller, publisher) &&
        (await publishersOf(personId)).some(({ name }) => name === publisher));
    if (!isOwn) {
      throw new BerthError(
        "PUBLISHER_NOT_FOUND",
        `There is no publisher ${JSON.stringify(publisher?.slice(0, 64))} that you belong to.`,
      );
    }
    // Who came by single sign-on makes keys for that organization, whatever they wish for.
    const organizationId = found?.id ?? caller.organizationId;
    return {
      ...(organizationId === undefined ? {} : { organizationId }),
      ...(publisher === undefined ? {} : { publisherName: publisher }),
    };
  }

  return {
    async redeemSignInLink({ body }, context) {
      const visitor = visitorOf(context);
      const { personId, cookies } = await recordedSignIn.byLink(
        { token: body.token, visitor },
        context,
      );
      context.setCookies(cookies);
      return views.of(personId, "session");
    },
    async signInWithPassword({ body }, context) {
      const step = await recordedSignIn.byPassword(
        { ...body, visitor: visitorOf(context) },
        context,
      );
      context.setCookies(step.cookies);
      return views.afterFirstStep(step);
    },
    getSession: (_input, context) => views.ofCaller(callerOf(context)),
    async endSession(_input, context) {
      const { by, sessionId = "" } = callerOf(context);
      if (by === "embed") {
        await identity.embedSessions.end(sessionId, originOf(context));
        identity.tellSessionEnd(sessionId);
        return;
      }
      requireSession(context, "Signing out", anySession);
      const { headers } = context.request;
      const origin = originOf(context);
      context.setCookies(await recordedSignIn.end({ sessionId, headers, origin }));
    },
    async setPassword({ body }, context) {
      const { personId } = requireSession(context, "Setting a password");
      await signIn.setPassword({
        personId,
        password: body.password,
        current: body.current,
        requireFresh: () => requireFresh(context, "Setting a password", ground.clock),
        headers: context.request.headers,
        origin: originOf(context),
      });
    },
    async listApiKeys(_input, context) {
      return { keys: await apiKeys.list(...ownKeysOf(callerOf(context))) };
    },
    async createApiKey({ body }, context) {
      const caller = requireSession(context, "Making an API key", anySession);
      const { personId } = caller;
      const { name, expiresInDays, permissions, ...wish } = body;
      const reach = await reachOf(caller, wish);
      const { id, secret } = await kysely.transaction().execute(async (trx) => {
        const issued = await apiKeys.issue(trx, {
          ...{ ownerId: personId, name, expiresInDays, ...reach },
          ...(permissions === undefined ? {} : { permissions }),
        });
        if (caller.isBySingleSignOn && caller.organizationId !== undefined) {
          await bindKey(trx, issued.id, caller.organizationId);
        }
        await trail.record(trx, {
          ...originOf(context),
          action: "api-key.create",
          organizationId: null,
          target: { kind: "api-key", id: issued.id },
          details: { name, person: personId },
        });
        return issued;
      });
      return { ...(await apiKeys.get(personId, id)), secret };
    },
    async deleteApiKey({ params }, context) {
      const caller = callerOf(context);
      // A key may end itself, which takes away power and gives none.
      if (caller.keyId !== params.key) requireSession(context, "Deleting an API key", anySession);
      const { personId } = caller;
      const own = await apiKeys.list(...ownKeysOf(caller));
      const isGone = await kysely.transaction().execute(async (trx) => {
        if (!own.some(({ id }) => id === params.key)) return false;
        if (!(await apiKeys.remove(trx, personId, params.key))) return false;
        await trail.record(trx, {
          ...originOf(context),
          action: "api-key.delete",
          organizationId: null,
          target: { kind: "api-key", id: params.key },
          details: { person: personId },
        });
        return true;
      });
      if (isGone) {
        // Views that it opened end as a session's do.
        identity.tellSessionEnd(params.key);
        return;
      }
      throw new BerthError(
        "REQUEST_INVALID",
        `You have no API key with the id ${JSON.stringify(params.key.slice(0, 64))}; list them by GET /api/v1/api-keys.`,
      );
    },
  };
}
