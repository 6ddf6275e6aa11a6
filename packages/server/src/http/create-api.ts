/**
 * Binds the handlers to the route table and serves them with the documentation and the console.
 *
 * Order for each request: route, origin, who calls, may they, parameters, body, handler. A handler that
 * is missing does not compile; a route is never served without its access having been decided.
 * Trust: everything in the request is hostile; an answer is cut to its declared schema.
 */
import { BerthError, toWire } from "@berth/protocol";
import { type ApiRouteName, apiPrefix, apiRoutes, type RouteDefinition } from "@berth/protocol/api";
import { type Context, Hono } from "hono";
import type { Ground } from "../storage/ground.ts";
import { type Access, type AccessSources, decideAccess } from "./access.ts";
import { answerError, answerJson, createApiHeaders, routeNotFound } from "./answer.ts";
import type { ApiContext, Handlers, StreamEvent } from "./api.ts";
import { readJson } from "./body.ts";
import { createCors } from "./cors.ts";
import { addDocumentation } from "./documentation.ts";
import { answerEvents, type EventStreamOptions, type EventStreamTimes } from "./event-stream.ts";
import { checkOrigin } from "./origin.ts";
import { parsePart } from "./parse.ts";
import { createStreamCount } from "./stream-count.ts";

export interface ApiOptions extends AccessSources {
  readonly handlers: Handlers<ApiRouteName>;
  /** Browser origins whose pages may make unsafe requests: the console's and the products'. */
  readonly origins: () => readonly string[];
  /** Those of them whose pages may do so by a cookie: the console's. Default: all of them. */
  readonly cookieOrigins?: () => readonly string[];
  /** Answers what is not the API's: the console. Without it, such addresses are not found. */
  readonly site?: (request: Request) => Promise<Response | undefined>;
  readonly ground: Ground;
  readonly version: string;
  readonly streamTimes?: Partial<EventStreamTimes>;
  /** Calls when what somebody may do in an organization has changed: their streams ask for access anew. */
  readonly onAccessChange?: (listener: (change: AccessChange) => void) => () => void;
  /** At its abort event streams are broken off without an end, and so is each that is asked for later. */
  readonly closing?: AbortSignal;
}

/** What the front door knows of a request. */
export interface RequestOrigin {
  /** Made here when the front door gave none. */
  readonly requestId?: string;
  /** The client's network address. */
  readonly address?: string;
}

export interface Api {
  /** Never rejects: a failure is an answer. */
  fetch(request: Request, from?: RequestOrigin): Promise<Response>;
}

export interface AccessChange {
  readonly organizationId: string;
  readonly personIds: readonly string[];
}

interface Variables {
  readonly Bindings: { readonly requestId: string; readonly address: string | null };
}

/** A handler whose types were erased by walking the table. */
type AnyHandler = (
  input: { params: unknown; query: unknown; body: unknown },
  context: ApiContext,
) => Promise<unknown>;

const requestIdBytes = 12;

async function answerResult(
  result: unknown,
  options: {
    readonly definition: RouteDefinition;
    readonly headers: Headers;
    readonly stream: Pick<
      EventStreamOptions,
      | "controller"
      | "encodeError"
      | "checkAccess"
      | "onAccessChange"
      | "closing"
      | "onEnd"
      | "times"
    >;
  },
): Promise<Response> {
  const { definition, headers, stream } = options;
  if (definition.kind === "stream") {
    // The handler's type says so; the table's erased it.
    const events = result as AsyncIterable<StreamEvent<unknown>>;
    return answerEvents(cutToSchema(events, definition), { headers, ...stream });
  }
  if (definition.kind === "raw") {
    const response = result as Response;
    for (const [name, value] of response.headers) headers.set(name, value);
    return new Response(response.body, { status: response.status, headers });
  }
  const status = definition.status ?? 200;
  if (status === 204) return new Response(null, { status, headers });
  return answerJson(headers, status, definition.response.parse(result));
}

async function* cutToSchema(
  events: AsyncIterable<StreamEvent<unknown>>,
  definition: RouteDefinition,
): AsyncGenerator<StreamEvent<unknown>> {
  for await (const { id, data } of events) {
    yield { ...(id === undefined ? {} : { id }), data: definition.response.parse(data) };
  }
}

/** The names in the path reach the database before their schemas are asked. @throws REQUEST_INVALID */
function checkAddress(request: Request): void {
  if (!/%00/.test(request.url)) return;
  throw new BerthError("REQUEST_INVALID", "The address holds a NUL character; remove it.");
}

/** @throws REQUEST_INVALID for a name that comes twice: what stands before Berth may have read the other */
function queryOf(request: Request): Record<string, string> {
  const query = new Map<string, string>();
  for (const [name, value] of new URL(request.url).searchParams) {
    if (query.has(name)) {
      const shown = JSON.stringify(name.slice(0, 64));
      throw new BerthError("REQUEST_INVALID", `The query names ${shown} twice; send it once.`);
    }
    query.set(name, value);
  }
  return Object.fromEntries(query);
}

export function createApi(options: ApiOptions): Api {
  const { handlers, ground, origins, site, cookieOrigins = origins } = options;
  const { logger } = ground;
  // A path is matched as it came: "/a/" is not "/a", and names are compared exactly.
  const app = new Hono<Variables>({ strict: true });
  const streams = createStreamCount();
  const cors = createCors(origins);

  const listenFor =
    ({ caller, organization }: Access) =>
    (recheck: () => void) =>
      options.onAccessChange?.(({ organizationId, personIds }) => {
        const isTheirs = organizationId === organization?.id;
        if (isTheirs && personIds.includes(caller?.personId ?? "")) recheck();
      });

  const serve = async (
    context: Context<Variables>,
    name: ApiRouteName,
    definition: RouteDefinition,
  ): Promise<Response> => {
    const request = context.req.raw;
    const { requestId, address } = context.env;
    const headers = createApiHeaders(requestId);
    const encodeError = (error: unknown) => {
      logger.warn({ err: error, requestId, route: name }, "an event stream failed");
      return toWire(error);
    };
    let endStream: () => void = () => undefined;
    try {
      const isStream = definition.kind === "stream";
      checkOrigin(request, { all: origins(), byCookie: cookieOrigins(), isStream });
      checkAddress(request);
      const rawParams = context.req.param() as Record<string, string>;
      const decide = () => {
        const now = ground.clock.now();
        return decideAccess(options, { definition, request, params: rawParams, now });
      };
      const access = await decide();
      const controller = new AbortController();
      const input = {
        params: definition.params && parsePart(definition.params, rawParams, "params"),
        query: definition.query && parsePart(definition.query, queryOf(request), "query"),
        body:
          definition.body && parsePart(definition.body, (await readJson(request)) ?? {}, "body"),
      };
      if (definition.kind === "stream") endStream = streams.begin(access.caller?.personId ?? null);
      // The table pairs each name with its handler; TypeScript cannot follow a loop over it.
      const handler = handlers[name] as unknown as AnyHandler;
      const result = await handler(input, {
        ...access,
        requestId,
        address,
        request,
        signal: AbortSignal.any([request.signal, controller.signal]),
        setCookies(cookies) {
          for (const cookie of cookies) headers.append("set-cookie", cookie);
        },
        lastEventId: request.headers.get("last-event-id"),
      });
      const times = options.streamTimes ?? {};
      const { closing } = options;
      const stream = {
        ...{ controller, encodeError, closing, times },
        checkAccess: decide,
        onAccessChange: listenFor(access),
        onEnd: endStream,
      };
      return await answerResult(result, { definition, headers, stream });
    } catch (error) {
      endStream();
      const isScim = definition.access === "scim";
      return answerError(error, {
        headers: createApiHeaders(requestId),
        requestId,
        logger,
        isScim,
      });
    }
  };

  for (const [name, definition] of Object.entries<RouteDefinition>(apiRoutes)) {
    const path = `${apiPrefix}${definition.path.replaceAll(/\{(\w+)\}/g, ":$1")}`;
    // The table's keys are the names.
    app.on(definition.method.toUpperCase(), path, (context) =>
      serve(context, name as ApiRouteName, definition),
    );
  }
  addDocumentation(app, options.version);

  app.notFound(async (context) => {
    const { requestId } = context.env;
    const { path, method, raw } = context.req;
    const isApi = path === apiPrefix || path.startsWith(`${apiPrefix}/`);
    const answer = isApi ? undefined : await site?.(raw);
    if (answer !== undefined) return answer;
    const headers = createApiHeaders(requestId);
    return answerError(routeNotFound(method, path), { headers, requestId, logger });
  });
  app.onError((error, { env: { requestId } }) =>
    answerError(error, { headers: createApiHeaders(requestId), requestId, logger }),
  );

  return {
    async fetch(request, from = {}) {
      const requestId =
        from.requestId ?? Buffer.from(ground.random(requestIdBytes)).toString("hex");
      const env = { requestId, address: from.address ?? null };
      const preflight = cors.answerPreflight(request);
      if (preflight !== undefined) return preflight;
      try {
        return cors.allow(request, await app.fetch(request, env));
      } catch (error) {
        return answerError(error, { headers: createApiHeaders(requestId), requestId, logger });
      }
    },
  };
}
