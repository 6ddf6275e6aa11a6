/** What a manifest asks an admin to consent to: its permissions, its domains and its level alike. */
import { type Permission, permissionKey } from "../permissions/grammar.ts";
import { actAsMember } from "../permissions/ui-resources.ts";
import type { ParsedManifest } from "./schema.ts";

/**
 * Every permission of a manifest, each once, `security.allowedDomains` included as `network`
 * permissions, and the level permissive as `ui` `act-as-member`, which comes first and is never
 * optional. This list is what consent shows and what a grant answers. Of two that reach the same, the
 * later one counts; a domain that a permission names keeps that one's conditions.
 */
export function permissionsAsked(
  manifest: Pick<ParsedManifest, "permissions" | "security">,
): readonly Permission[] {
  const asked = new Map<string, Permission>();
  const { sandboxLevel, allowedDomains } = manifest.security;
  const levels: readonly Permission[] = sandboxLevel === "permissive" ? [actsAsMember] : [];
  const domains = allowedDomains.map(
    (resource): Permission => ({ type: "network", resource, actions: ["connect"] }),
  );
  for (const permission of [...levels, ...manifest.permissions])
    asked.set(permissionKey(permission), permission);
  for (const permission of [...levels, ...domains]) {
    const key = permissionKey(permission);
    // A level is no choice: what the manifest itself says of that permission does not count.
    if (!asked.has(key) || permission === actsAsMember) asked.set(key, permission);
  }
  return [...asked.values()];
}

const actsAsMember: Permission = Object.freeze({
  type: "ui" as const,
  resource: actAsMember,
  actions: ["show" as const],
});
