/**
 * The server's end of a cell's `out.sock`: capability calls, egress, logs and modules.
 *
 * Trust: all that arrives is hostile until parsed. A cell can claim only the keys of isolates that
 * were loaded into it; whose call it is, the gateway decides by the handle. What a cell may cost
 * before that is known is bounded by rates, which are taken before a body is read.
 */

import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { pipeline as pipe, type Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { BerthError, isBerthError, toWire } from "@berth/protocol";
import type { CellSink } from "../calls.ts";
import { type JsonValue, toAsciiJson } from "../json.ts";
import { createLimitError } from "../limit-error.ts";
import type { CellClock, CellLogger } from "../ports.ts";
import { readBounded } from "./bounded-read.ts";
import { appendHeaders, toPairs } from "./headers.ts";
import type { IsolateLedger, OutgoingKind } from "./isolate-ledger.ts";
import { createLogIntake, type LogIntake } from "./log-intake.ts";
import { createPacedStream } from "./paced-stream.ts";
import { createTokenBucket, type TokenBucket } from "./token-bucket.ts";
import type { WaitingModules } from "./waiting-modules.ts";

const maxCallBytes = 4 * 1024 * 1024;
const maxLogBytes = 2 * 1024 * 1024;
const maxHeaderBytes = 64 * 1024;
const maxNameLength = 200;

/** Of one cell. Above the rates a request is refused unread and its connection is closed. */
export interface OutLimits {
  readonly requestsPerSecond: number;
  readonly requestBurst: number;
  /** Bodies of calls and logs; one without a length counts as the longest that is allowed. */
  readonly bytesPerSecond: number;
  readonly byteBurst: number;
  /** A call's or log's body must have come by then. Egress bodies are streams and may take longer. */
  readonly bodyTimeoutMs: number;
  readonly maxConnections: number;
}

export const defaultOutLimits: OutLimits = Object.freeze({
  requestsPerSecond: 2_000,
  requestBurst: 4_000,
  bytesPerSecond: 32 * 1024 * 1024,
  byteBurst: 64 * 1024 * 1024,
  bodyTimeoutMs: 30_000,
  maxConnections: 768,
});

export interface OutServerOptions {
  readonly cellId: string;
  readonly socketPath: string;
  readonly sink: CellSink;
  readonly isolates: IsolateLedger;
  readonly waitingModules: WaitingModules;
  readonly logger: CellLogger;
  readonly clock: CellClock;
  readonly limits?: Partial<OutLimits>;
}

type Fields = Readonly<Record<string, unknown>>;

function parseObject(text: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new BerthError("CAPABILITY_INPUT_INVALID", "The call is not JSON.", { cause });
  }
  if (typeof value !== "object" || value === null) {
    throw new BerthError("CAPABILITY_INPUT_INVALID", "The call is not a JSON object.");
  }
  return value as Fields;
}

function getName(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value !== "string" || value === "" || value.length > maxNameLength) {
    const message = `"${name}" must be a string of 1 to ${maxNameLength} characters.`;
    throw new BerthError("CAPABILITY_INPUT_INVALID", message);
  }
  return value;
}

/** What the body may have, by what it says of itself. */
function countBytes(incoming: IncomingMessage, maxBytes: number): number {
  const length = Number(incoming.headers["content-length"] ?? maxBytes);
  // What says that it is too long is read up to the bound and dropped.
  return Number.isFinite(length) ? Math.min(length, maxBytes) : maxBytes;
}

function rateLimited(limit: string, allowed: number, message: string): BerthError {
  const met = { limit, enforcer: "gateway", allowed, retryAfterSeconds: 1 } as const;
  return createLimitError("RATE_LIMITED", message, met);
}

class OutHandler {
  readonly #options: OutServerOptions;
  readonly #limits: OutLimits;
  readonly #logs: LogIntake;
  readonly #requests: TokenBucket;
  readonly #bytes: TokenBucket;

  constructor(options: OutServerOptions, limits: OutLimits) {
    const { clock } = options;
    this.#options = options;
    this.#limits = limits;
    this.#logs = createLogIntake(options);
    this.#requests = createTokenBucket(clock, {
      perSecond: limits.requestsPerSecond,
      burst: limits.requestBurst,
    });
    this.#bytes = createTokenBucket(clock, {
      perSecond: limits.bytesPerSecond,
      burst: limits.byteBurst,
    });
  }

  /** @throws BerthError `RATE_LIMITED` */
  #admit(bodyBytes: number): void {
    const limits = this.#limits;
    if (!this.#requests.take(1)) {
      const message = `The apps in this cell send more than ${limits.requestsPerSecond} calls, logs and fetches a second; slow down.`;
      throw rateLimited("calls of the cell", limits.requestsPerSecond, message);
    }
    if (this.#bytes.take(bodyBytes)) return;
    const message = `The apps in this cell send more than ${limits.bytesPerSecond} bytes of calls and logs a second; slow down.`;
    throw rateLimited("call bytes of the cell", limits.bytesPerSecond, message);
  }

  /** @throws BerthError `RATE_LIMITED` before anything is read, `REQUEST_TOO_LARGE` */
  async #read(incoming: IncomingMessage, maxBytes: number): Promise<string> {
    this.#admit(countBytes(incoming, maxBytes));
    const timer = setTimeout(() => incoming.destroy(), this.#limits.bodyTimeoutMs);
    try {
      return await readBounded(incoming, maxBytes);
    } finally {
      clearTimeout(timer);
    }
  }

  async handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    outgoing.sendDate = false;
    outgoing.on("error", () => undefined);
    incoming.on("error", () => undefined);
    if (incoming.url === "/call") return this.#call(incoming, outgoing);
    if (incoming.url === "/log") return this.#log(incoming, outgoing);
    if (incoming.url === "/egress") return this.#egress(incoming, outgoing);
    if (incoming.url?.startsWith("/?") === true) return this.#module(incoming.url, outgoing);
    outgoing.writeHead(404).end();
  }

  #module(url: string, outgoing: ServerResponse): void {
    const isAdmitted = this.#requests.take(1);
    const found = isAdmitted ? this.#options.waitingModules.find(url) : undefined;
    // The engine reads any other status as "there is no such module".
    if (found === undefined) outgoing.writeHead(isAdmitted ? 404 : 429).end();
    else outgoing.writeHead(200, ["content-length", String(Buffer.byteLength(found))]).end(found);
  }

  #getKey(fields: Fields): string {
    const { key } = fields;
    if (typeof key !== "string" || !this.#options.isolates.has(key)) {
      throw new BerthError(
        "HANDLE_INVALID",
        "The call names an isolate that this cell does not run.",
      );
    }
    return key;
  }

  /** @throws BerthError `SANDBOX_SUBREQUESTS_EXCEEDED` */
  #charge(isolateKey: string, handle: string | null): void {
    this.#refuseOver(isolateKey, this.#options.isolates.takeSubrequest(isolateKey, handle));
  }

  /** An app may swallow the error; its publisher finds it in the log all the same. */
  #refuseOver(isolateKey: string, error: BerthError | undefined): void {
    if (error === undefined) return;
    this.#logs.note(isolateKey, error);
    throw error;
  }

  /** @throws BerthError `RATE_LIMITED` @returns to be called once the answer is over */
  #enter(isolateKey: string, kind: OutgoingKind): () => void {
    const place = this.#options.isolates.enter(isolateKey, kind);
    if ("leave" in place) return place.leave;
    this.#refuseOver(isolateKey, place.error);
    throw place.error;
  }

  /** What breaks on one side breaks on the other, where it is seen: nothing is to be done here. */
  #pace(isolateKey: string, body: Readable): Readable {
    const pace = this.#options.isolates.paceOf(isolateKey);
    if (pace === undefined) return body;
    const paced = createPacedStream(pace);
    paced.on("error", () => undefined);
    pipe(body, paced, () => undefined);
    return paced;
  }

  #toWire(error: unknown): object {
    if (!isBerthError(error)) {
      this.#options.logger.error({ err: error, cellId: this.#options.cellId }, "cell call failed");
    }
    return toWire(error);
  }

  async #call(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    let answer: string;
    let status = 200;
    let leave: (() => void) | undefined;
    try {
      const fields = parseObject(await this.#read(incoming, maxCallBytes));
      const { handle } = fields;
      if (handle !== null && (typeof handle !== "string" || handle.length > maxNameLength)) {
        throw new BerthError("HANDLE_INVALID", "The invocation handle is not a string.");
      }
      const isolateKey = this.#getKey(fields);
      this.#charge(isolateKey, handle);
      leave = this.#enter(isolateKey, "call");
      const value = await this.#options.sink.onCall({
        cellId: this.#options.cellId,
        isolateKey,
        handle,
        capability: getName(fields, "capability"),
        method: getName(fields, "method"),
        // It came from JSON.parse.
        args: (fields.args ?? null) as JsonValue,
      });
      answer = JSON.stringify({ ok: value ?? null });
    } catch (error) {
      if (outgoing.destroyed) return;
      if (isBerthError(error, "RATE_LIMITED") && !incoming.complete) status = 429;
      answer = JSON.stringify({ error: this.#toWire(error) });
    } finally {
      leave?.();
    }
    const length = String(Buffer.byteLength(answer));
    const headers = ["content-type", "application/json", "content-length", length];
    if (!incoming.complete) headers.push("connection", "close");
    outgoing.writeHead(status, headers);
    outgoing.end(answer);
  }

  async #log(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    try {
      const fields = parseObject(await this.#read(incoming, maxLogBytes));
      this.#logs.take(this.#getKey(fields), fields.lines);
      outgoing.writeHead(204).end();
    } catch (error) {
      this.#options.logger.debug({ err: error, cellId: this.#options.cellId }, "logs refused");
      const status = isBerthError(error, "RATE_LIMITED") ? 429 : 400;
      outgoing.writeHead(status, ["connection", "close"]).end();
    }
  }

  async #egress(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const aborter = new AbortController();
    outgoing.once("close", () => aborter.abort());
    try {
      this.#admit(0);
      const fields = parseObject(String(incoming.headers["berth-cell"] ?? ""));
      const { url } = fields;
      if (typeof url !== "string") throw new BerthError("EGRESS_DENIED", "The URL is missing.");
      const isolateKey = this.#getKey(fields);
      this.#charge(isolateKey, null);
      this.#refuseOver(isolateKey, this.#options.isolates.takeEgress(isolateKey));
      outgoing.once("close", this.#enter(isolateKey, "fetch"));
      const response = await this.#options.sink.onEgress({
        cellId: this.#options.cellId,
        isolateKey,
        method: incoming.method ?? "GET",
        url,
        headers: toPairs(incoming.rawHeaders),
        body: this.#pace(isolateKey, incoming),
        signal: aborter.signal,
      });
      const headers: string[] = [];
      appendHeaders(headers, response.headers, []);
      outgoing.writeHead(response.status, headers);
      await pipeline(this.#pace(isolateKey, response.body), outgoing);
    } catch (error) {
      if (outgoing.headersSent || outgoing.destroyed) outgoing.destroy();
      else outgoing.writeHead(502, ["berth-fault", toAsciiJson(this.#toWire(error))]).end();
    }
  }
}

export async function openOutServer(options: OutServerOptions): Promise<Server> {
  const limits = { ...defaultOutLimits, ...options.limits };
  const handler = new OutHandler(options, limits);
  const server = createServer(
    { maxHeaderSize: maxHeaderBytes, requestTimeout: 0, keepAliveTimeout: 0 },
    (incoming, outgoing) => {
      handler.handle(incoming, outgoing).catch((error: unknown) => {
        options.logger.error({ err: error, cellId: options.cellId }, "out.sock failed");
        outgoing.destroy();
      });
    },
  );
  server.maxConnections = limits.maxConnections;
  server.on("clientError", (_error, socket) => socket.destroy());
  server.listen(options.socketPath);
  await once(server, "listening");
  return server;
}
