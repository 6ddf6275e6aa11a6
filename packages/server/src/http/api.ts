/**
 * What a route's handler gets and gives. The routes themselves, with who may call them, are declared
 * in `@berth/protocol/api`; `create-api.ts` binds the two.
 */
import type {
  ApiRouteName,
  ApiRoutes,
  OperatorPermission,
  OrganizationPermission,
  PublisherPermission,
  RouteDefinition,
  RouteInput,
  RouteOutput,
} from "@berth/protocol/api";

export interface Caller {
  /** A service principal is nobody: it has no password, no session and no second factor. */
  readonly kind: "person" | "service";
  /** The service principal's own id, when it is one. */
  readonly personId: string;
  readonly name: string;
  readonly email: string;
  readonly by: "session" | "key" | "embed" | "sso";
  /** The API key's, when it was made by one. */
  readonly keyId?: string;
  /** The session's, when it was made in one. */
  readonly sessionId?: string;
  /** When a second factor was last proved in this session, in milliseconds since 1970; null: never. */
  readonly secondFactorAt?: number | null;
  /** The only organization that this caller may reach; any of their own when undefined. */
  readonly organizationId?: string;
  /** True for what came by that organization's single sign-on: a session, or a key made in one. */
  readonly isBySingleSignOn?: boolean;
  /** The only publisher that this caller may reach. */
  readonly publisherName?: string;
  /** When the session's person last proved who they are, in milliseconds since 1970. */
  readonly provedAt?: number;
  /** Has an authenticator app set up. */
  readonly hasSecondFactor?: boolean;
  readonly hasPasskey?: boolean;
  /**
   * Where a second factor is asked for that this caller has not shown: ids of organizations, `host`
   * for operators' routes, `everywhere`.
   */
  readonly lacksSecondFactorFor?: ReadonlySet<string>;
  /** The same places, whether or not this caller has shown one. */
  readonly asksSecondFactorFor?: ReadonlySet<string>;
  readonly isOperator: boolean;
  /** On the whole host; empty for who is no operator. */
  readonly operatorPermissions: ReadonlySet<OperatorPermission>;
  /** What the credential was limited to, whatever the person may do; undefined: nothing. */
  readonly limitedTo?: ReadonlySet<string>;
}

/** A built-in role's name, or the id of a role of the organization's own. */
export type OrganizationRole = string;

export interface OrganizationContext {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  /** The caller's. */
  readonly role: OrganizationRole;
  /** What people call it; default: the role itself. */
  readonly roleName?: string;
  /** The caller's, by that role. */
  readonly permissions: ReadonlySet<OrganizationPermission>;
}

export interface PublisherContext {
  readonly id: string;
  readonly name: string;
  /** The caller's; undefined for who does not belong to it. */
  readonly permissions?: ReadonlySet<PublisherPermission>;
}

/** An organization's directory, by its own token. */
export interface Provisioner {
  readonly organizationId: string;
  readonly slug: string;
  readonly tokenId: string;
}

export interface ApiContext {
  /** Null only on public routes and the directory's. */
  readonly caller: Caller | null;
  /** Set for the directory's routes, and for no other. */
  readonly provisioner?: Provisioner;
  /** Set for routes of an organization. */
  readonly organization: OrganizationContext | null;
  /** Set for routes of a publisher. */
  readonly publisher: PublisherContext | null;
  readonly requestId: string;
  /** Its body is unread on routes with a `rawBody`, consumed elsewhere. */
  readonly request: Request;
  /** The client's network address as the front door saw it; null when unknown. */
  readonly address: string | null;
  /** Aborts when the client goes away. */
  readonly signal: AbortSignal;
  /** Adds whole `Set-Cookie` values to the answer. */
  readonly setCookies: (cookies: readonly string[]) => void;
  readonly lastEventId: string | null;
}

export interface StreamEvent<Data> {
  readonly id?: string;
  readonly data: Data;
}

type KindOf<Route extends RouteDefinition> = Route extends { readonly kind: infer Kind }
  ? Kind
  : "json";

export type HandlerResult<Name extends ApiRouteName> =
  KindOf<ApiRoutes[Name]> extends "stream"
    ? AsyncIterable<StreamEvent<RouteOutput<ApiRoutes[Name]>>>
    : KindOf<ApiRoutes[Name]> extends "raw"
      ? Response
      : RouteOutput<ApiRoutes[Name]>;

export type Handler<Name extends ApiRouteName> = (
  input: RouteInput<ApiRoutes[Name]>,
  context: ApiContext,
) => Promise<HandlerResult<Name>>;

export type Handlers<Names extends ApiRouteName> = { readonly [Name in Names]: Handler<Name> };

/** The names of the routes under a tag: what one domain handles. */
export type RoutesOf<Tag extends ApiRoutes[ApiRouteName]["tag"]> = {
  [Name in ApiRouteName]: ApiRoutes[Name]["tag"] extends Tag ? Name : never;
}[ApiRouteName];

/** The caller of a route that is not public. */
export function callerOf(context: ApiContext): Caller {
  if (context.caller === null) throw new TypeError("A public route asked who is calling.");
  return context.caller;
}

/** The organization of an organization's route. */
export function organizationOf(context: ApiContext): OrganizationContext {
  if (context.organization === null) throw new TypeError("The route is not an organization's.");
  return context.organization;
}

/** The directory of a SCIM route. */
export function provisionerOf(context: ApiContext): Provisioner {
  if (context.provisioner === undefined) throw new TypeError("The route is not a directory's.");
  return context.provisioner;
}

/** The publisher of a publisher's route. */
export function publisherOf(context: ApiContext): PublisherContext {
  if (context.publisher === null) throw new TypeError("The route is not a publisher's.");
  return context.publisher;
}
