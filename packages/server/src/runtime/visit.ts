/**
 * What a request and a WebSocket to a function's host have in common: who comes, whether they may,
 * on whose behalf the app acts, and how its answer goes back.
 *
 * Trust: the client is a page that anyone may imitate, so nothing passes without a token for this
 * very installation; the app's answer is as hostile as the client and goes through `readOutbound`.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { type CellPool, type CellRequest, type CellResponse, findMetLimit } from "@berth/cells";
import {
  BerthError,
  errorTable,
  normalizeResourcePath,
  type PermissionAction,
  toWire,
} from "@berth/protocol";
import type { Logger } from "pino";
import type { Gateway } from "../gateway/gateway.ts";
import type { AddressOfRequest } from "../http/client-address.ts";
import type { Insight } from "../insight/insight.ts";
import type { InstallationDirectory, LiveInstallation } from "../installation/live.ts";
import type { Metering } from "../metering/metering.ts";
import type { OpenUses } from "../policy/open-uses.ts";
import type { Policy, PolicyQuestion } from "../policy/policy.ts";
import type { Subject } from "../policy/ports.ts";
import type { WhoCalls } from "../policy/who-calls.ts";
import type { Hosts } from "./hosts.ts";
import { type Inbound, readInbound } from "./inbound.ts";
import { readOutbound } from "./outbound.ts";
import { type FunctionSpec, isolateKeyOf, type Specs } from "./spec.ts";
import type { ViewClaims, ViewTokens } from "./view-token.ts";

export interface VisitDependencies {
  readonly pool: Pick<CellPool, "fetch" | "upgrade">;
  readonly specs: Specs;
  readonly directory: Pick<InstallationDirectory, "findLoaded" | "load">;
  readonly gateway: Pick<Gateway, "mint" | "release" | "callFromView">;
  readonly policy: Pick<Policy, "demand" | "demandServing" | "ready">;
  readonly metering: Pick<Metering, "meter">;
  readonly insight: Pick<Insight, "write">;
  readonly tokens: Pick<ViewTokens, "verify">;
  readonly whoCalls: WhoCalls;
  readonly openUses: Pick<OpenUses, "hold">;
  readonly hosts: Pick<Hosts, "functionOrigin" | "isAllowedOrigin">;
  /** The client's address, which conditions and policies ask for. Default: the connection's. */
  readonly addressOf?: AddressOfRequest;
  readonly logger: Logger;
}

/** Of one request, for those who end it. */
export interface Visit {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly inbound: Inbound;
  readonly cors: readonly string[];
}

/** The app's part of one visit: its code, and the handle by which it acts. */
export interface Stay extends Disposable {
  readonly spec: FunctionSpec;
  readonly call: Pick<CellRequest, "path" | "host" | "handle" | "props" | "requestId">;
}

/** What an app is told of its caller. */
type CallerProps = {
  readonly installation: string;
  readonly member: string;
  readonly organization: { readonly name: string };
  readonly locale: string;
};

export interface Visits {
  begin(request: IncomingMessage, response: ServerResponse, requestId: string): Visit;
  /** @throws AUTH_REQUIRED, AUTH_FORBIDDEN */
  authorize(visit: Visit, token: string | undefined, installationId: string): ViewClaims;
  /** Who is behind it, as they are now. @throws AUTH_REQUIRED for who is no member any longer */
  subjectOf(
    visit: Visit,
    live: LiveInstallation,
    claims: ViewClaims,
  ): Subject | null | Promise<Subject | null>;
  /** @throws INSTALLATION_NOT_FOUND */
  load(installationId: string): Promise<LiveInstallation>;
  /** Undefined when this node may decide; else settles when it may, or when that took too long. */
  ready(): Promise<void> | undefined;
  /** @throws INSTALLATION_STATE, FUNCTION_ABSENT */
  demandFunction(question: PolicyQuestion): void;
  /** @throws PERMISSION_DENIED, REQUEST_INVALID for a path that is not plain */
  demandPath(question: PolicyQuestion, url: string, actions: readonly PermissionAction[]): void;
  /** The handle ends with it. @throws what loading the code throws */
  enter(visit: Visit, question: PolicyQuestion, claims: ViewClaims): Promise<Stay>;
  /** Sends the function's head and streams its body. Resolves when the response is closed. */
  send(visit: Visit, live: LiveInstallation, answer: CellResponse): Promise<void>;
  noteFailure(live: LiveInstallation, requestId: string, error: unknown): void;
}

/** What the function threw is in its log with its stack, what was denied by the policy. */
const loggedElsewhere: ReadonlySet<string> = new Set(["FUNCTION_THREW", "PERMISSION_DENIED"]);

/** A larger body is not copied into a text. */
const maxTextBytes = 8_192;

/** The page's own requests carry a token by header, so no cookie of it is ever asked for. */
export const ownPolicy: readonly string[] = [
  "x-content-type-options",
  "nosniff",
  "referrer-policy",
  "no-referrer",
  "cross-origin-resource-policy",
  "same-origin",
  "content-security-policy",
  "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox",
];

export function createVisits(dependencies: VisitDependencies): Visits {
  const { specs, directory, gateway, policy, insight, tokens, hosts, logger } = dependencies;
  const { whoCalls, addressOf = ({ socket }: IncomingMessage) => socket.remoteAddress } =
    dependencies;

  const callers = new WeakMap<
    ViewClaims,
    { readonly live: LiveInstallation; readonly props: CallerProps }
  >();

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

  /** The same object for the same caller: what the cell wrote of it is then kept. */
  function propsOf(live: LiveInstallation, claims: ViewClaims, locale: string): CallerProps {
    const before = callers.get(claims);
    if (before?.live === live && before.props.locale === locale) return before.props;
    const { member } = claims;
    const organization = { name: live.organizationName };
    const props = { installation: live.id, member, organization, locale };
    callers.set(claims, { live, props });
    return props;
  }

  function noteFailure(live: LiveInstallation, requestId: string, error: unknown): void {
    const { code, message } = toWire(error);
    const { fault } = errorTable[code];
    if (fault === "platform") {
      logger.error({ err: error, installation: live.id, requestId }, "a function request failed");
    }
    // Of a limit that it met, the pool has told the app's log.
    if (fault !== "caller" && !loggedElsewhere.has(code) && findMetLimit(error) === undefined) {
      insight.write(live.id, {
        level: "error",
        source: "berth",
        requestId,
        message: `${code}: ${message}`,
      });
    }
  }

  return {
    noteFailure,
    ready: policy.ready,
    begin(request, response, requestId) {
      const inbound = readInbound(request.rawHeaders);
      return { request, response, requestId, inbound, cors: corsOf(inbound) };
    },
    authorize({ inbound }, token, installationId) {
      if (inbound.isServiceWorkerScript) {
        throw new BerthError(
          "AUTH_FORBIDDEN",
          "Service workers are not served from a function's host.",
        );
      }
      const claims = token === undefined ? undefined : tokens.verify(token, installationId);
      if (claims !== undefined) return claims;
      throw new BerthError(
        "AUTH_REQUIRED",
        "A function's host needs the bearer token of an open view for this installation; open the view again for a new one.",
      );
    },
    subjectOf: ({ request }, live, claims) =>
      whoCalls.subjectOf(live, claims, addressOf(request) ?? null),
    async load(id) {
      const live = await directory.load(id);
      if (live !== undefined) return live;
      throw new BerthError("INSTALLATION_NOT_FOUND", `There is no installation ${id}.`);
    },
    demandFunction(question) {
      policy.demandServing(question);
      const { live } = question;
      if (live.manifest.server !== undefined) return;
      throw new BerthError("FUNCTION_ABSENT", `${live.app} has no function on the server.`);
    },
    demandPath(question, url, actions) {
      const resource = normalizeResourcePath(url);
      for (const action of actions) policy.demand(question, { type: "api", resource, action });
    },
    async enter({ request, requestId, inbound }, { live, subject }, claims) {
      const isolateKey = isolateKeyOf(live);
      const spec = specs.find(isolateKey) ?? (await specs.load(live));
      const { member } = claims;
      const handle = gateway.mint({
        live,
        member,
        requestId,
        isolateKey,
        purpose: "request",
        subject,
      });
      const call = {
        path: request.url ?? "/",
        host: hostOf(hosts.functionOrigin(live.id)),
        handle,
        props: propsOf(live, claims, inbound.locale ?? "en"),
        requestId,
      };
      return new HeldStay(spec, call, gateway);
    },
    async send({ request, response, requestId, cors }, live, answer) {
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
      await new Promise<void>((resolve) => {
        response.writeHead(answer.status, headers);
        if (answer.bytes !== undefined) {
          response.on("close", resolve);
          if (answer.bytes.length > maxTextBytes) response.end(answer.bytes);
          // A text leaves in one piece with the head; each character of this one is a byte.
          else response.end(textOf(answer.bytes), "latin1");
          return;
        }
        response.on("close", () => {
          answer.body.destroy();
          resolve();
        });
        answer.body.once("error", (error) => {
          noteFailure(live, requestId, error);
          // A broken-off answer must not look like a complete one.
          response.destroy();
        });
        answer.body.pipe(response);
      });
    },
  };
}

/** A class: to make an object with a symbol as a name takes much longer, and there is one a request. */
class HeldStay implements Stay {
  readonly spec: FunctionSpec;
  readonly call: Stay["call"];
  readonly #gateway: Pick<Gateway, "release">;

  constructor(spec: FunctionSpec, call: Stay["call"], gateway: Pick<Gateway, "release">) {
    this.spec = spec;
    this.call = call;
    this.#gateway = gateway;
  }

  [Symbol.dispose](): void {
    this.#gateway.release(this.call.handle);
  }
}

function textOf({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString("latin1");
}

function hostOf(origin: string): string {
  return origin.slice(origin.indexOf("//") + 2);
}
