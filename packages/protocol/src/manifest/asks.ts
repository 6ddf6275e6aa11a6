/** What a manifest asks an admin to consent to: its permissions and its domains alike. */
import { type Permission, permissionKey } from "../permissions/grammar.ts";
import type { ParsedManifest } from "./schema.ts";

/**
 * Every permission of a manifest, `security.allowedDomains` included as `network`
 * permissions, each once. This list is what consent shows and what a grant answers.
 */
export function permissionsAsked(
  manifest: Pick<ParsedManifest, "permissions" | "security">,
): readonly Permission[] {
  const asked = new Map<string, Permission>();
  for (const permission of manifest.permissions) asked.set(permissionKey(permission), permission);
  for (const resource of manifest.security.allowedDomains) {
    const permission: Permission = { type: "network", resource, actions: ["connect"] };
    const key = permissionKey(permission);
    if (!asked.has(key)) asked.set(key, permission);
  }
  return [...asked.values()];
}
