/**
 * Which host name means what, and which origins belong to the product and the console.
 *
 * Invariant: nothing of an app is served under a console host, and no console page under an app's.
 */
import { BerthError, parseInstallationId } from "@berth/protocol";

export type HostKind =
  | { readonly kind: "console" }
  | { readonly kind: "functions"; readonly installationId: string }
  | { readonly kind: "frames"; readonly installationId: string };

export interface Hosts {
  /** What a `Host` header asks for; undefined when it is none of ours. */
  classify(host: string): HostKind | undefined;
  functionOrigin(installationId: string): string;
  frameOrigin(installationId: string): string;
  /** The console's own origin. */
  consoleOrigin(): string;
  /** The console's origins, by each of its names: the only ones whose pages act by cookies. */
  consoleOrigins(): readonly string[];
  /** Of the console and the operator's product: who may frame views and call functions. */
  allowedOrigins(): readonly string[];
  isAllowedOrigin(origin: string): boolean;
}

export interface HostsOptions {
  /** Functions answer on `<installation>.<appsDomain>`. Default `apps.localhost`. */
  readonly appsDomain?: string;
  /** Frames are served on `<installation>.<framesDomain>`. Default `frames.localhost`. */
  readonly framesDomain?: string;
  /** The first is the console's own name. Default `localhost`, `127.0.0.1`, `[::1]`. */
  readonly consoleHosts?: readonly string[];
  /** Of the operator's product, such as `https://app.example.com`. */
  readonly productOrigins?: readonly string[];
  /** As browsers see it. Default `http`. */
  readonly scheme?: "http" | "https";
  /** As browsers see it; asked when an origin is made, so that it may be known late. */
  readonly port: () => number;
}

const hostSyntax = /^(\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)(?::\d{1,5})?$/i;
const domainSyntax = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;
/** Classified hosts kept: one for each installation in use and how clients write it. */
const maxKnown = 20_000;

/** @throws OPTION_INVALID */
export function createHosts(options: HostsOptions): Hosts {
  const scheme = options.scheme ?? "http";
  const appsDomain = checkDomain("domains.apps", options.appsDomain ?? "apps.localhost");
  const framesDomain = checkDomain("domains.frames", options.framesDomain ?? "frames.localhost");
  const consoleHosts = options.consoleHosts ?? ["localhost", "127.0.0.1", "[::1]"];
  const consoleNames = new Set(consoleHosts.map((host) => host.toLowerCase()));
  const productOrigins = (options.productOrigins ?? []).map(checkOrigin);
  if (isInside(appsDomain, framesDomain) || isInside(framesDomain, appsDomain)) {
    throw invalid("domains", `${appsDomain} and ${framesDomain}`, "two domains side by side");
  }
  const known = new Map<string, HostKind>();
  let origins:
    | { readonly port: number; readonly list: string[]; readonly set: Set<string> }
    | undefined;

  function originOf(host: string): string {
    const port = options.port();
    const isOwn = port === (scheme === "https" ? 443 : 80);
    return isOwn ? `${scheme}://${host}` : `${scheme}://${host}:${port}`;
  }

  function current() {
    const port = options.port();
    if (origins?.port !== port) {
      const list = [...new Set([...consoleHosts.map(originOf), ...productOrigins])];
      origins = { port, list, set: new Set(list) };
    }
    return origins;
  }

  function read(host: string): HostKind | undefined {
    const name = hostSyntax.exec(host)?.[1]?.toLowerCase();
    if (name === undefined) return undefined;
    if (consoleNames.has(name)) return { kind: "console" };
    const dot = name.indexOf(".");
    const domain = name.slice(dot + 1);
    if (dot === -1 || (domain !== appsDomain && domain !== framesDomain)) return undefined;
    try {
      const installationId = parseInstallationId(name.slice(0, dot));
      return { kind: domain === appsDomain ? "functions" : "frames", installationId };
    } catch {
      // Not an installation's label: the same as a host that is not ours.
      return undefined;
    }
  }

  return {
    classify(host) {
      const before = known.get(host);
      if (before !== undefined) return before;
      const kind = read(host);
      if (kind === undefined) return undefined;
      if (known.size >= maxKnown) known.clear();
      known.set(host, kind);
      return kind;
    },
    functionOrigin: (installationId) => originOf(`${installationId}.${appsDomain}`),
    frameOrigin: (installationId) => originOf(`${installationId}.${framesDomain}`),
    consoleOrigin: () => originOf(consoleHosts[0] ?? "localhost"),
    consoleOrigins: () => consoleHosts.map(originOf),
    allowedOrigins: () => current().list,
    isAllowedOrigin: (origin) => current().set.has(origin),
  };
}

function isInside(inner: string, outer: string): boolean {
  return inner === outer || inner.endsWith(`.${outer}`);
}

function checkDomain(option: string, domain: string): string {
  if (domainSyntax.test(domain)) return domain;
  throw invalid(option, domain, "a domain in lower case, such as apps.example.com");
}

function checkOrigin(origin: string): string {
  const parsed = URL.canParse(origin) ? new URL(origin) : undefined;
  if (parsed !== undefined && /^https?:$/.test(parsed.protocol) && parsed.origin === origin) {
    return origin;
  }
  throw invalid("productOrigins", origin, "an origin, such as https://app.example.com");
}

function invalid(option: string, value: string, expected: string): BerthError {
  return new BerthError("OPTION_INVALID", `${option} holds ${value}; expected ${expected}.`, {
    details: { option },
  });
}
