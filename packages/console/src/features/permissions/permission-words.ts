/**
 * Which sentence says what a permission allows, in words for someone who never read the grammar.
 *
 * Trust: type, resource and actions come from an app. They only ever choose among our own
 * sentences or are shown as plain text; a combination that is not known gets the plain sentence.
 */
import { actAsMember } from "@berth/protocol";
import type { PermissionView } from "@berth/protocol/api";

export type PermissionSentence =
  | "permissions.api.read"
  | "permissions.api.write"
  | "permissions.api.readWrite"
  | "permissions.data.read"
  | "permissions.data.write"
  | "permissions.data.readWrite"
  | "permissions.ui.show"
  | "permissions.ui.actAsMember"
  | "permissions.network.connect"
  | "permissions.tool.execute"
  | "permissions.companion.message"
  | "permissions.companion.subscribe"
  | "permissions.companion.messageSubscribe"
  | "permissions.document.read"
  | "permissions.document.write"
  | "permissions.document.readWrite"
  | "permissions.event.publish"
  | "permissions.event.subscribe"
  | "permissions.event.publishSubscribe"
  | "permissions.unknown";

export type PermissionScope =
  | "permissions.scope.everything"
  | "permissions.scope.below"
  | "permissions.scope.subdomains"
  | "permissions.scope.pattern";

export interface PermissionWords {
  readonly sentence: PermissionSentence;
  /** How wide the resource reaches; null when it is exactly what it says. */
  readonly scope: PermissionScope | null;
}

const sentences: Readonly<Record<string, PermissionSentence>> = Object.freeze({
  "api read": "permissions.api.read",
  "api write": "permissions.api.write",
  "api read,write": "permissions.api.readWrite",
  "data read": "permissions.data.read",
  "data write": "permissions.data.write",
  "data read,write": "permissions.data.readWrite",
  "ui show": "permissions.ui.show",
  "network connect": "permissions.network.connect",
  "tool execute": "permissions.tool.execute",
  "companion message": "permissions.companion.message",
  "companion subscribe": "permissions.companion.subscribe",
  "companion message,subscribe": "permissions.companion.messageSubscribe",
  "document read": "permissions.document.read",
  "document write": "permissions.document.write",
  "document read,write": "permissions.document.readWrite",
  "event publish": "permissions.event.publish",
  "event subscribe": "permissions.event.subscribe",
  "event publish,subscribe": "permissions.event.publishSubscribe",
});

export function permissionWords(permission: PermissionView): PermissionWords {
  const actions = [...new Set(permission.actions)].sort().join(",");
  const key = `${permission.type} ${actions}`;
  // Said in words of its own: no other permission is as wide.
  if (isActingAsMember(permission)) return { sentence: "permissions.ui.actAsMember", scope: null };
  const known = Object.hasOwn(sentences, key) ? sentences[key] : undefined;
  return { sentence: known ?? "permissions.unknown", scope: scopeOf(permission) };
}

function scopeOf({ type, resource }: PermissionView): PermissionScope | null {
  if (resource === "*") return "permissions.scope.everything";
  if (type === "network") {
    return resource.startsWith("*.") ? "permissions.scope.subdomains" : null;
  }
  const isOpenEnded = resource.endsWith("/*");
  const body = isOpenEnded ? resource.slice(0, -2) : resource;
  if (body.split("/").includes("*")) return "permissions.scope.pattern";
  return isOpenEnded ? "permissions.scope.below" : null;
}

/** True when the permission covers everything of its type, or more: said with emphasis at consent. */
export function isSweeping(permission: PermissionView): boolean {
  return permission.resource === "*" || isActingAsMember(permission);
}

function isActingAsMember({ type, resource }: PermissionView): boolean {
  return type === "ui" && resource === actAsMember;
}
