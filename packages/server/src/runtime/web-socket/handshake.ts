/**
 * The opening handshake of a WebSocket (RFC 6455, section 4.2), as far as it is ours.
 *
 * A browser cannot send `Authorization` with it, so a view's token comes as one of the offered
 * subprotocols: `berth.token.<token>`. Beside it stands the app's own subprotocol, or `berth`,
 * because a browser refuses an answer that chooses none of those it offered.
 * Invariant: no subprotocol of ours reaches the app, and the token is never chosen.
 */
import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { BerthError } from "@berth/protocol";

export interface Handshake {
  readonly key: string;
  /** Undefined when none was offered. */
  readonly token: string | undefined;
  /** The app's, in the order of preference. */
  readonly protocols: readonly string[];
  /** Chosen for an app that chose nothing. */
  readonly fallback: "berth" | undefined;
}

const tokenPrefix = "berth.token.";
const ownProtocol = "berth";
const maxProtocols = 20;
const keySyntax = /^[A-Za-z0-9+/]{22}==$/;
const protocolSyntax = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** Joined to the key by the protocol itself. */
const acceptSuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

function invalid(message: string): BerthError {
  return new BerthError("REQUEST_INVALID", message);
}

/** @throws REQUEST_INVALID, AUTH_REQUIRED for more than one token */
export function readHandshake(request: IncomingMessage): Handshake {
  const { headers } = request;
  const key = headers["sec-websocket-key"] ?? "";
  if (request.method !== "GET" || request.httpVersion !== "1.1") {
    throw invalid("A WebSocket is opened by GET over HTTP/1.1.");
  }
  if (headers["sec-websocket-version"] !== "13" || !keySyntax.test(key)) {
    throw invalid("The handshake needs sec-websocket-version 13 and a sec-websocket-key.");
  }
  if (headers["transfer-encoding"] !== undefined || (headers["content-length"] ?? "0") !== "0") {
    throw invalid("A WebSocket's handshake has no body.");
  }
  const offered = (headers["sec-websocket-protocol"] ?? "")
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  if (offered.length > maxProtocols || !offered.every((name) => protocolSyntax.test(name))) {
    throw invalid(`sec-websocket-protocol must be a list of at most ${maxProtocols} names.`);
  }
  const tokens = offered.filter((name) => name.startsWith(tokenPrefix));
  if (tokens.length > 1) {
    throw new BerthError("AUTH_REQUIRED", `Offer one ${tokenPrefix}… subprotocol, not several.`);
  }
  return {
    key,
    token: tokens[0]?.slice(tokenPrefix.length),
    protocols: offered.filter((name) => name !== ownProtocol && !name.startsWith("berth.")),
    fallback: offered.includes(ownProtocol) ? ownProtocol : undefined,
  };
}

/** The head of the answer that opens the socket. */
export function buildSwitchingHead(input: {
  readonly handshake: Handshake;
  /** What the app chose; passed on only when it was offered. */
  readonly chosen: string | undefined;
  readonly requestId: string;
}): string {
  const { handshake, chosen, requestId } = input;
  const accept = createHash("sha1")
    .update(handshake.key + acceptSuffix)
    .digest("base64");
  const isOffered = chosen !== undefined && handshake.protocols.includes(chosen);
  const protocol = isOffered ? chosen : handshake.fallback;
  const lines = [
    "HTTP/1.1 101 Switching Protocols",
    "upgrade: websocket",
    "connection: Upgrade",
    `sec-websocket-accept: ${accept}`,
    ...(protocol === undefined ? [] : [`sec-websocket-protocol: ${protocol}`]),
    `berth-request-id: ${requestId}`,
  ];
  return `${lines.join("\r\n")}\r\n\r\n`;
}
