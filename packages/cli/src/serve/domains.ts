/** The names that a Berth answers to, and where this machine reaches it. */
import type { BerthOptions } from "@berth/server";
import type { ServeOptions } from "./serve-options.ts";

const wildcards = new Set(["0.0.0.0", "::"]);
const loopback: readonly string[] = ["localhost", "127.0.0.1", "[::1]"];

/** True when other machines can connect to `host`. */
export function isReachable(host: string): boolean {
  return !loopback.includes(bracketed(host));
}

/** The first of the console's names is the one that is printed. */
export function domainsOf({
  host,
  publicNames,
}: Pick<ServeOptions, "host" | "publicNames">): NonNullable<BerthOptions["domains"]> {
  if (publicNames === undefined) return { console: localNames(host) };
  const { apps, console, frames, port, scheme } = publicNames;
  return { apps, frames, scheme, publicPort: port, console: [console, localName(host)] };
}

/** Not through a proxy: the address that is listened on. */
export function localAddressOf(host: string, port: number): string {
  return `http://${localName(host)}:${port}`;
}

function localName(host: string): string {
  return wildcards.has(host) ? "127.0.0.1" : bracketed(host);
}

function localNames(host: string): readonly string[] {
  const own = bracketed(host);
  return wildcards.has(host) || loopback.includes(own) ? loopback : [own, ...loopback];
}

function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
