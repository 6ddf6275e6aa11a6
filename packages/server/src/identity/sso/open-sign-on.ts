/** Puts single sign-on, provisioning and groups together from their parts. */
import { Resolver } from "node:dns/promises";
import { apiPrefix, singleSignOnCallbackPath } from "@berth/protocol/api";
import type { Handlers, RoutesOf } from "../../http/api.ts";
import type { Database } from "../../storage/database.ts";
import type { Ground } from "../../storage/ground.ts";
import type { KeyRing } from "../../storage/keys.ts";
import type { Trail } from "../../trail/trail.ts";
import { createGroups, type Groups } from "../groups/groups.ts";
import { groupHandlers } from "../groups/routes.ts";
import { findRole } from "../membership/role-permissions.ts";
import type { OpenedIdentity } from "../open-identity.ts";
import { createScimGroups } from "../scim/groups.ts";
import { scimHandlers } from "../scim/routes.ts";
import { createScimTokens } from "../scim/tokens.ts";
import { createScimUsers } from "../scim/users.ts";
import { signOnAdminHandlers } from "./admin-routes.ts";
import { createConnections } from "./connections.ts";
import { createDomains, type ResolveTxt } from "./domains.ts";
import { createFlows } from "./flow.ts";
import { createProviders, type GuardedFetch } from "./provider.ts";
import { signOnHandlers } from "./sign-on-routes.ts";

export interface SignOnOptions {
  readonly identity: Pick<OpenedIdentity, "sessions" | "tellSessionEnd" | "accessChanges">;
  readonly database: Pick<Database, "kysely">;
  readonly keys: Pick<KeyRing, "createDataKey" | "seal" | "open" | "fingerprint" | "deriveKey">;
  readonly ground: Ground;
  readonly trail: Pick<Trail, "record">;
  /** For what an organization's administrator wrote; see gateway/egress/platform-fetch.ts. */
  readonly fetch: GuardedFetch;
  /** This Berth's own origin, as browsers reach it. */
  readonly ownOrigin: () => string;
  /** True where browsers reach Berth by https. Default false. */
  readonly isSecure?: boolean;
  /** Default: the host's resolver. */
  readonly resolveTxt?: ResolveTxt;
}

export interface SignOn {
  readonly handlers: Handlers<RoutesOf<"SingleSignOn" | "Provisioning" | "Scim" | "Groups">>;
  readonly groupsOf: Groups["groupsOf"];
}

const resolveTxt: ResolveTxt = async (name) => {
  const resolver = new Resolver({ timeout: 3_000, tries: 2 });
  try {
    return (await resolver.resolveTxt(name)).map((pieces) => pieces.join(""));
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code === "ENOTFOUND" || code === "ENODATA") return [];
    throw error;
  }
};

/** Needs the tables of `identityMigrations`. */
export function openSignOn(options: SignOnOptions): SignOn {
  const { identity, database, keys, ground, trail, ownOrigin } = options;
  const { kysely } = database;
  const { tellSessionEnd, accessChanges } = identity;
  const connections = createConnections({ database, keys, ground });
  const providers = createProviders({ fetch: options.fetch, clock: ground.clock });
  const domains = createDomains({
    ...{ kysely, ground },
    resolveTxt: options.resolveTxt ?? resolveTxt,
  });
  const addressOf = (path: string, slug: string) =>
    `${ownOrigin()}${apiPrefix}${path.replace("{organization}", encodeURIComponent(slug))}`;
  const redirectUriOf = (slug: string) => addressOf(singleSignOnCallbackPath, slug);
  const scimBaseOf = (slug: string) => addressOf("/organizations/{organization}/scim/v2", slug);
  const flows = createFlows({
    ...{ kysely, ground, connections, providers, trail, redirectUriOf, accessChanges },
    key: keys.deriveKey("single-sign-on"),
  });
  const users = createScimUsers({
    ...{ kysely, ground },
    defaultRoleOf: async (trx, organizationId) =>
      (await connections.findView(organizationId, trx))?.defaultRole ?? "member",
  });
  const groups = createGroups({ kysely, ground });
  return {
    groupsOf: groups.groupsOf,
    handlers: {
      ...signOnHandlers({
        ...{ sessions: identity.sessions, database, flows, domains, ground },
        isSecure: options.isSecure ?? false,
      }),
      ...signOnAdminHandlers({
        ...{ kysely, connections, domains, providers, trail, redirectUriOf, scimBaseOf },
        tokens: createScimTokens({ kysely, ground }),
        tellSessionEnd,
        permissionsOfRole: async (organizationId, role) =>
          (await findRole(kysely, organizationId, role))?.permissions,
      }),
      ...groupHandlers({ kysely, groups, trail, accessChanges }),
      ...scimHandlers({
        ...{ kysely, users, trail, tellSessionEnd, accessChanges },
        groups: createScimGroups({ kysely, ground }),
        baseOf: scimBaseOf,
      }),
    },
  };
}
