/**
 * The server's end of a cell's `out.sock`: capability calls, egress and logs.
 *
 * Trust: all that arrives is hostile until parsed. A cell can claim only the keys of isolates that
 * were loaded into it; whose call it is, the gateway decides by the handle.
 */

import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { BerthError, isBerthError, toWire } from "@berth/protocol";
import type { CellSink } from "../calls.ts";
import { type JsonValue, toAsciiJson } from "../json.ts";
import type { CellClock, CellLogger } from "../ports.ts";
import { readBounded } from "./bounded-read.ts";
import { appendHeaders, toPairs } from "./headers.ts";
import { createLogIntake, type LogIntake } from "./log-intake.ts";

const maxCallBytes = 4 * 1024 * 1024;
const maxLogBytes = 2 * 1024 * 1024;
const maxHeaderBytes = 64 * 1024;
const maxConnections = 512;
const maxNameLength = 200;

export interface OutServerOptions {
  readonly cellId: string;
  readonly socketPath: string;
  readonly sink: CellSink;
  readonly hasIsolate: (key: string) => boolean;
  readonly logger: CellLogger;
  readonly clock: CellClock;
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

class OutHandler {
  readonly #options: OutServerOptions;
  readonly #logs: LogIntake;

  constructor(options: OutServerOptions) {
    this.#options = options;
    this.#logs = createLogIntake(options);
  }

  async handle(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    outgoing.sendDate = false;
    outgoing.on("error", () => undefined);
    incoming.on("error", () => undefined);
    if (incoming.url === "/call") return this.#call(incoming, outgoing);
    if (incoming.url === "/log") return this.#log(incoming, outgoing);
    if (incoming.url === "/egress") return this.#egress(incoming, outgoing);
    outgoing.writeHead(404).end();
  }

  #getKey(fields: Fields): string {
    const { key } = fields;
    if (typeof key !== "string" || !this.#options.hasIsolate(key)) {
      throw new BerthError(
        "HANDLE_INVALID",
        "The call names an isolate that this cell does not run.",
      );
    }
    return key;
  }

  #toWire(error: unknown): object {
    if (!isBerthError(error)) {
      this.#options.logger.error({ err: error, cellId: this.#options.cellId }, "cell call failed");
    }
    return toWire(error);
  }

  async #call(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    let answer: string;
    try {
      const fields = parseObject(await readBounded(incoming, maxCallBytes));
      const { handle } = fields;
      if (handle !== null && (typeof handle !== "string" || handle.length > maxNameLength)) {
        throw new BerthError("HANDLE_INVALID", "The invocation handle is not a string.");
      }
      const value = await this.#options.sink.onCall({
        cellId: this.#options.cellId,
        isolateKey: this.#getKey(fields),
        handle,
        capability: getName(fields, "capability"),
        method: getName(fields, "method"),
        // It came from JSON.parse.
        args: (fields.args ?? null) as JsonValue,
      });
      answer = JSON.stringify({ ok: value ?? null });
    } catch (error) {
      if (outgoing.destroyed) return;
      answer = JSON.stringify({ error: this.#toWire(error) });
    }
    const length = String(Buffer.byteLength(answer));
    const headers = ["content-type", "application/json", "content-length", length];
    if (!incoming.complete) headers.push("connection", "close");
    outgoing.writeHead(200, headers);
    outgoing.end(answer);
  }

  async #log(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    try {
      const fields = parseObject(await readBounded(incoming, maxLogBytes));
      this.#logs.take(this.#getKey(fields), fields.lines);
      outgoing.writeHead(204).end();
    } catch (error) {
      this.#options.logger.debug({ err: error, cellId: this.#options.cellId }, "logs refused");
      outgoing.writeHead(400, ["connection", "close"]).end();
    }
  }

  async #egress(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const aborter = new AbortController();
    outgoing.once("close", () => aborter.abort());
    try {
      const fields = parseObject(String(incoming.headers["berth-cell"] ?? ""));
      const { url } = fields;
      if (typeof url !== "string") throw new BerthError("EGRESS_DENIED", "The URL is missing.");
      const response = await this.#options.sink.onEgress({
        cellId: this.#options.cellId,
        isolateKey: this.#getKey(fields),
        method: incoming.method ?? "GET",
        url,
        headers: toPairs(incoming.rawHeaders),
        body: incoming,
        signal: aborter.signal,
      });
      const headers: string[] = [];
      appendHeaders(headers, response.headers, []);
      outgoing.writeHead(response.status, headers);
      await pipeline(response.body, outgoing);
    } catch (error) {
      if (outgoing.headersSent || outgoing.destroyed) outgoing.destroy();
      else outgoing.writeHead(502, ["berth-fault", toAsciiJson(this.#toWire(error))]).end();
    }
  }
}

export async function openOutServer(options: OutServerOptions): Promise<Server> {
  const handler = new OutHandler(options);
  const server = createServer(
    { maxHeaderSize: maxHeaderBytes, requestTimeout: 0, keepAliveTimeout: 0 },
    (incoming, outgoing) => {
      handler.handle(incoming, outgoing).catch((error: unknown) => {
        options.logger.error({ err: error, cellId: options.cellId }, "out.sock failed");
        outgoing.destroy();
      });
    },
  );
  server.maxConnections = maxConnections;
  server.on("clientError", (_error, socket) => socket.destroy());
  server.listen(options.socketPath);
  await once(server, "listening");
  return server;
}
