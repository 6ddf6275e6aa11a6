/**
 * Answers requests to a function's own host. The warm path touches no database: the token, the
 * installation, the module and the grants are all in memory.
 *
 * Invariant: neither the token nor a member's cookie reaches the app; see visit.ts for the rest.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { actionOfMethod, BerthError, errorTable, isBerthError } from "@berth/protocol";
import type { LiveInstallation } from "../installation/live.ts";
import type { Meter } from "../metering/metering.ts";
import type { OpenUse } from "../policy/open-uses.ts";
import type { PolicyQuestion } from "../policy/policy.ts";
import { type Answer, sendError } from "./answer.ts";
import { boundBody, tooLarge } from "./bounded-body.ts";
import { CallerGone } from "./caller-gone.ts";
import type { FairShare } from "./fair-share.ts";
import type { HeldRefusals } from "./held-refusals.ts";
import { answerViewCall, reservedPrefix } from "./view-call.ts";
import type { ViewClaims } from "./view-token.ts";
import { ownPolicy, type Visit, type VisitDependencies, type Visits } from "./visit.ts";

export interface ServeDependencies
  extends Pick<
    VisitDependencies,
    "pool" | "directory" | "gateway" | "metering" | "openUses" | "logger"
  > {
  readonly visits: Visits;
  readonly fairShare: FairShare;
  readonly refusals: HeldRefusals;
  readonly maxRequestBytes: number;
}

export type ServeFunction = (
  request: IncomingMessage,
  response: ServerResponse,
  installationId: string,
  requestId: string,
) => Promise<void>;

const settled = Promise.resolve();
const methods: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]);

export function createServeFunction(dependencies: ServeDependencies): ServeFunction {
  const { pool, visits, directory, gateway, metering, logger, maxRequestBytes } = dependencies;
  const { fairShare, refusals, openUses } = dependencies;

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

  async function invoke(visit: Visit, live: LiveInstallation, claims: ViewClaims): Promise<void> {
    const { request, response, requestId, inbound } = visit;
    const url = request.url ?? "/";
    const found = visits.subjectOf(visit, live, claims);
    const subject = found instanceof Promise ? await found : found;
    const question: PolicyQuestion = { live, purpose: "request", requestId, subject };
    if (url.startsWith(reservedPrefix)) {
      const caller = { live, member: claims.member, requestId, subject };
      const headers = [...ownPolicy, ...visit.cors, "berth-request-id", requestId];
      return answerViewCall({ request, response, caller, headers, gateway });
    }
    visits.demandFunction(question);
    const method = request.method ?? "";
    if (!methods.has(method)) {
      throw new BerthError(
        "REQUEST_INVALID",
        `The method ${method} does not reach functions; use one of ${[...methods].join(", ")}.`,
      );
    }
    const actions = [actionOfMethod(method)];
    visits.demandPath(question, url, actions);
    const gone = new CallerGone();
    let revoked: BerthError | undefined;
    const use: OpenUse = {
      async check(now) {
        const by = await visits.subjectOf(visit, now, claims);
        visits.demandPath({ ...question, live: now, subject: by, isRecheck: true }, url, actions);
      },
      end(error) {
        revoked = error;
        gone.abort();
        // A broken-off answer must not look like a complete one.
        if (response.headersSent) response.destroy();
      },
    };
    using _held = openUses.hold(live.id, use);
    // It may have changed while it was read; from here on it is told.
    if (directory.findLoaded(live.id) !== live) await use.check(await visits.load(live.id));
    if ((inbound.contentLength ?? 0) > maxRequestBytes) throw tooLarge(maxRequestBytes);

    const isUnsized = inbound.hasBody && inbound.contentLength === undefined;
    const bounded = isUnsized ? boundBody(request, maxRequestBytes) : undefined;
    using stay = await visits.enter(visit, question, claims);
    let isAnswered = false;
    response.on("close", () => {
      // Whoever goes later breaks nothing off; `send` ends the body.
      if (!isAnswered) gone.abort();
    });
    try {
      const answer = await pool.fetch(stay.spec, {
        ...stay.call,
        method,
        headers: inbound.pairs,
        body: bounded ?? (inbound.hasBody ? request : null),
        signal: gone,
      });
      isAnswered = true;
      if (response.closed) {
        answer.body.destroy();
        return;
      }
      try {
        await visits.send(visit, live, answer);
      } catch (error) {
        answer.body.destroy();
        throw error;
      }
    } catch (error) {
      if (revoked !== undefined) throw revoked;
      // The cell only knows that its upload broke off; the bound knows why.
      throw isBerthError(bounded?.errored) ? bounded.errored : error;
    } finally {
      isAnswered = true;
    }
  }

  async function serve(
    visit: Visit,
    installationId: string,
    turn: Promise<void> | undefined,
  ): Promise<void> {
    const startedAt = performance.now();
    const { socket } = visit.request;
    const sentBefore = socket.bytesWritten;
    let live: LiveInstallation | undefined;
    let failed = false;
    try {
      if (turn !== undefined) await turn;
      // Who went away while it waited is owed nothing.
      if (visit.response.closed) return;
      const regained = visits.ready();
      if (regained !== undefined) await regained;
      const claims = visits.authorize(visit, visit.inbound.token, installationId);
      live = directory.findLoaded(installationId) ?? (await visits.load(installationId));
      await invoke(visit, live, claims);
    } catch (error) {
      failed = !isBerthError(error) || errorTable[error.code].fault !== "caller";
      if (live !== undefined && failed) visits.noteFailure(live, visit.requestId, error);
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
    const wallMs = performance.now() - startedAt;
    meter.wallMs += wallMs;
    meter.latencies.add(wallMs);
  }

  /** Thousands a second in a flood: nothing of it is read before its time has come. */
  function refuse(answer: Answer, refusal: BerthError): void {
    const { request, response, requestId } = answer;
    refusals.hold(() => {
      if (response.closed) return;
      const { cors } = visits.begin(request, response, requestId);
      sendError({ ...answer, headers: cors }, refusal);
    });
  }

  async function answer(
    { request, response, requestId }: Answer,
    installationId: string,
    turn: Promise<void> | undefined,
  ): Promise<void> {
    const visit = visits.begin(request, response, requestId);
    try {
      if (request.method === "OPTIONS") answerPreflight(visit);
      else await serve(visit, installationId, turn);
    } catch (error) {
      logger.error({ err: error, requestId }, "a function request failed unexpectedly");
      sendError(visit, error);
    }
  }

  return (request, response, installationId, requestId) => {
    const isPreflight = request.method === "OPTIONS";
    const admission = isPreflight ? undefined : fairShare.admit(installationId);
    if (!(admission instanceof BerthError)) {
      return answer({ request, response, requestId }, installationId, admission);
    }
    refuse({ request, response, requestId }, admission);
    return settled;
  };
}
