/**
 * What of a client's headers a function gets to see.
 *
 * Never: our token, cookies that are not the function host's own, what describes the connection,
 * and whatever could pass for our own word (`berth-*`, forwarded-*).
 */

export interface Inbound {
  /** For the function. */
  readonly pairs: [string, string][];
  /** The bearer token, when there is one. */
  token: string | undefined;
  origin: string | undefined;
  locale: string | undefined;
  isServiceWorkerScript: boolean;
  hasBody: boolean;
  /** Undefined for a body of unknown length. */
  contentLength: number | undefined;
  /** `access-control-request-headers` and `-method`, of a preflight. */
  requestedHeaders: string | undefined;
  requestedMethod: string | undefined;
}

const dropped: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "upgrade",
  "expect",
  "host",
  "forwarded",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-port",
  "x-forwarded-proto",
  "x-forwarded-server",
  "x-real-ip",
  // Frameworks route by them, past what was decided for the method that came.
  "x-http-method",
  "x-http-method-override",
  "x-method-override",
  // Carries the address of a console page.
  "referer",
  "via",
]);

const language = /^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}$/;

export function readInbound(raw: readonly string[]): Inbound {
  const inbound: Inbound = {
    pairs: [],
    token: undefined,
    origin: undefined,
    locale: undefined,
    isServiceWorkerScript: false,
    hasBody: false,
    contentLength: undefined,
    requestedHeaders: undefined,
    requestedMethod: undefined,
  };
  let named: Set<string> | undefined;
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = (raw[index] ?? "").toLowerCase();
    const value = raw[index + 1] ?? "";
    if (read(inbound, name, value)) inbound.pairs.push([name, value]);
    else if (name === "connection") named = addNames(named, value);
  }
  if (named === undefined) return inbound;
  const hidden = named;
  return { ...inbound, pairs: inbound.pairs.filter(([name]) => !hidden.has(name)) };
}

const bearer = /^bearer /i;
const bearerLength = "bearer ".length;

/** Takes note of a header. @returns whether the function gets it */
function read(inbound: Inbound, name: string, value: string): boolean {
  switch (name) {
    case "authorization":
      // What is no token of ours verifies as none, whatever its characters.
      if (bearer.test(value)) inbound.token = value.slice(bearerLength);
      return false;
    case "origin":
      inbound.origin = value;
      return true;
    case "cookie":
      return keepOwnCookies(inbound, value);
    case "content-length":
      inbound.contentLength = Number(value);
      inbound.hasBody ||= inbound.contentLength > 0;
      return inbound.hasBody;
    case "transfer-encoding":
      inbound.hasBody = true;
      return false;
    case "service-worker":
      inbound.isServiceWorkerScript = true;
      return false;
    case "accept-language": {
      const first = value.split(/[,;]/, 1)[0]?.trim() ?? "";
      if (language.test(first)) inbound.locale = first;
      return true;
    }
    case "access-control-request-headers":
      inbound.requestedHeaders = value;
      return false;
    case "access-control-request-method":
      inbound.requestedMethod = value;
      return false;
    default:
      // The handshake is ours, and may carry a token among the subprotocols; see handshake.ts.
      if (name.startsWith("sec-websocket-")) return false;
      return !dropped.has(name) && !name.startsWith("berth-");
  }
}

function keepOwnCookies(inbound: Inbound, value: string): false {
  const own = value
    .split(";")
    .map((cookie) => cookie.trim())
    .filter((cookie) => cookie.startsWith("__Host-"));
  if (own.length > 0) inbound.pairs.push(["cookie", own.join("; ")]);
  return false;
}

/** Framing and routing headers cannot be hidden by naming them. */
const neverHidden: ReadonlySet<string> = new Set(["content-length", "cookie", "content-type"]);

function addNames(names: Set<string> | undefined, value: string): Set<string> | undefined {
  if (/^(?:keep-alive|close)$/i.test(value)) return names;
  const all = names ?? new Set<string>();
  for (const token of value.split(",")) {
    const name = token.trim().toLowerCase();
    if (!neverHidden.has(name)) all.add(name);
  }
  return all;
}
