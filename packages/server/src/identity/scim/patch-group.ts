/** Reads a PATCH of a group (RFC 7644, section 3.5.2) into steps, as Entra and Okta send it. */
import { maxScimMembers, type ScimPatchBody, scimGroupBody } from "@berth/protocol/api";
import { scimInvalid } from "../../http/scim-answer.ts";

type Operation = ScimPatchBody["Operations"][number];

export type GroupStep =
  | { readonly kind: "rename"; readonly displayName: string }
  | { readonly kind: "external"; readonly externalId: string | null }
  | { readonly kind: "add" | "remove" | "replace"; readonly members: readonly string[] };

const corePrefix = /^urn:ietf:params:scim:schemas:core:2\.0:Group:/i;
const oneMember = /^members\[\s*value\s+eq\s+"([^"]{1,64})"\s*\]$/i;
const { displayName, externalId, members } = scimGroupBody.shape;

/** @throws REQUEST_INVALID */
export function readGroupPatch(operations: readonly Operation[]): readonly GroupStep[] {
  const steps = operations.flatMap(({ op, path, value }) => {
    if (path !== undefined) return stepsOf(op, path, value);
    if (typeof value === "object" && value !== null && op !== "remove") {
      return Object.entries(value).flatMap(([key, part]) => stepsOf(op, key, part));
    }
    throw scimInvalid("invalidPath", "An operation needs a path, or an object as its value.");
  });
  const named = steps.reduce((sum, step) => sum + ("members" in step ? step.members.length : 0), 0);
  if (named <= maxScimMembers) return steps;
  throw scimInvalid("invalidValue", `At most ${maxScimMembers} members are changed at once.`);
}

function stepsOf(op: Operation["op"], fullPath: string, value: unknown): readonly GroupStep[] {
  const path = fullPath.trim().replace(corePrefix, "");
  const one = oneMember.exec(path)?.[1];
  if (one !== undefined) {
    if (op === "remove") return [{ kind: "remove", members: [one] }];
    throw scimInvalid("invalidPath", "One member is only removed by its path; add it by members.");
  }
  switch (path.toLowerCase()) {
    case "displayname": {
      const parsed = displayName.safeParse(value);
      if (!parsed.success) throw scimInvalid("invalidValue", "displayName is no text of 1 to 200.");
      return [{ kind: "rename", displayName: parsed.data }];
    }
    case "externalid": {
      const parsed = externalId.safeParse(op === "remove" ? null : value);
      if (!parsed.success) throw scimInvalid("invalidValue", "externalId is no text.");
      return [{ kind: "external", externalId: parsed.data ?? null }];
    }
    case "members": {
      if (op === "remove" && value === undefined) return [{ kind: "replace", members: [] }];
      const parsed = members.safeParse(Array.isArray(value) ? value : [value]);
      if (!parsed.success) {
        throw scimInvalid("invalidValue", `members are at most ${maxScimMembers} of { value }.`);
      }
      const ids = (parsed.data ?? []).map((member) => member.value);
      return [{ kind: op, members: [...new Set(ids)] }];
    }
    default:
      // Such as `id`, which Okta sends along, and attributes that are not kept here.
      return [];
  }
}
