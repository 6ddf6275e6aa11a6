/**
 * What of a function's answer a browser gets to see: an allow-list, and our own policy on top.
 *
 * Trust: status and headers are an app's. Whatever could act beyond the function's own host is left
 * out; a redirect that leaves it refuses the whole answer.
 */
import type { HeaderPairs } from "@berth/cells";
import { BerthError } from "@berth/protocol";

export interface Outbound {
  /** Names and values in turn. */
  readonly headers: string[];
  /** Names of headers that were left out and whose absence a publisher would wonder about. */
  readonly notable: readonly string[];
}

const allowed: ReadonlySet<string> = new Set([
  "accept-ranges",
  "age",
  "allow",
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "content-length",
  "content-range",
  "content-type",
  "etag",
  "expires",
  "last-modified",
  "link",
  "ratelimit",
  "ratelimit-limit",
  "ratelimit-policy",
  "ratelimit-remaining",
  "ratelimit-reset",
  "retry-after",
  "server-timing",
  "x-next-cursor",
  "x-robots-tag",
  "x-total-count",
]);
/** A prefix of names that are an app's own to choose. */
const ownPrefix = "x-app-";

const notableNames: ReadonlySet<string> = new Set([
  "access-control-allow-credentials",
  "access-control-allow-origin",
  "clear-site-data",
  "content-security-policy",
  "service-worker-allowed",
  "set-cookie2",
  "strict-transport-security",
]);

const hostCookie = /^__Host-[!#$%&'*+.^_`|~0-9A-Za-z-]+=/;
const isRedirect = (status: number) => status >= 300 && status < 400 && status !== 304;

export interface OutboundInput {
  readonly status: number;
  readonly headers: HeaderPairs;
  /** Of the function itself; redirects stay within it. */
  readonly origin: string;
  /** The path that was asked, which a relative redirect starts from. */
  readonly path: string;
}

/** @throws FUNCTION_RESPONSE_REFUSED */
export function readOutbound({ status, headers, origin, path }: OutboundInput): Outbound {
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    throw refused(`The function answered with status ${status}; only 200 to 599 are passed on.`);
  }
  const passed: string[] = [];
  const notable: string[] = [];
  for (const [given, value] of headers) {
    const name = given.toLowerCase();
    if (allowed.has(name) || name.startsWith(ownPrefix)) passed.push(name, value);
    else if (name === "location") {
      const target = within(value, origin, path);
      if (target !== undefined) passed.push(name, target);
      else if (isRedirect(status)) {
        throw refused(
          `The function redirects to ${JSON.stringify(value.slice(0, 120))}, which is outside its own host; redirect within ${origin}, or give the address in the body.`,
        );
      } else notable.push(name);
    } else if (name === "set-cookie") {
      if (isOwnCookie(value)) passed.push(name, value);
      else notable.push(`${name} ${value.split("=", 1)[0]?.slice(0, 40)}`);
    } else if (notableNames.has(name)) notable.push(name);
  }
  return { headers: passed, notable };
}

/** The target as path and query when it lies within the origin. */
function within(location: string, origin: string, path: string): string | undefined {
  if (!URL.canParse(location, origin + path)) return undefined;
  const target = new URL(location, origin + path);
  const isOwn = target.origin === origin && target.username === "" && target.password === "";
  // A path of two slashes would be read as a host by whoever resolves it again.
  if (!isOwn || target.pathname.startsWith("//")) return undefined;
  return target.pathname + target.search + target.hash;
}

/** `__Host-` cookies bind themselves to this host; a browser refuses one that names a domain. */
function isOwnCookie(value: string): boolean {
  return (
    hostCookie.test(value) &&
    !/;\s*domain\s*[=;]/i.test(value) &&
    /;\s*secure\s*(?:;|$)/i.test(value)
  );
}

function refused(message: string): BerthError {
  return new BerthError("FUNCTION_RESPONSE_REFUSED", message);
}
