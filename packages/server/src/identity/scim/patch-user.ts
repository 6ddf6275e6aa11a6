/**
 * Applies a PATCH to a user (RFC 7644, section 3.5.2), as Entra and Okta send it: with a path or with an
 * object of paths, names in any case, and for attributes that are not kept here, which are passed over.
 */
import { type ScimPatchBody, type ScimUserBody, scimUserBody } from "@berth/protocol/api";
import { scimInvalid } from "../../http/scim-answer.ts";

type Operation = ScimPatchBody["Operations"][number];
type Draft = { [Key in keyof ScimUserBody]: unknown };

const corePrefix = /^urn:ietf:params:scim:schemas:core:2\.0:User:/i;
const nameParts = ["formatted", "givenName", "familyName"] as const;
const emailPath = /^emails\[\s*(type|primary)\s+eq\s+(?:"([^"]{0,40})"|(true))\s*\](?:\.(\w+))?$/i;

/** @throws REQUEST_INVALID */
export function patchUser(user: ScimUserBody, operations: readonly Operation[]): ScimUserBody {
  const draft: Draft = structuredClone(user);
  for (const operation of operations) apply(draft, operation);
  const parsed = scimUserBody.safeParse(draft);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw scimInvalid(
    "invalidValue",
    `After the change ${issue?.path.map(String).join(".") || "the user"} is wrong: ${issue?.message}.`,
  );
}

function apply(draft: Draft, { op, path, value }: Operation): void {
  if (path !== undefined) {
    set(draft, path, op === "remove" ? undefined : value);
    return;
  }
  if (op === "remove") throw scimInvalid("invalidPath", "A remove operation needs a path.");
  if (!isObject(value)) {
    throw scimInvalid("invalidValue", "An operation without a path needs an object as its value.");
  }
  for (const [key, part] of Object.entries(value)) set(draft, key, part);
}

function set(draft: Draft, fullPath: string, value: unknown): void {
  const path = fullPath.trim().replace(corePrefix, "");
  switch (path.toLowerCase()) {
    case "username":
      if (value === undefined) throw scimInvalid("mutability", "userName cannot be removed.");
      draft.userName = value;
      return;
    case "externalid":
      draft.externalId = value;
      return;
    case "displayname":
      draft.displayName = value;
      return;
    case "active":
      if (value === undefined) throw scimInvalid("mutability", "active cannot be removed.");
      draft.active = value;
      return;
    case "name":
      // Parts that are left out stay, when the whole is given.
      draft.name = isObject(value) && isObject(draft.name) ? { ...draft.name, ...value } : value;
      return;
    case "emails":
      draft.emails = value;
      return;
    default:
      setPart(draft, path, value);
  }
}

function setPart(draft: Draft, path: string, value: unknown): void {
  const part = nameParts.find((name) => `name.${name}`.toLowerCase() === path.toLowerCase());
  if (part !== undefined) {
    draft.name = { ...(isObject(draft.name) ? draft.name : {}), [part]: value };
    return;
  }
  const [, by, type, primary, attribute] = emailPath.exec(path) ?? [];
  if (by === undefined) return;
  const emails: unknown[] = Array.isArray(draft.emails) ? draft.emails : [];
  const fits = (email: unknown) =>
    isObject(email) && (primary === undefined ? email.type === type : email.primary === true);
  const held = emails.find(fits);
  const others = emails.filter((email) => email !== held);
  if (value === undefined) {
    draft.emails = others;
    return;
  }
  const base = isObject(held) ? held : primary === undefined ? { type } : { primary: true };
  const change =
    attribute === undefined && isObject(value) ? value : { [attribute ?? "value"]: value };
  draft.emails = [...others, { ...base, ...change }];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
