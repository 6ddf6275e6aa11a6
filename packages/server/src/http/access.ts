/**
 * Decides, from the route table, whether a caller may call a route at all.
 *
 * Runs before the body is read. Trust: the caller was told by `authenticate`, the names in the path
 * are hostile. An organization that the caller does not belong to is answered like one that does not
 * exist; publishers are public names, so there the answer says what is missing.
 */
import { BerthError } from "@berth/protocol";
import type { RouteDefinition } from "@berth/protocol/api";
import type { ApiContext, Caller, OrganizationContext, PublisherContext } from "./api.ts";

export interface AccessSources {
  authenticate(request: Request): Promise<Caller | null>;
  readonly organizations: {
    findMembership(slug: string, personId: string): Promise<OrganizationContext | undefined>;
  };
  readonly publishers: {
    /** The publisher, and whether the person belongs to it; undefined when there is none. */
    findPublisher(
      name: string,
      personId: string,
    ): Promise<{ readonly publisher: PublisherContext; readonly isMember: boolean } | undefined>;
  };
}

export type Access = Pick<ApiContext, "caller" | "organization" | "publisher">;

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
  const isReached = caller.organizationId === undefined || caller.organizationId === found?.id;
  if (found !== undefined && isReached) return found;
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
  if (found.isMember) return found.publisher;
  throw new BerthError("AUTH_FORBIDDEN", `You do not belong to the publisher ${name}.`);
}

/** Who came through the product uses their organization's apps, and has nothing else here. */
function checkReach({ access, method, path }: RouteDefinition, { by }: Caller): void {
  if (by !== "embed" || access === "member" || access === "admin") return;
  if (access === "person" && (method === "get" || path === "/session")) return;
  throw new BerthError(
    "AUTH_FORBIDDEN",
    "A session that the product opened reaches its organization only; sign in to do this.",
  );
}

/** @throws AUTH_REQUIRED, AUTH_FORBIDDEN, ORGANIZATION_NOT_FOUND, PUBLISHER_NOT_FOUND */
export async function decideAccess(
  sources: AccessSources,
  options: {
    readonly definition: RouteDefinition;
    readonly request: Request;
    readonly params: Readonly<Record<string, string>>;
  },
): Promise<Access> {
  const { definition, request, params } = options;
  if (definition.access === "public") return none;
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
      return { ...none, caller };
    case "operator":
      if (caller.isOperator) return { ...none, caller };
      throw new BerthError("AUTH_FORBIDDEN", "Only the operator may do this.");
    case "publisher":
      return {
        ...none,
        caller,
        publisher: await openPublisher(sources, nameIn(params, "publisher"), caller),
      };
    case "member":
    case "admin": {
      const slug = nameIn(params, "organization");
      const organization = await openOrganization(sources, slug, caller);
      if (definition.access === "admin" && organization.role === "member") {
        throw new BerthError(
          "AUTH_FORBIDDEN",
          `Only an owner or admin of ${slug} may do this; you are a member.`,
        );
      }
      return { ...none, caller, organization };
    }
  }
}
