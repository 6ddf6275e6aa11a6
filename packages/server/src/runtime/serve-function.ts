/**
 * Answers requests to a function's own host. The warm path touches no database: the token, the
 * installation, the module and the grants are all in memory.
 *
 * Trust: the client is a page that anyone may imitate, so nothing passes without a token for this
 * very installation; the app's answer is as hostile as the client and goes through `readOutbound`.
 * Invariant: neither the token nor a member's cookie reaches the app.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { CellPool, CellResponse } from "@berth/cells";
import {
  actionOfMethod,
  BerthError,
  errorTable,
  isBerthError,
  normalizeResourcePath,
  toWire,
} from "@berth/protocol";
import type { Logger } from "pino";
import type { Gateway } from "../gateway/gateway.ts";
import type { Insight } from "../insight/insight.ts";
import type { InstallationDirectory, LiveInstallation } from "../installation/live.ts";
import type { Meter, Metering } from "../metering/metering.ts";
import type { Policy } from "../policy/policy.ts";
import { sendError } from "./answer.ts";
import { boundBody, tooLarge } from "./bounded-body.ts";
import type { Hosts } from "./hosts.ts";
import { type Inbound, readInbound } from "./inbound.ts";
import { readOutbound } from "./outbound.ts";
import { isolateKeyOf, type Specs } from "./spec.ts";
import { answerViewCall, reservedPrefix } from "./view-call.ts";
import type { ViewClaims, ViewTokens } from "./view-token.ts";

export interface ServeDependencies {
  readonly pool: Pick<CellPool, "fetch">;
  readonly specs: Specs;
  readonly directory: Pick<InstallationDirectory, "findLoaded" | "load">;
  readonly gateway: Pick<Gateway, "mint" | "release" | "callFromView">;
  readonly policy: Pick<Policy, "demand" | "demandServing">;
  readonly metering: Pick<Metering, "meter">;
  readonly insight: Pick<Insight, "write">;
  readonly tokens: Pick<ViewTokens, "verify">;
  readonly hosts: Pick<Hosts, "functionOrigin" | "isAllowedOrigin">;
  readonly logger: Logger;
  readonly maxRequestBytes: number;
}

export type ServeFunction = (
  request: IncomingMessage,
  response: ServerResponse,
  installationId: string,
  requestId: string,
) => Promise<void>;

/** Of one request, for those who end it. */
interface Visit {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly inbound: Inbound;
  readonly cors: readonly string[];
}

/** What the function threw is in its log with its stack, what was denied by the policy. */
const loggedElsewhere: ReadonlySet<string> = new Set(["FUNCTION_THREW", "PERMISSION_DENIED"]);
const methods: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]);

/** The page's own requests carry a token by header, so no cookie of it is ever asked for. */
const ownPolicy = [
  "x-content-type-options",
  "nosniff",
  "referrer-policy",
  "no-referrer",
  "cross-origin-resource-policy",
  "same-origin",
  "content-security-policy",
  "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox",
];

export function createServeFunction(dependencies: ServeDependencies): ServeFunction {
  const { pool, specs, directory, gateway, policy, metering, insight, tokens, hosts, logger } =
    dependencies;
  const { maxRequestBytes } = dependencies;

  function corsOf(inbound: Inbound): string[] {
    const { origin } = inbound;
    if (origin === undefined || !hosts.isAllowedOrigin(origin)) return ["vary", "origin"];
    return [
      "vary",
      "origin",
      "access-control-allow-origin",
      origin,
      "access-control-expose-headers",
      "*",
    ];
  }

  function answerPreflight({ response, inbound, cors, requestId }: Visit): void {
    const allow =
      inbound.requestedMethod === undefined || cors.length === 2
        ? []
        : [
            "access-control-allow-methods",
            [...methods].join(", "),
            "access-control-allow-headers",
            // The client's own list back, as `*` does not cover authorization.
            (inbound.requestedHeaders ?? "").replace(/[^\w\-, ]/g, "").slice(0, 1_024) ||
              "authorization",
            "access-control-max-age",
            "7200",
          ];
    response.writeHead(204, [...cors, ...allow, "berth-request-id", requestId]);
    response.end();
  }

  function authorize(visit: Visit, installationId: string): ViewClaims {
    const { inbound } = visit;
    if (inbound.isServiceWorkerScript) {
      throw new BerthError(
        "AUTH_FORBIDDEN",
        "Service workers are not served from a function's host.",
      );
    }
    const claims =
      inbound.token === undefined ? undefined : tokens.verify(inbound.token, installationId);
    if (claims !== undefined) return claims;
    throw new BerthError(
      "AUTH_REQUIRED",
      "A function's host needs the bearer token of an open view for this installation; open the view again for a new one.",
    );
  }

  async function findInstallation(id: string): Promise<LiveInstallation> {
    const live = await directory.load(id);
    if (live !== undefined) return live;
    throw new BerthError("INSTALLATION_NOT_FOUND", `There is no installation ${id}.`);
  }

  /** Sends the function's head and streams its body. Resolves when the response is closed. */
  function send(visit: Visit, live: LiveInstallation, answer: CellResponse): Promise<void> {
    const { request, response, requestId, cors } = visit;
    const origin = hosts.functionOrigin(live.id);
    const path = request.url ?? "/";
    const { headers, notable } = readOutbound({
      status: answer.status,
      headers: answer.headers,
      origin,
      path,
    });
    for (const name of notable) {
      const message = `The answer's header ${name} was left out; Berth sets the policy of a function's host.`;
      insight.write(live.id, { level: "warn", source: "berth", requestId, message });
    }
    headers.push(...ownPolicy, ...cors, "berth-request-id", requestId);
    return new Promise((resolve) => {
      response.once("close", () => {
        answer.body.destroy();
        resolve();
      });
      response.writeHead(answer.status, headers);
      answer.body.once("error", (error) => {
        noteFailure(live, requestId, error);
        // A broken-off answer must not look like a complete one.
        response.destroy();
      });
      answer.body.pipe(response);
    });
  }

  function noteFailure(live: LiveInstallation, requestId: string, error: unknown): void {
    const { code, message } = toWire(error);
    const { fault } = errorTable[code];
    if (fault === "platform") {
      logger.error({ err: error, installation: live.id, requestId }, "a function request failed");
    }
    if (fault !== "caller" && !loggedElsewhere.has(code)) {
      insight.write(live.id, {
        level: "error",
        source: "berth",
        requestId,
        message: `${code}: ${message}`,
      });
    }
  }

  async function invoke(visit: Visit, live: LiveInstallation, claims: ViewClaims): Promise<void> {
    const { request, response, requestId, inbound } = visit;
    const url = request.url ?? "/";
    const caller = { live, member: claims.member, requestId };
    const question = { live, purpose: "request", requestId } as const;
    if (url.startsWith(reservedPrefix)) {
      const headers = [...ownPolicy, ...visit.cors, "berth-request-id", requestId];
      return answerViewCall({ request, response, caller, headers, gateway });
    }
    policy.demandServing(question);
    if (live.manifest.server === undefined) {
      throw new BerthError("FUNCTION_ABSENT", `${live.app} has no function on the server.`);
    }
    const method = request.method ?? "";
    if (!methods.has(method)) {
      throw new BerthError(
        "REQUEST_INVALID",
        `The method ${method} does not reach functions; use one of ${[...methods].join(", ")}.`,
      );
    }
    const resource = normalizeResourcePath(url);
    policy.demand(question, { type: "api", resource, action: actionOfMethod(method) });
    if ((inbound.contentLength ?? 0) > maxRequestBytes) throw tooLarge(maxRequestBytes);

    const isUnsized = inbound.hasBody && inbound.contentLength === undefined;
    const bounded = isUnsized ? boundBody(request, maxRequestBytes) : undefined;
    const isolateKey = isolateKeyOf(live);
    const spec = specs.find(isolateKey) ?? (await specs.load(live));
    const handle = gateway.mint({ ...caller, isolateKey, purpose: "request" });
    const gone = new AbortController();
    const giveUp = () => gone.abort();
    response.once("close", giveUp);
    try {
      const answer = await pool.fetch(spec, {
        method,
        path: url,
        host: hostOf(hosts.functionOrigin(live.id)),
        headers: inbound.pairs,
        body: bounded ?? (inbound.hasBody ? request : null),
        handle,
        props: {
          installation: live.id,
          member: claims.member,
          organization: { name: live.organizationName },
          locale: inbound.locale ?? "en",
        },
        requestId,
        signal: gone.signal,
      });
      response.off("close", giveUp);
      if (response.closed) {
        answer.body.destroy();
        return;
      }
      try {
        await send(visit, live, answer);
      } catch (error) {
        answer.body.destroy();
        throw error;
      }
    } catch (error) {
      // The cell only knows that its upload broke off; the bound knows why.
      throw isBerthError(bounded?.errored) ? bounded.errored : error;
    } finally {
      response.off("close", giveUp);
      gateway.release(handle);
    }
  }

  async function serve(visit: Visit, installationId: string): Promise<void> {
    if (visit.request.method === "OPTIONS") return answerPreflight(visit);
    const startedAt = performance.now();
    const { socket } = visit.request;
    const sentBefore = socket.bytesWritten;
    let live: LiveInstallation | undefined;
    let failed = false;
    try {
      const claims = authorize(visit, installationId);
      live = directory.findLoaded(installationId) ?? (await findInstallation(installationId));
      await invoke(visit, live, claims);
    } catch (error) {
      failed = !isBerthError(error) || errorTable[error.code].fault !== "caller";
      if (live !== undefined && failed) noteFailure(live, visit.requestId, error);
      else if (live === undefined && !isBerthError(error)) {
        logger.error({ err: error, requestId: visit.requestId }, "a function request failed");
      }
      sendError({ ...visit, headers: visit.cors }, error);
    }
    if (live === undefined) return;
    const meter: Meter = metering.meter(live.id);
    meter.requests += 1;
    if (failed || visit.response.statusCode >= 500) meter.failedRequests += 1;
    meter.bytesIn += visit.inbound.contentLength ?? 0;
    meter.bytesOut += Math.max(0, socket.bytesWritten - sentBefore);
    meter.latencies.add(performance.now() - startedAt);
  }

  return async (request, response, installationId, requestId) => {
    const inbound = readInbound(request.rawHeaders);
    const visit = { request, response, requestId, inbound, cors: corsOf(inbound) };
    try {
      await serve(visit, installationId);
    } catch (error) {
      logger.error({ err: error, requestId }, "a function request failed unexpectedly");
      sendError(visit, error);
    }
  };
}

function hostOf(origin: string): string {
  return origin.slice(origin.indexOf("//") + 2);
}
