/**
 * Parse Server as the platform behind an `APIProxy`: its key and session headers, what a view may
 * not say there, and its batches.
 *
 * Trust: requests are a view's. Parse Server lets a body change the method, a batch name any path, a
 * query run on another class, and some answers carry session tokens: each would get a view past its
 * grants, and is refused or taken out here. What the user may see is Parse Server's to decide, by
 * its access lists and class permissions: an `include` follows pointers as far as those allow.
 */
import { BerthError } from "@berth/protocol";
import type { APIDialect, DialectRequest } from "../proxy/api-dialect.ts";
import { parseBatchFormat } from "./parse-batch.ts";
import { findParseError } from "./parse-error.ts";

export interface ParseServerOptions {
  readonly applicationId: string;
  /** Where the server asks for one; never its master key. */
  readonly restApiKey?: string;
  readonly javascriptKey?: string;
}

const invalidSessionToken = 209;
/** Routes that hand out or end sessions, or carry other calls; as Express matches them, in any case. */
const refusedRoutes = new Set([
  ...["batch", "login", "loginas", "logout", "challenge", "sessions", "verifypassword"],
  ...["upgradetorevocablesession", "classes/_session"],
]);
const tokenName = /^_?session_?token$/i;

/**
 * For `apiProxyConfig.dialect`. The user's session token comes from the proxy's token source, and
 * no view ever sees it.
 */
export function parseServerDialect(options: ParseServerOptions): APIDialect {
  const { applicationId, restApiKey, javascriptKey } = options;
  return Object.freeze({
    headers: {
      "x-parse-application-id": applicationId,
      ...(restApiKey === undefined ? {} : { "x-parse-rest-api-key": restApiKey }),
      ...(javascriptKey === undefined ? {} : { "x-parse-javascript-key": javascriptKey }),
    },
    tokenHeaders: (token: string) => ({ "x-parse-session-token": token }),
    isTokenRefused: (answer: { readonly status: number; readonly body: string }) =>
      findParseError(answer)?.code === invalidSessionToken,
    check,
    // An objectId may be ten letters, as a class's name may be.
    foldPath: (resource: string) =>
      resource.replace(/^(\/classes\/[^/]+|\/users|\/roles)\/(?!me$)[^/]+$/, "$1/:id"),
    cleanBody,
    batch: parseBatchFormat,
  });
}

function check({ resource, query, headers, body }: DialectRequest): void {
  for (const name of headers.keys())
    if (name.startsWith("x-parse-") || name === "content-encoding")
      throw refused(`may not send the header ${name}`);
  const segments = resource.toLowerCase().split("/").filter(Boolean);
  if (refusedRoutes.has(segments[0] ?? "") || refusedRoutes.has(segments.slice(0, 2).join("/")))
    throw refused(
      `may not call ${resource.slice(0, 80)}: it deals with sessions, or carries calls`,
    );
  for (const [name, value] of query) {
    // Parse Server reads `[name]=` and `name[]=` as that name, too.
    if (name.includes("redirectClassNameForKey"))
      throw refused("may not send a query on to another class (redirectClassNameForKey)");
    if (unescaped(name + value).includes("_Session") || unescaped(value).includes("_Session"))
      throw refused("may not ask about sessions (_Session)");
  }
  // Files go as they are: Parse Server takes nothing from them but their bytes.
  if (body === null || segments[0] === "files") return;
  checkBody(body);
  // In another character set, the same bytes could be another object.
  headers.set("content-type", "application/json");
}

function checkBody(body: string): void {
  if (body === "") return;
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw refused("sends a body that is not JSON");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw refused("sends a body that is no JSON object");
  const reserved = Object.keys(value).find((name) => name.startsWith("_"));
  if (reserved !== undefined)
    throw refused(`may not send the field ${reserved.slice(0, 40)}: Parse Server acts on it`);
}

/** Text without JSON's escapes, which may be wrapped twice in a query. */
function unescaped(text: string): string {
  let value: unknown = text;
  for (let round = 0; round < 3 && typeof value === "string"; round++) {
    try {
      value = JSON.parse(value);
    } catch {
      // Plain text, in which nothing is escaped.
      break;
    }
  }
  return typeof value === "string" ? value : JSON.stringify(value);
}

function cleanBody(body: string): string {
  if (!/session_?token/i.test(body)) return body;
  try {
    return JSON.stringify(
      JSON.parse(body, (name, value: unknown) => (tokenName.test(name) ? undefined : value)),
    );
  } catch {
    // Not JSON, yet it names a token: nothing of it is worth the risk.
    return "";
  }
}

function refused(what: string): BerthError {
  return new BerthError("REQUEST_INVALID", `A view ${what}.`);
}
