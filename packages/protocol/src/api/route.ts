/**
 * How a route of the HTTP API is declared: once, here, for the server, the client and the
 * OpenAPI document. A route without an `access`, and without the permission that it needs, does not
 * compile.
 */
import type * as z from "zod";
import type {
  OperatorPermission,
  OrganizationPermission,
  PublisherPermission,
} from "../access/permissions.ts";

/**
 * Who may call a route.
 * - `public`: anyone; the route says why
 * - `person`: anyone signed in, by session or API key; it is about themselves, or public among the signed in
 * - `organization`, `publisher`: who has `permission` in the one that the path names
 * - `operator`: who has `permission` on the host
 * - `scim`: the directory of the organization that the path names, by its own token; nobody else
 */
export type RouteGuard =
  | { readonly access: "public" | "person" | "scim" }
  | { readonly access: "organization"; readonly permission: OrganizationPermission }
  | { readonly access: "publisher"; readonly permission: PublisherPermission }
  | { readonly access: "operator"; readonly permission: OperatorPermission };

export type RouteAccess = RouteGuard["access"];

export type RouteMethod = "get" | "post" | "put" | "patch" | "delete";

/**
 * What destroys something, or lets somebody do more, asks again who is there.
 * - `where-asked`: where a second factor is asked for, a session must have proven one in the last 15 minutes
 * - `always`: a session must have proven who it is in the last 15 minutes; where a second factor is asked for,
 *   and its person has one, by that
 */
export type StepUp = "where-asked" | "always";

interface RouteShape {
  readonly method: RouteMethod;
  /** Below `/api/v1`, with parameters in braces: `/apps/{publisher}/{name}`. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** The raw request body's media type, when it is not JSON. */
  readonly rawBody?: string;
  /** `stream`: Server-Sent Events whose data is `response`; `raw`: other media. */
  readonly kind?: "json" | "stream" | "raw";
  readonly status?: 200 | 201 | 202 | 204;
  readonly stepUp?: StepUp;
  readonly response: z.ZodType;
}

export type RouteDefinition = RouteShape & RouteGuard;

export function route<const T extends RouteDefinition>(definition: T): T {
  return Object.freeze(definition);
}

type Parsed<T> = T extends z.ZodType ? z.output<T> : undefined;
type Sent<T> = T extends z.ZodType ? z.input<T> : undefined;
type Field<T, Key extends string> = Key extends keyof T ? T[Key] : undefined;

/** What a handler receives after parsing. */
export interface RouteInput<T extends RouteDefinition> {
  readonly params: Parsed<Field<T, "params">>;
  readonly query: Parsed<Field<T, "query">>;
  readonly body: Parsed<Field<T, "body">>;
}

/** What a caller sends; parts that a route does not declare are left out. */
export type RouteArguments<T extends RouteDefinition> = {
  readonly [Key in "params" | "query" | "body" as Field<T, Key> extends z.ZodType
    ? Key
    : never]: Sent<Field<T, Key>>;
};

export type RouteOutput<T extends RouteDefinition> = z.output<T["response"]>;
