/**
 * How a route of the HTTP API is declared: once, here, for the server, the client and the
 * OpenAPI document. A route without an `access` does not compile.
 */
import type * as z from "zod";

/**
 * Who may call a route. Roles come on top of these later.
 * - `public`: anyone; the route says why
 * - `person`: anyone signed in, by session or API key
 * - `member`: a member of the organization in the path
 * - `admin`: an owner or admin of the organization in the path
 * - `publisher`: a member of the publisher in the path
 * - `operator`: the operator
 */
export type RouteAccess = "public" | "person" | "member" | "admin" | "publisher" | "operator";

export type RouteMethod = "get" | "post" | "put" | "delete";

export interface RouteDefinition {
  readonly method: RouteMethod;
  /** Below `/api/v1`, with parameters in braces: `/apps/{publisher}/{name}`. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly access: RouteAccess;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** The raw request body's media type, when it is not JSON. */
  readonly rawBody?: string;
  /** `stream`: Server-Sent Events whose data is `response`; `raw`: other media. */
  readonly kind?: "json" | "stream" | "raw";
  readonly status?: 200 | 201 | 202 | 204;
  readonly response: z.ZodType;
}

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
