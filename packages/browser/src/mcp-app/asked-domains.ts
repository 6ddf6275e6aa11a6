/**
 * What a server's page asks to reach (`_meta.ui.csp`), as the domains that a grant names.
 *
 * Trust: the list is the server's. Only what is exactly an origin is ever shown to the host as
 * something that it could grant; the rest is told by itself.
 */
import { isResourcePattern, type McpUiPage } from "@berth/protocol";

export interface AskedDomain {
  /** Such as `api.example.com`, `*.example.com` or `example.com:8443`. */
  readonly domain: string;
  /**
   * What it is asked for. Granted, a domain may be used for both, since a script from it could pass
   * on what it likes.
   */
  readonly uses: readonly ("connect" | "resource")[];
}

export interface AskedDomains {
  readonly domains: readonly AskedDomain[];
  /** What was asked for and cannot be granted, as the server wrote it. */
  readonly refused: readonly string[];
}

const originPattern =
  /^(https|wss|http|ws):\/\/((?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*)(:[1-9]\d{0,4})?\/?$/i;
const loopback = /^(?:(?:.+\.)?localhost|127\.0\.0\.1)$/;

export function askedDomainsOf(page: McpUiPage): AskedDomains {
  const uses = new Map<string, Set<"connect" | "resource">>();
  const refused = new Set<string>(page.otherDomains);
  const ask = (origin: string, use: "connect" | "resource"): void => {
    const domain = findDomain(origin);
    if (domain === undefined) refused.add(origin);
    else uses.set(domain, (uses.get(domain) ?? new Set()).add(use));
  };
  for (const origin of page.connectDomains) ask(origin, "connect");
  for (const origin of page.resourceDomains) ask(origin, "resource");
  return {
    domains: [...uses].map(([domain, given]) => ({ domain, uses: [...given] })),
    refused: [...refused],
  };
}

/** Undefined for what is no origin, is not encrypted, or takes in a whole top-level domain. */
function findDomain(origin: string): string | undefined {
  const [, scheme = "", host = "", port = ""] = originPattern.exec(origin) ?? [];
  const name = host.toLowerCase();
  const isEncrypted = /^(?:https|wss)$/i.test(scheme);
  const isWide = name.startsWith("*.") && !name.slice(2).includes(".");
  const isUsable = name !== "" && !isWide && (isEncrypted || loopback.test(name));
  const domain = `${name}${port}`;
  return isUsable && isResourcePattern("network", domain) ? domain : undefined;
}
