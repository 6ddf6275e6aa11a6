/** Handlers by which an organization's administrators set up single sign-on and provisioning. */
import { BerthError } from "@berth/protocol";
import type { OrganizationPermission, SingleSignOnSettings } from "@berth/protocol/api";
import type { Kysely, Transaction } from "kysely";
import { originOf } from "../../http/actor.ts";
import {
  type ApiContext,
  callerOf,
  type Handlers,
  organizationOf,
  type RoutesOf,
} from "../../http/api.ts";
import type { Schema } from "../../storage/schema.ts";
import type { Act, Trail } from "../../trail/trail.ts";
import { endBound } from "../end-access.ts";
import type { ScimTokens } from "../scim/tokens.ts";
import type { Connections } from "./connections.ts";
import type { Domains } from "./domains.ts";
import type { Providers } from "./provider.ts";

export interface SignOnAdminDeps {
  readonly kysely: Kysely<Schema>;
  readonly connections: Connections;
  readonly domains: Domains;
  readonly providers: Providers;
  readonly tokens: ScimTokens;
  readonly trail: Pick<Trail, "record">;
  readonly redirectUriOf: (slug: string) => string;
  readonly scimBaseOf: (slug: string) => string;
  readonly tellSessionEnd: (sessionId: string) => void;
  /** Undefined for what is no role of the organization. */
  readonly permissionsOfRole: (
    organizationId: string,
    role: string,
  ) => Promise<ReadonlySet<OrganizationPermission> | undefined>;
}

type AdminRoute = Exclude<RoutesOf<"SingleSignOn">, "beginSingleSignOn" | "finishSingleSignOn">;

/** Writes an act of the caller's in the transaction that does it. */
export async function recordAct(
  trail: Pick<Trail, "record">,
  trx: Transaction<Schema>,
  context: ApiContext,
  act: Pick<Act, "action" | "target" | "details">,
): Promise<void> {
  const organizationId = organizationOf(context).id;
  await trail.record(trx, { ...originOf(context), ...act, organizationId });
}

export function signOnAdminHandlers(
  deps: SignOnAdminDeps,
): Handlers<AdminRoute | RoutesOf<"Provisioning">> {
  const { kysely, connections, domains, providers, tokens, trail } = deps;

  /** Nobody gives by a provider what they could not give by hand: no ownership, no more than they have. */
  async function checkRoles(context: ApiContext, settings: SingleSignOnSettings): Promise<void> {
    const { id, permissions } = organizationOf(context);
    const roles = [settings.defaultRole, ...settings.roleMappings.map(({ role }) => role)];
    for (const role of new Set(roles)) {
      const given = role === "owner" ? undefined : await deps.permissionsOfRole(id, role);
      if (given === undefined) {
        throw new BerthError(
          "REQUEST_INVALID",
          `${JSON.stringify(role)} is no role that a provider may give here; take one of the organization's other than owner.`,
        );
      }
      const missing = [...given].find((permission) => !permissions.has(permission));
      if (missing === undefined) continue;
      throw new BerthError(
        "AUTH_FORBIDDEN",
        `The role ${role} gives ${missing}, which you do not have yourself; ask an owner to map it.`,
        { details: { permission: missing } },
      );
    }
  }

  /** Requiring what does not work, or what would shut the caller out, is refused. */
  async function checkRequired(context: ApiContext, settings: SingleSignOnSettings): Promise<void> {
    if (!settings.isRequired) return;
    const { id, role } = organizationOf(context);
    const held = await connections.findView(id);
    const isSame = held?.issuer === settings.issuer && held.clientId === settings.clientId;
    if (!isSame || held.lastSuccessAt === null) {
      throw new BerthError(
        "REQUEST_INVALID",
        "body.isRequired is true before anybody signed in by this provider; sign in by it once, then require it.",
      );
    }
    if (role === "owner" || callerOf(context).isBySingleSignOn) return;
    throw new BerthError(
      "REQUEST_INVALID",
      "body.isRequired is true, which would shut you out; sign in by the provider yourself first, or ask an owner.",
    );
  }

  return {
    async getSingleSignOn(_input, context) {
      const { id, slug } = organizationOf(context);
      const [connection, claimed] = await Promise.all([connections.findView(id), domains.list(id)]);
      return {
        redirectUri: deps.redirectUriOf(slug),
        connection: connection ?? null,
        domains: [...claimed],
      };
    },
    async putSingleSignOn({ body }, context) {
      const { id } = organizationOf(context);
      await checkRoles(context, body);
      await checkRequired(context, body);
      // An address that does not answer as a provider is told now, and not to the first member.
      await providers.metadata(body.issuer);
      const { view, endedSessions } = await kysely.transaction().execute(async (trx) => {
        // A key that is limited does not speak for the ownership of its person.
        const isByOwner =
          organizationOf(context).role === "owner" && callerOf(context).limitedTo === undefined;
        const done = await connections.put(trx, { organizationId: id, settings: body, isByOwner });
        const { issuer, clientId, isRequired, isJustInTime, defaultRole } = done.view;
        await recordAct(trail, trx, context, {
          action: "single-sign-on.set",
          target: { kind: "organization", id },
          details: {
            ...{ issuer, clientId, isRequired, isJustInTime, defaultRole },
            isByOwner: done.view.isByOwner,
            secretFingerprint: done.view.secretFingerprint,
            roleMappings: done.view.roleMappings.map(({ value, role }) => ({ value, role })),
          },
        });
        return done;
      });
      for (const session of endedSessions) deps.tellSessionEnd(session);
      return view;
    },
    async deleteSingleSignOn(_input, context) {
      const { id } = organizationOf(context);
      const ended = await kysely.transaction().execute(async (trx) => {
        const sessions = await connections.delete(trx, id);
        const target = { kind: "organization", id };
        await recordAct(trail, trx, context, { action: "single-sign-on.remove", target });
        return sessions;
      });
      for (const session of ended) deps.tellSessionEnd(session);
    },
    async addEmailDomain({ body }, context) {
      const { id } = organizationOf(context);
      return kysely.transaction().execute(async (trx) => {
        const target = { kind: "domain", id: body.domain };
        await recordAct(trail, trx, context, { action: "domain.claim", target });
        return domains.add(trx, id, body.domain);
      });
    },
    async proveEmailDomain({ params: { domain } }, context) {
      const { id } = organizationOf(context);
      if (!(await domains.isProvable(id, domain))) {
        throw new BerthError(
          "DOMAIN_NOT_PROVEN",
          `The TXT record of _berth-challenge.${domain} was not found with its value; a new record may take a while to be seen.`,
        );
      }
      const holder = await domains.findHolder(domain);
      const other = holder?.organizationId === id ? undefined : holder;
      if (other !== undefined && !other.isLapsed) {
        throw new BerthError(
          "DOMAIN_NOT_PROVEN",
          `The domain ${domain} is proven for another organization, whose TXT record still stands; remove that record first.`,
        );
      }
      return kysely.transaction().execute(async (trx) => {
        const target = { kind: "domain", id: domain };
        await recordAct(trail, trx, context, { action: "domain.prove", target });
        return domains.markProven(trx, id, domain, other?.organizationId);
      });
    },
    async deleteEmailDomain({ params: { domain } }, context) {
      const { id } = organizationOf(context);
      await kysely.transaction().execute(async (trx) => {
        await domains.delete(trx, id, domain);
        const target = { kind: "domain", id: domain };
        await recordAct(trail, trx, context, { action: "domain.give-up", target });
      });
    },
    async forgetSingleSignOnIdentity({ params: { person } }, context) {
      const { id: organizationId } = organizationOf(context);
      const ended = await kysely.transaction().execute(async (trx) => {
        const gone = await trx
          .deleteFrom("sso_identity")
          .where("organization_id", "=", organizationId)
          .where("person_id", "=", person)
          .returning("subject")
          .execute();
        if (gone.length === 0) {
          throw new BerthError(
            "REQUEST_INVALID",
            `No account of the provider is known for the person ${JSON.stringify(person)}.`,
          );
        }
        const target = { kind: "person", id: person };
        await recordAct(trail, trx, context, { action: "single-sign-on.forget", target });
        return endBound(trx, { organizationId, personId: person });
      });
      for (const session of ended) deps.tellSessionEnd(session);
    },

    async listProvisioningTokens(_input, context) {
      const { id, slug } = organizationOf(context);
      return { baseUrl: deps.scimBaseOf(slug), tokens: [...(await tokens.list(id))] };
    },
    async createProvisioningToken({ body }, context) {
      const { id: organizationId } = organizationOf(context);
      return kysely.transaction().execute(async (trx) => {
        const token = await tokens.create(trx, { organizationId, ...body });
        await recordAct(trail, trx, context, {
          action: "provisioning-token.create",
          target: { kind: "provisioning-token", id: token.id },
          details: { name: token.name, expiresAt: token.expiresAt },
        });
        return token;
      });
    },
    async deleteProvisioningToken({ params }, context) {
      await kysely.transaction().execute(async (trx) => {
        await tokens.delete(trx, organizationOf(context).id, params.token);
        const target = { kind: "provisioning-token", id: params.token };
        await recordAct(trail, trx, context, { action: "provisioning-token.revoke", target });
      });
    },
  };
}
