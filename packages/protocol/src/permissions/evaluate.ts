/**
 * The one evaluator: the browser uses it as a courtesy, the server as the authority.
 *
 * Invariants: nothing without a grant; a wider request never passes a narrower grant;
 * the answer depends on the arguments alone.
 */
import { BerthError } from "../errors.ts";
import { type AccessFacts, type ConditionedGrant, findRefusal } from "./conditions.ts";
import type { Permission, PermissionAction, PermissionType } from "./grammar.ts";

/** An admin's consent to one permission of one installation. */
export interface Grant
  extends Pick<Permission, "type" | "resource" | "actions">,
    ConditionedGrant {}

/** What a grant of a permission allows; for whom and until when is whoever grants it to say. */
export function grantedBy({
  type,
  resource,
  actions,
  conditions,
}: Permission): Pick<Grant, "type" | "resource" | "actions" | "conditions"> {
  return { type, resource, actions, ...(conditions && { conditions }) };
}

export interface AccessRequest {
  readonly type: PermissionType;
  /** A concrete resource, already normalized (`normalizeResourcePath` for paths). */
  readonly resource: string;
  readonly action: PermissionAction;
}

export type Decision =
  | { readonly isAllowed: true; readonly grantId: string }
  | { readonly isAllowed: false; readonly reason: "no-grant" }
  | {
      readonly isAllowed: false;
      readonly reason: "condition";
      /** The first grant that covers the request, but not now. */
      readonly grantId: string;
      /** What refused: a condition's name, or `expiresAt`. */
      readonly condition: string;
    };

const plainPath = /^(?:\/[\w~-][\w.~-]*)+$/;

const denied: Decision = Object.freeze({ isAllowed: false, reason: "no-grant" });

/**
 * Decides one access. The first grant that covers the request and whose conditions hold decides.
 *
 * @param facts - what conditions are held against; without one that is asked for, they refuse
 */
export function evaluate(
  grants: readonly Grant[],
  request: AccessRequest,
  facts: AccessFacts = {},
): Decision {
  let refused: Decision | undefined;
  for (const grant of grants) {
    if (!covers(grant, request)) continue;
    const condition = findRefusal(grant, facts);
    if (condition === undefined) return { isAllowed: true, grantId: grant.id };
    refused ??= { isAllowed: false, reason: "condition", grantId: grant.id, condition };
  }
  return refused ?? denied;
}

function covers(grant: Grant, request: AccessRequest): boolean {
  return (
    grant.type === request.type &&
    (grant.actions as readonly string[]).includes(request.action) &&
    matchesResource(grant.type, grant.resource, request.resource)
  );
}

/** True when the concrete `resource` lies within `pattern` (see grammar.ts). */
export function matchesResource(type: PermissionType, pattern: string, resource: string): boolean {
  return type === "network" ? matchesHost(pattern, resource) : matchesPath(pattern, resource);
}

function matchesHost(pattern: string, host: string): boolean {
  const wanted = host.toLowerCase();
  if (!pattern.startsWith("*.")) return pattern === wanted;
  const suffix = pattern.slice(1);
  return wanted.length > suffix.length && wanted.endsWith(suffix);
}

const slash = 0x2f;

function matchesPath(pattern: string, resource: string): boolean {
  if (pattern === "*") return true;
  // Nearly all have no star, or one as the last segment; for those nothing has to be split.
  const star = pattern.indexOf("*");
  if (star === -1) return pattern === resource;
  if (star === pattern.length - 1 && pattern.charCodeAt(star - 1) === slash) {
    if (resource.length < star) return resource === pattern.slice(0, star - 1);
    return resource.startsWith(pattern.slice(0, star));
  }
  const wanted = pattern.split("/");
  const given = resource.split("/");
  const isOpenEnded = wanted.length > 1 && wanted.at(-1) === "*";
  const fixed = isOpenEnded ? wanted.slice(0, -1) : wanted;
  if (isOpenEnded ? given.length < fixed.length : given.length !== fixed.length) return false;
  return fixed.every((part, index) => {
    const actual = given[index];
    return part === actual || (part === "*" && actual !== undefined && actual !== "");
  });
}

/**
 * The path that a decision is made on: without query, every segment decoded once.
 * Refuses what servers read differently from one another: empty, `.` and `..` segments,
 * backslashes, encoded slashes, NUL, and what does not decode. A final slash is dropped.
 *
 * @throws BerthError REQUEST_INVALID
 */
export function normalizeResourcePath(pathWithQuery: string): string {
  // Most are; below it would come out as it is.
  if (plainPath.test(pathWithQuery)) return pathWithQuery;
  const path = pathWithQuery.split(/[?#]/, 1)[0] ?? "";
  const refuse = (why: string) =>
    new BerthError(
      "REQUEST_INVALID",
      `The path ${JSON.stringify(path.slice(0, 200))} ${why}; send a plain absolute path such as /api/orders/7.`,
    );
  if (!path.startsWith("/")) throw refuse("does not start with a slash");
  if (path === "/") return path;
  const trimmed = path.endsWith("/") ? path.slice(0, -1) : path;
  const segments = trimmed.slice(1).split("/");
  return `/${segments
    .map((encoded) => {
      let text: string;
      try {
        text = decodeURIComponent(encoded);
      } catch (cause) {
        throw new BerthError("REQUEST_INVALID", refuse("does not decode").message, { cause });
      }
      if (text === "" || text === "." || text === "..") throw refuse("has an empty or dot segment");
      // biome-ignore lint/suspicious/noControlCharactersInRegex: refusing them is the point
      if (/[/\\\u0000-\u001f\u007f]/.test(text))
        throw refuse("hides a separator or a control character");
      if (/%(?:2e|2f|5c|00)/i.test(text)) throw refuse("is encoded twice");
      return text;
    })
    .join("/")}`;
}

/** The `api` action that an HTTP method needs. */
export function actionOfMethod(method: string): "read" | "write" {
  return method === "GET" || method === "HEAD" || method === "OPTIONS" ? "read" : "write";
}
