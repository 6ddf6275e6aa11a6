/**
 * What a route's handler gets and gives. The routes themselves, with who may call them, are declared
 * in `@berth/protocol/api`; `create-api.ts` binds the two.
 */
import type {
  ApiRouteName,
  ApiRoutes,
  RouteDefinition,
  RouteInput,
  RouteOutput,
} from "@berth/protocol/api";

export interface Caller {
  readonly personId: string;
  readonly name: string;
  readonly email: string;
  readonly by: "session" | "key" | "embed";
  /** The API key's, when it was made by one. */
  readonly keyId?: string;
  /** The session's, when it was made in one. */
  readonly sessionId?: string;
  /** The only organization that this caller may reach; any of their own when undefined. */
  readonly organizationId?: string;
  readonly isOperator: boolean;
}

export type OrganizationRole = "owner" | "admin" | "member";

export interface OrganizationContext {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  /** The caller's. */
  readonly role: OrganizationRole;
}

export interface PublisherContext {
  readonly id: string;
  readonly name: string;
}

export interface ApiContext {
  /** Null only on public routes. */
  readonly caller: Caller | null;
  /** Set for `member` and `admin` routes. */
  readonly organization: OrganizationContext | null;
  /** Set for `publisher` routes. */
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

/** The organization of a `member` or `admin` route. */
export function organizationOf(context: ApiContext): OrganizationContext {
  if (context.organization === null) throw new TypeError("The route is not an organization's.");
  return context.organization;
}

/** The publisher of a `publisher` route. */
export function publisherOf(context: ApiContext): PublisherContext {
  if (context.publisher === null) throw new TypeError("The route is not a publisher's.");
  return context.publisher;
}
