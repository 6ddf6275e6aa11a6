/**
 * Reads the address that an app wants to reach. The parsing is the URL standard's, which turns every
 * way to write an IPv4 address (octal, hexadecimal, one number) into the plain one.
 */
import { type AccessRequest, BerthError } from "@berth/protocol";

export interface Target {
  readonly scheme: "http" | "https";
  /** Lower case; without the brackets of an IPv6 address. */
  readonly host: string;
  readonly port: number;
  /** `host`, or `host:port` when the port is not the scheme's own. */
  readonly authority: string;
  /** With the query. */
  readonly path: string;
}

/** @throws EGRESS_DENIED */
export function parseTarget(url: string): Target {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const scheme = parsed?.protocol.slice(0, -1);
  if (parsed === undefined || (scheme !== "http" && scheme !== "https")) {
    // The URL itself may hold a password, and this sentence is logged.
    const what =
      scheme === undefined ? "no absolute URL" : `a URL of the scheme ${scheme.slice(0, 20)}`;
    throw denied(`The app's fetch was given ${what}; only http and https are reached`);
  }
  if (parsed.username !== "" || parsed.password !== "") {
    throw denied("A URL with a user name or password is not sent; use an Authorization header");
  }
  const ownPort = scheme === "https" ? 443 : 80;
  const port = parsed.port === "" ? ownPort : Number(parsed.port);
  if (parsed.hostname === "" || port === 0) throw denied(`${parsed.host} is no host`);
  return {
    scheme,
    host: parsed.hostname.replace(/^\[(.*)\]$/, "$1"),
    port,
    authority: parsed.host,
    path: `${parsed.pathname}${parsed.search}`,
  };
}

/** The ways to have been granted a target: its host for the scheme's own port, or host and port. */
export function accessesOf(target: Target): readonly AccessRequest[] {
  const connect = (resource: string): AccessRequest => ({
    type: "network",
    resource,
    action: "connect",
  });
  const named = connect(`${target.host}:${target.port}`);
  return target.authority === `${target.host}:${target.port}`
    ? [named]
    : [connect(target.host), named];
}

function denied(what: string): BerthError {
  return new BerthError("EGRESS_DENIED", `${what}.`);
}
