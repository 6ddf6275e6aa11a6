/**
 * The proxy frame's document of an app's own HTML (the moderate level) and its policy: one place
 * for the server that serves it and for the page that writes it by itself.
 *
 * The inner frame's document inherits this policy; so it allows inline scripts and styles, which
 * MCP Apps are made of, and from outside only the granted domains.
 *
 * Invariant: `frame-src 'none'`. In the proxy frame's document it is what holds the inner frame to
 * the app's own document: wherever that navigates itself to, the navigation is refused. In the
 * inner frame's document it refuses frames of the app's own to anywhere.
 */

/** Granted `network` resources: `api.example.com`, `*.example.com`, with or without a port. */
export type HtmlDomains = readonly string[];

export interface HtmlPolicyOptions {
  readonly domains: HtmlDomains;
  /**
   * Origins that may frame the document. Omit for a meta element, which can neither say who may
   * frame it nor sandbox it: the iframe's own attribute does the latter.
   */
  readonly frameAncestors?: readonly string[];
}

/** @throws TypeError for a domain or an ancestor that is none */
export function htmlContentSecurityPolicy({ domains, frameAncestors }: HtmlPolicyOptions): string {
  const web = webSources(domains);
  const directive = (...parts: readonly string[]) => parts.join(" ");
  const shared = [
    "default-src 'none'",
    directive("script-src 'unsafe-inline'", ...web),
    directive("style-src 'unsafe-inline'", ...web),
    directive("img-src data: blob:", ...web),
    directive("font-src data:", ...web),
    directive("media-src data: blob:", ...web),
    domains.length === 0
      ? "connect-src 'none'"
      : directive("connect-src", ...web, ...socketSources(domains)),
    "frame-src 'none'",
    "worker-src 'none'",
    "object-src 'none'",
    "webrtc 'block'",
    // The document's own base, which keeps the page's address from the app.
    "base-uri about:",
    "form-action 'none'",
  ];
  if (frameAncestors === undefined) return shared.join("; ");
  const ancestors = frameAncestors.map(checkedOrigin).join(" ") || "'none'";
  return ["sandbox allow-scripts", ...shared, `frame-ancestors ${ancestors}`].join("; ");
}

/**
 * The `Connection-Allowlist` header beside it, which holds what a content security policy does not:
 * WebRTC, and names looked up or connected to ahead of need.
 *
 * @throws TypeError for a domain that is none
 */
export function htmlConnectionAllowlist(domains: HtmlDomains): string {
  const patterns = [...webSources(domains), ...socketSources(domains)];
  return `(${patterns.map((pattern) => JSON.stringify(pattern)).join(" ")})`;
}

export interface HtmlFrameDocumentOptions {
  /** The one origin that the proxy speaks to, already checked by whoever serves this. */
  readonly hostOrigin: string;
  /** The proxy's script, without `</script`. */
  readonly proxySource: string;
  /** Where no header can carry the policy: it is then a meta element. */
  readonly policy?: string;
}

export function htmlFrameDocument(options: HtmlFrameDocumentOptions): string {
  const { hostOrigin, proxySource, policy } = options;
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    policy === undefined
      ? ""
      : `<meta http-equiv="Content-Security-Policy" content="${escapeAttribute(policy)}">`,
    // The inner document takes it over: else the page's whole address would be its base, and the
    // app's links to its own headings would lead there.
    '<base href="about:srcdoc">',
    `<meta name="berth-host" content="${escapeAttribute(hostOrigin)}">`,
    "<title>Berth view</title><style>html,body{block-size:100%;margin:0;overflow:hidden}</style>",
    `</head><body><script>${proxySource}</script></body></html>`,
  ].join("");
}

export interface HtmlInnerDocumentOptions {
  /** The app's HTML, as it is. */
  readonly html: string;
  readonly policy: string;
  /** Runs before anything of the app; without `</script`. */
  readonly firstSource: string;
  /** Handed to it as `data-berth`, JSON. */
  readonly settings: unknown;
}

/**
 * True when parsing the text makes a shadow root, which no script can find when it is closed. Exact for
 * markup: an attribute's name is written as it is, and one without a value makes none.
 */
export function hasDeclaredShadowRoot(html: string): boolean {
  return /shadowrootmode[\t\n\f\r ]*=/i.test(html);
}

/**
 * The inner frame's document: its policy and our first script, then the app's HTML, which must have no
 * declared shadow root (`hasDeclaredShadowRoot`).
 */
export function htmlInnerDocument(options: HtmlInnerDocumentOptions): string {
  const { html, policy, firstSource, settings } = options;
  return [
    `<!doctype html><meta http-equiv="Content-Security-Policy" content="${escapeAttribute(policy)}">`,
    `<script data-berth="${escapeAttribute(JSON.stringify(settings))}">${firstSource}</script>`,
    // A byte order mark or space here would begin the body before the app's own head.
    html.trimStart(),
  ].join("");
}

function webSources(domains: HtmlDomains): readonly string[] {
  return domains.flatMap((domain) => sourcesOf(domain, "https", "http"));
}

function socketSources(domains: HtmlDomains): readonly string[] {
  return domains.flatMap((domain) => sourcesOf(domain, "wss", "ws"));
}

/** Unencrypted only to this machine's own names, for development. */
function sourcesOf(domain: string, secure: string, plain: string): readonly string[] {
  if (!/^(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::\d{1,5})?$/.test(domain))
    throw new TypeError(
      `${JSON.stringify(domain)} is not a host name such as api.example.com or *.example.com.`,
    );
  const isLoopback = /^(?:(?:.+\.)?localhost|127\.0\.0\.1)(?::\d+)?$/.test(domain);
  return [`${secure}://${domain}`, ...(isLoopback ? [`${plain}://${domain}`] : [])];
}

function checkedOrigin(origin: string): string {
  if (!/^https?:\/\/[A-Za-z0-9.:-]+$/.test(origin))
    throw new TypeError(`${JSON.stringify(origin)} is not an origin such as https://example.com.`);
  return origin;
}

function escapeAttribute(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll('"', "&quot;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;");
}
