/**
 * The names under which browsers reach a Berth, when that is not this machine's own address:
 * behind a proxy that terminates TLS.
 *
 * Invariant: apps and frames lie under two domains side by side, and none is the console's own,
 * so that no app is served under the console's name.
 */
import { BerthError } from "@berth/protocol";

export interface PublicNames {
  readonly scheme: "http" | "https";
  /** The console's host, such as `berth.example.com`. */
  readonly console: string;
  readonly port: number;
  /** Functions answer on `<installation>.<apps>`. */
  readonly apps: string;
  /** Views' frames are served on `<installation>.<frames>`. */
  readonly frames: string;
}

export interface PublicNamesInput {
  readonly publicUrl: string | undefined;
  readonly appsDomain: string | undefined;
  readonly framesDomain: string | undefined;
}

const defaultPorts = Object.freeze({ "http:": 80, "https:": 443 });
const label = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
const domainSyntax = new RegExp(`^(?=.{1,200}$)${label}(?:\\.${label})*$`);

/** Undefined when no public URL is given. @throws BerthError OPTION_INVALID */
export function parsePublicNames(input: PublicNamesInput): PublicNames | undefined {
  const { appsDomain, framesDomain, publicUrl } = input;
  if (publicUrl === undefined) {
    refuseAlone("apps-domain", appsDomain);
    refuseAlone("frames-domain", framesDomain);
    return undefined;
  }
  const url = parsePublicUrl(publicUrl);
  const isHttps = url.protocol === "https:";
  const names: PublicNames = {
    scheme: isHttps ? "https" : "http",
    console: url.hostname,
    port: url.port === "" ? defaultPorts[isHttps ? "https:" : "http:"] : Number(url.port),
    apps: parseDomain("apps-domain", appsDomain ?? `apps.${url.hostname}`),
    frames: parseDomain("frames-domain", framesDomain ?? `frames.${url.hostname}`),
  };
  refuseOverlap(names);
  return names;
}

function parsePublicUrl(text: string): URL {
  const url = URL.parse(text);
  const isOrigin = url !== null && url.origin === text.replace(/\/$/, "");
  if (isOrigin && /^https?:$/.test(url.protocol) && domainSyntax.test(url.hostname)) {
    const isAddress = /^[\d.]+$/.test(url.hostname);
    if (!isAddress) return url;
  }
  throw invalid(
    "public-url",
    `--public-url is ${JSON.stringify(text)}; expected scheme and host name without a path, in lower case, such as https://berth.example.com.`,
  );
}

function parseDomain(option: string, text: string): string {
  if (domainSyntax.test(text) && !/^[\d.]+$/.test(text)) return text;
  throw invalid(
    option,
    `--${option} is ${JSON.stringify(text)}; expected a domain in lower case without scheme, port or *, such as apps.example.com.`,
  );
}

function refuseAlone(option: string, value: string | undefined): void {
  if (value === undefined) return;
  throw invalid(
    option,
    `--${option} is ${JSON.stringify(value)}, but there is no --public-url; give it too, such as --public-url https://berth.example.com.`,
  );
}

function refuseOverlap({ apps, console, frames }: PublicNames): void {
  for (const [option, domain] of [
    ["apps-domain", apps],
    ["frames-domain", frames],
  ] as const) {
    if (!isInside(console, domain)) continue;
    throw invalid(
      option,
      `--${option} is ${domain}, which holds the console's own name ${console}; expected a domain beside it, such as ${option.slice(0, -7)}.${console}.`,
    );
  }
  if (isInside(apps, frames) || isInside(frames, apps)) {
    throw invalid(
      "frames-domain",
      `--frames-domain is ${frames} and --apps-domain is ${apps}; expected two domains side by side, such as apps.example.com and frames.example.com.`,
    );
  }
}

function isInside(inner: string, outer: string): boolean {
  return inner === outer || inner.endsWith(`.${outer}`);
}

function invalid(option: string, message: string): BerthError {
  return new BerthError("OPTION_INVALID", message, { details: { option } });
}
