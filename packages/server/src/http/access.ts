/**
 * Decides, from the route table, whether a caller may call a route at all.
 *
 * Runs before the body is read. Trust: the caller was told by `authenticate`, the names in the path
 * are hostile. An organization that the caller does not belong to is answered like one that does not
 * exist; publishers are public names, so there the answer says what is missing.
 */
import { BerthError } from "@berth/protocol";
import type { RouteDefinition } from "@berth/protocol/api";
import type {
  ApiContext,
  Caller,
  OrganizationContext,
  Provisioner,
  PublisherContext,
} from "./api.ts";
import {
  checkReach,
  checkSecondFactor,
  isReachedOrganization,
  isReachedPublisher,
} from "./reach.ts";
import { checkStepUp } from "./step-up.ts";

export interface AccessSources {
  authenticate(request: Request): Promise<Caller | null>;
  readonly organizations: {
    findMembership(slug: string, personId: string): Promise<OrganizationContext | undefined>;
    /** Whether members other than owners reach it by its single sign-on only. */
    requiresSingleSignOn(organizationId: string): Promise<boolean>;
    /** Whose directory sent the request; undefined when its token is none of that organization's. */
    findProvisioner(request: Request, slug: string): Promise<Provisioner | undefined>;
  };
  readonly publishers: {
    /** The publisher, with what the person may do in it; undefined when there is none. */
    findPublisher(name: string, personId: string): Promise<PublisherContext | undefined>;
  };
}

export type Access = Pick<ApiContext, "caller" | "provisioner" | "organization" | "publisher">;

const none: Access = { caller: null, organization: null, publisher: null };

function nameIn(params: Readonly<Record<string, string>>, name: string): string {
  const value = params[name];
  if (value === undefined) throw new TypeError(`The route's path has no {${name}}.`);
  return value;
}

async function openOrganization(
  sources: AccessSources,
  slug: string,
  caller: Caller,
): Promise<OrganizationContext> {
  const found = await sources.organizations.findMembership(slug, caller.personId);
  if (found !== undefined && isReachedOrganization(caller, found.id)) return found;
  throw new BerthError(
    "ORGANIZATION_NOT_FOUND",
    `There is no organization ${JSON.stringify(slug.slice(0, 64))} that you belong to.`,
  );
}

async function openPublisher(
  sources: AccessSources,
  name: string,
  caller: Caller,
): Promise<PublisherContext> {
  const found = await sources.publishers.findPublisher(name, caller.personId);
  if (found === undefined) {
    throw new BerthError(
      "PUBLISHER_NOT_FOUND",
      `There is no publisher ${JSON.stringify(name.slice(0, 64))}; create it by POST /api/v1/publishers.`,
    );
  }
  if (found.permissions !== undefined && isReachedPublisher(caller, found.name)) return found;
  throw new BerthError("AUTH_FORBIDDEN", `You do not belong to the publisher ${name}.`);
}

/**
 * An owner's session passes however it was proven, so that a provider that fails locks nobody out for
 * good; an owner's key does not. Who came through the product was proven by the product. A service
 * principal is the organization's own: it has no other way than its key.
 */
async function demandSignOn(
  sources: AccessSources,
  organization: OrganizationContext,
  { kind, by, isBySingleSignOn }: Caller,
): Promise<void> {
  if (kind === "service") return;
  if (isBySingleSignOn || (by !== "session" && by !== "key")) return;
  if (by === "session" && organization.role === "owner") return;
  if (!(await sources.organizations.requiresSingleSignOn(organization.id))) return;
  throw new BerthError(
    "SSO_REQUIRED",
    `The organization ${organization.slug} is reached by its single sign-on only; sign in by it, and make keys in such a session.`,
    { details: { organization: organization.slug } },
  );
}

async function openDirectory(
  sources: AccessSources,
  request: Request,
  slug: string,
): Promise<Provisioner> {
  const found = await sources.organizations.findProvisioner(request, slug);
  if (found !== undefined) return found;
  throw new BerthError(
    "AUTH_REQUIRED",
    "Send a provisioning token of this organization as Authorization: Bearer bsc_…; what was sent is none, or it is expired or revoked.",
  );
}

/** The person's role must give the permission, and the credential must not leave it out. */
function demand(
  permission: string,
  held: ReadonlySet<string>,
  { caller, where }: { readonly caller: Caller; readonly where: string },
): void {
  const details = { permission };
  if (!held.has(permission)) {
    throw new BerthError(
      "AUTH_FORBIDDEN",
      `This needs the permission ${permission} ${where}, which your role does not give; ask who manages roles there.`,
      { details },
    );
  }
  if (caller.limitedTo === undefined || caller.limitedTo.has(permission)) return;
  throw new BerthError(
    "AUTH_FORBIDDEN",
    caller.by === "embed"
      ? `A session that the product opened does not carry ${permission}, whatever role it says; sign in to do this.`
      : `The API key is not for ${permission}; use one that is, or sign in.`,
    { details },
  );
}

/** What handlers may go by: no more than the credential carries. */
function within<Permission extends string>(
  { limitedTo }: Caller,
  held: ReadonlySet<Permission>,
): ReadonlySet<Permission> {
  return limitedTo === undefined ? held : new Set([...held].filter((name) => limitedTo.has(name)));
}

/**
 * @throws AUTH_REQUIRED, AUTH_FORBIDDEN, SECOND_FACTOR_REQUIRED, STEP_UP_REQUIRED, SSO_REQUIRED,
 *   ORGANIZATION_NOT_FOUND, PUBLISHER_NOT_FOUND
 */
export async function decideAccess(
  sources: AccessSources,
  options: {
    readonly definition: RouteDefinition;
    readonly request: Request;
    readonly params: Readonly<Record<string, string>>;
    /** In milliseconds since 1970. */
    readonly now: number;
  },
): Promise<Access> {
  const { definition, request, params, now } = options;
  if (definition.access === "public") return none;
  if (definition.access === "scim") {
    const slug = nameIn(params, "organization");
    return { ...none, provisioner: await openDirectory(sources, request, slug) };
  }
  const caller = await sources.authenticate(request);
  if (caller === null) {
    throw new BerthError(
      "AUTH_REQUIRED",
      "Sign in, or send an API key as Authorization: Bearer berth_…; what was sent is missing, expired or revoked.",
    );
  }
  checkReach(definition, caller);
  switch (definition.access) {
    case "person":
      checkStepUp(definition, { caller, now });
      return { ...none, caller };
    case "operator":
      checkSecondFactor(caller, "host");
      demand(definition.permission, caller.operatorPermissions, { caller, where: "on this host" });
      checkStepUp(definition, { caller, now, where: "host" });
      return {
        ...none,
        caller: { ...caller, operatorPermissions: within(caller, caller.operatorPermissions) },
      };
    case "publisher": {
      const publisher = await openPublisher(sources, nameIn(params, "publisher"), caller);
      const where = `in the publisher ${publisher.name}`;
      checkSecondFactor(caller);
      const held = publisher.permissions ?? new Set();
      demand(definition.permission, held, { caller, where });
      checkStepUp(definition, { caller, now, where });
      return { ...none, caller, publisher: { ...publisher, permissions: within(caller, held) } };
    }
    case "organization": {
      const slug = nameIn(params, "organization");
      const organization = await openOrganization(sources, slug, caller);
      await demandSignOn(sources, organization, caller);
      checkSecondFactor(caller, organization.id);
      const held = organization.permissions;
      demand(definition.permission, held, { caller, where: `in ${slug}` });
      checkStepUp(definition, { caller, now, where: organization.id });
      const permissions = within(caller, held);
      return { ...none, caller, organization: { ...organization, permissions } };
    }
  }
}
