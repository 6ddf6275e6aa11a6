/**
 * The host page of `berth dev` on loopback, the frame that the view runs in, and what the page asks.
 *
 * Trust: every site that the developer visits can send requests here. A host name that is not ours is
 * refused (so that no other name can be pointed at this address), and so is whatever another site's
 * page asks for; the frame's host serves its one document, in which nothing of the app stands.
 */
import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import {
  frameBootstrapHash,
  frameContentSecurityPolicy,
  frameDocument,
} from "@berth/browser/frame";
import type { DevState, DevTraceRequest } from "@berth/protocol/dev";
import { describeListenFailure } from "../serve/probe-port.ts";
import type { DevFunctions } from "./dev-functions.ts";
import type { DevSession } from "./dev-session.ts";
import type { PageFiles } from "./page-files.ts";

export interface DevServer {
  readonly origin: string;
  /** All by which the page is reached. */
  readonly origins: readonly string[];
  readonly port: number;
  readonly frameUrl: string;
  /** From now on the page is answered; before, it waits. */
  serve(app: ServedApp): void;
  close(): Promise<void>;
}

export interface ServedApp {
  readonly session: DevSession;
  /** Undefined where functions are not run. */
  readonly functions: Pick<DevFunctions, "openView"> | undefined;
}

const loopback = "127.0.0.1";
const frameHost = "view.frames.localhost";
const maxBodyBytes = 65_536;
const scriptPath = /^\/dev\/view\/([0-9a-f]{64})\.js$/;

/** @throws BerthError PORT_BUSY, OPTION_INVALID */
export async function openDevServer(port: number, files: PageFiles): Promise<DevServer> {
  const ready = Promise.withResolvers<ServedApp>();
  // Whoever waits for it is answered when it is closed; nobody may be waiting.
  ready.promise.catch(() => {});
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (!response.headersSent) end(response, 500, String((error as Error).message));
      else response.destroy();
    });
  });
  const opened = await listen(server, port);
  const origins = [`http://localhost:${opened}`, `http://${loopback}:${opened}`];
  const headers = pageHeaders(`http://*.frames.localhost:${opened}`);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const host = `http://${request.headers.host ?? ""}`;
    const url = URL.parse(`${host}${request.url}`);
    if (url === null) return end(response, 400, "The address is malformed.");
    if (host === `http://${frameHost}:${opened}`) return answerFrame(request, response, url);
    if (!origins.includes(host)) return end(response, 421, "This is not the host of a page here.");
    const site = request.headers["sec-fetch-site"];
    if (url.pathname.startsWith("/dev/") && site !== undefined && site !== "same-origin")
      return end(response, 403, "Only the page of berth dev may ask for this.");
    if (request.method === "POST") return answerQuestion(request, response, url, host);
    if (request.method !== "GET" && request.method !== "HEAD")
      return end(response, 405, "Only GET and HEAD are answered here.");
    if (url.pathname === "/dev/events") return answerEvents(response);
    const digest = scriptPath.exec(url.pathname)?.[1];
    if (digest !== undefined) return answerScript(response, digest);
    const file = files.get(url.pathname);
    if (file === undefined) return end(response, 404, "There is nothing here.");
    send(response, 200, file.type, await file.read(), headers);
  }

  function answerFrame(request: IncomingMessage, response: ServerResponse, url: URL) {
    const hostOrigin = url.searchParams.get("host") ?? "";
    if (request.method !== "GET" || url.pathname !== "/frame" || !origins.includes(hostOrigin))
      return end(response, 404, "There is nothing here.");
    const policy = { bootstrapHash: frameBootstrapHash, frameAncestors: origins };
    send(response, 200, "text/html; charset=utf-8", frameDocument({ hostOrigin }), {
      "content-security-policy": frameContentSecurityPolicy(policy),
      "cross-origin-resource-policy": "cross-origin",
      "connection-allowlist": "()",
      "x-dns-prefetch-control": "off",
    });
  }

  async function answerEvents(response: ServerResponse): Promise<void> {
    const { session } = await ready.promise;
    response.writeHead(200, { ...plainHeaders, "content-type": "text/event-stream" });
    const tell = (state: DevState) => response.write(`data: ${JSON.stringify(state)}\n\n`);
    response.write("retry: 500\n\n");
    tell(session.state);
    response.once("close", session.onState(tell));
  }

  async function answerScript(response: ServerResponse, digest: string): Promise<void> {
    const code = (await ready.promise).session.findScript(digest);
    if (code === undefined) return end(response, 404, "There is no such build any more.");
    send(response, 200, "text/javascript; charset=utf-8", code);
  }

  async function answerQuestion(
    request: IncomingMessage,
    response: ServerResponse,
    url: URL,
    host: string,
  ): Promise<void> {
    const isOurs =
      request.headers.origin === host && request.headers["content-type"] === "application/json";
    if (!isOurs) return end(response, 403, "Only the page of berth dev may ask for this.");
    const body = parseBody(await readBody(request));
    const answer = body && (await answerOf(url.pathname, body));
    if (answer === undefined) return end(response, 400, "This is no question of the page's.");
    send(response, 200, "application/json; charset=utf-8", JSON.stringify(answer));
  }

  async function answerOf(path: string, body: Readonly<Record<string, unknown>>): Promise<unknown> {
    const { functions, session } = await ready.promise;
    if (path === "/dev/trace") {
      const wanted = traceOf(body);
      return wanted && session.trace(wanted);
    }
    const { instance } = body;
    if (path !== "/dev/session" || functions === undefined) return undefined;
    return functions.openView(typeof instance === "string" ? instance : undefined);
  }

  return {
    origin: `http://localhost:${opened}`,
    origins,
    port: opened,
    frameUrl: `http://${frameHost}:${opened}/frame`,
    serve: ready.resolve,
    async close() {
      ready.reject(new Error("berth dev has ended."));
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function listen(server: Server, port: number): Promise<number> {
  try {
    server.listen({ host: loopback, port });
    await once(server, "listening");
  } catch (cause) {
    throw describeListenFailure(loopback, port, cause);
  }
  return (server.address() as AddressInfo).port;
}

const plainHeaders: OutgoingHttpHeaders = Object.freeze({
  "cache-control": "no-store",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
});

/** As the console's: scripts from its own files, the view in frames of another host. */
function pageHeaders(frames: string): OutgoingHttpHeaders {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    // The function's host; which port it has is known only once it runs.
    "connect-src 'self' http://*.apps.localhost:*",
    `frame-src ${frames}`,
    "worker-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    "content-security-policy": policy.join("; "),
    "cross-origin-opener-policy": "same-origin",
  };
}

function send(
  response: ServerResponse,
  status: number,
  type: string,
  body: string | Uint8Array,
  headers: OutgoingHttpHeaders = {},
): void {
  const length = Buffer.byteLength(body);
  response.writeHead(status, {
    ...plainHeaders,
    ...headers,
    "content-type": type,
    "content-length": length,
  });
  response.end(response.req.method === "HEAD" ? undefined : body);
}

function end(response: ServerResponse, status: number, words: string): void {
  send(response, status, "text/plain; charset=utf-8", `${words}\n`);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) return "";
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Undefined for what is no JSON object. */
function parseBody(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    // The caller is told that it is no question.
    return undefined;
  }
}

function traceOf(body: Readonly<Record<string, unknown>>): DevTraceRequest | undefined {
  const { digest, linesBefore, stack } = body;
  const isWhole =
    typeof digest === "string" && Number.isSafeInteger(linesBefore) && typeof stack === "string";
  return isWhole ? { digest, linesBefore: Number(linesBefore), stack } : undefined;
}
