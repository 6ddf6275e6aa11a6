/**
 * Opens WebSockets to a function's own host, and keeps them while their ground holds.
 *
 * Decides as for a request, and for both reading and writing: what goes over a socket later is not
 * decided again, message by message. When the installation, its release or its grants change, a
 * socket that they do not carry any longer is ended with a closing frame that says so.
 * Trust: browsers let any page open a WebSocket to any host, so an `Origin` must be one of ours;
 * the app chooses nothing of the answer's head but one of the offered subprotocols.
 */
import { type IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { type CellUpgrade, formatLimitLine } from "@berth/cells";
import { BerthError, errorTable, isBerthError, toWire } from "@berth/protocol";
import type { LiveInstallation } from "../installation/live.ts";
import type { PolicyQuestion } from "../policy/policy.ts";
import { sendError } from "./answer.ts";
import type { ServeDependencies } from "./serve-function.ts";
import { isolateKeyOf } from "./spec.ts";
import { reservedPrefix } from "./view-call.ts";
import type { ViewClaims } from "./view-token.ts";
import type { Visit, VisitDependencies } from "./visit.ts";
import { type Ending, openBridge, type SocketBounds } from "./web-socket/bridge.ts";
import { buildSwitchingHead, type Handshake, readHandshake } from "./web-socket/handshake.ts";
import type { OpenSockets, Seat } from "./web-socket/open-sockets.ts";
import type { SocketRate, SocketRates } from "./web-socket/socket-rates.ts";

export interface UpgradeDependencies
  extends Omit<ServeDependencies, "maxRequestBytes">,
    Pick<VisitDependencies, "hosts" | "insight"> {
  readonly sockets: OpenSockets;
  readonly rates: SocketRates;
  readonly bounds: SocketBounds;
}

/** A request for another protocol: what the server's `upgrade` event gives. */
export interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Socket;
  /** What the client sent after its head already. */
  readonly head: Buffer;
}

export type ServeUpgrade = (
  upgrade: Upgrade,
  installationId: string,
  requestId: string,
) => Promise<void>;

export function createServeUpgrade(dependencies: UpgradeDependencies): ServeUpgrade {
  const { pool, visits, fairShare, directory, hosts, metering, sockets, rates, bounds } =
    dependencies;
  const { insight, logger, refusals } = dependencies;

  /** The page sees the closing frame; the publisher finds the same words in the log. */
  function noteOverrun(live: LiveInstallation, { requestId }: Visit, error: BerthError): void {
    const message = formatLimitLine(error);
    insight.write(live.id, { level: "warn", source: "berth", requestId, message });
  }

  function checkOrigin({ inbound }: Visit): void {
    if (inbound.origin === undefined || hosts.isAllowedOrigin(inbound.origin)) return;
    throw new BerthError(
      "AUTH_ORIGIN_REFUSED",
      `A page of ${JSON.stringify(inbound.origin.slice(0, 120))} may not open WebSockets here.`,
    );
  }

  /** Why the socket may not stay, as things are now. */
  async function findEnding(
    before: LiveInstallation,
    visit: Visit,
    claims: ViewClaims,
  ): Promise<Ending | undefined> {
    const live = directory.findLoaded(before.id) ?? (await directory.load(before.id));
    if (live === undefined) return { code: 1008, reason: "INSTALLATION_NOT_FOUND" };
    try {
      demand({ ...(await questionOf(live, visit, claims)), isRecheck: true }, visit);
    } catch (error) {
      return { code: 1008, reason: toWire(error).code };
    }
    if (isolateKeyOf(live) === isolateKeyOf(before)) return undefined;
    return { code: 1012, reason: "The app was changed; open a new connection." };
  }

  async function questionOf(
    live: LiveInstallation,
    visit: Visit,
    claims: ViewClaims,
  ): Promise<PolicyQuestion> {
    const subject = await visits.subjectOf(visit, live, claims);
    return { live, purpose: "request", requestId: visit.requestId, subject };
  }

  function demand(question: PolicyQuestion, { request }: Visit): void {
    const url = request.url ?? "/";
    if (url.startsWith(reservedPrefix)) {
      throw new BerthError("ROUTE_NOT_FOUND", `Below ${reservedPrefix} no WebSocket is opened.`);
    }
    visits.demandFunction(question);
    visits.demandPath(question, url, ["read", "write"]);
  }

  async function join(
    input: {
      readonly visit: Visit;
      readonly live: LiveInstallation;
      readonly seat: Seat;
      readonly rate: SocketRate;
      readonly claims: ViewClaims;
    },
    socket: Socket,
    cell: CellUpgrade,
  ): Promise<void> {
    const { visit, live, rate, seat, claims } = input;
    const meter = metering.meter(live.id);
    const onBroken = (error: BerthError) => {
      meter.failedRequests += 1;
      visits.noteFailure(live, visit.requestId, error);
    };
    const onOverrun = (error: BerthError) => noteOverrun(live, visit, error);
    const bridge = openBridge({ client: socket, cell, bounds, meter, rate, onBroken, onOverrun });
    const check = () => findEnding(live, visit, claims);
    seat.open(bridge, check);
    // It may have changed while the app was asked.
    const ending = await check();
    if (ending !== undefined) bridge.end(ending);
    await bridge.closed;
  }

  async function open(
    visit: Visit,
    socket: Socket,
    input: {
      readonly handshake: Handshake;
      readonly live: LiveInstallation;
      readonly claims: ViewClaims;
      readonly onHead: (status: number) => void;
    },
  ): Promise<void> {
    const { handshake, live, claims } = input;
    const { response, requestId, inbound } = visit;
    const question = await questionOf(live, visit, claims);
    demand(question, visit);
    using seat = sockets.take(live.id, claims);
    using stay = await visits.enter(visit, question, claims);
    const gone = new AbortController();
    const giveUp = () => gone.abort();
    socket.once("close", giveUp);
    try {
      const offered = handshake.protocols.join(", ");
      const answer = await pool.upgrade(stay.spec, {
        ...stay.call,
        method: "GET",
        headers: [
          ...inbound.pairs,
          ["sec-websocket-version", "13"],
          ["sec-websocket-key", handshake.key],
          ...(offered === "" ? [] : [["sec-websocket-protocol", offered] as const]),
        ],
        body: null,
        signal: gone.signal,
      });
      socket.off("close", giveUp);
      input.onHead("socket" in answer ? 101 : answer.status);
      if (!("socket" in answer)) {
        // Nothing more is taken from the client, but its going must be seen.
        socket.resume();
        await visits.send(visit, live, answer).catch((error: unknown) => {
          answer.body.destroy();
          throw error;
        });
        return;
      }
      response.detachSocket(socket);
      if (socket.destroyed) {
        answer.socket.destroy();
        return;
      }
      const chosen = answer.headers.find(
        ([name]) => name.toLowerCase() === "sec-websocket-protocol",
      )?.[1];
      socket.write(buildSwitchingHead({ handshake, chosen, requestId }));
      using rate = rates.hold(live.id, claims.member, stay.spec.limits);
      await join({ visit, live, seat, rate, claims }, socket, answer);
    } finally {
      socket.off("close", giveUp);
    }
  }

  async function serve(visit: Visit, socket: Socket, installationId: string): Promise<void> {
    const startedAt = performance.now();
    let live: LiveInstallation | undefined;
    const count = (status: number) => {
      if (live === undefined) return;
      const meter = metering.meter(live.id);
      meter.requests += 1;
      if (status >= 500) meter.failedRequests += 1;
      // Of a socket only the hand-shake is a wait.
      const wallMs = performance.now() - startedAt;
      meter.wallMs += wallMs;
      meter.latencies.add(wallMs);
    };
    try {
      const admission = fairShare.admit(installationId);
      if (admission instanceof BerthError) {
        await new Promise<void>((resolve) => refusals.hold(resolve));
        throw admission;
      }
      if (admission !== undefined) await admission;
      const regained = visits.ready();
      if (regained !== undefined) await regained;
      const handshake = readHandshake(visit.request);
      checkOrigin(visit);
      const token = visit.inbound.token ?? handshake.token;
      visits.authorize(visit, token, installationId);
      live = directory.findLoaded(installationId) ?? (await visits.load(installationId));
      // Once more, since a sign-out meanwhile found no socket that it could end.
      const claims = visits.authorize(visit, token, installationId);
      await open(visit, socket, { handshake, live, claims, onHead: count });
    } catch (error) {
      const isFailure = !isBerthError(error) || errorTable[error.code].fault !== "caller";
      if (live !== undefined && isFailure) visits.noteFailure(live, visit.requestId, error);
      else if (live === undefined && !isBerthError(error)) {
        logger.error({ err: error, requestId: visit.requestId }, "a WebSocket was not opened");
      }
      if (visit.response.socket === null) {
        socket.destroy();
        return;
      }
      count(errorTable[toWire(error).code].httpStatus);
      sendError(visit, error);
    }
  }

  return async ({ request, socket, head }, installationId, requestId) => {
    socket.on("error", () => socket.destroy());
    if (head.length > 0) socket.unshift(head);
    // An answer that opens no socket is an ordinary one, and the last on this connection.
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    try {
      response.assignSocket(socket);
    } catch {
      // An earlier request on the connection is not answered yet: the client's own fault.
      socket.destroy();
      return;
    }
    response.once("finish", () => socket.end(() => socket.destroy()));
    const visit = visits.begin(request, response, requestId);
    try {
      await serve(visit, socket, installationId);
    } catch (error) {
      logger.error({ err: error, requestId }, "a WebSocket failed unexpectedly");
      socket.destroy();
    }
  };
}
