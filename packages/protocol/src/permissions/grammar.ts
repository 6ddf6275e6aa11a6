/**
 * The permission grammar. A permission names a kind of thing (`type`), which of them
 * (`resource`, a pattern) and what may be done (`actions`).
 *
 * Patterns of every type but `network` are slash-separated segments. A segment is literal
 * or `*` (exactly one segment); a final `/*` matches the path before it and everything
 * below. `*` alone matches everything. `/api/orders/*` matches `/api/orders`,
 * `/api/orders/7` and `/api/orders/7/lines`.
 *
 * A `network` pattern is a host name, `*.` before a host name for its subdomains (not
 * itself), each with an optional `:port`; without one, the scheme's own port is meant.
 *
 * A permission may have conditions (conditions.ts), which hold at each use.
 */
import * as z from "#schema";
import { describeHidden, isPlainLine } from "../plain-text.ts";
import { grantConditionsSchema } from "./conditions.ts";

/** What can be done with each type of thing. */
export const actionsByType = Object.freeze({
  api: ["read", "write"],
  data: ["read", "write"],
  ui: ["show"],
  network: ["connect"],
  tool: ["execute"],
  companion: ["message", "subscribe"],
  document: ["read", "write"],
  event: ["publish", "subscribe"],
} as const);

export type PermissionType = keyof typeof actionsByType;
export type PermissionAction = (typeof actionsByType)[PermissionType][number];

export const permissionTypes = Object.freeze(
  Object.keys(actionsByType),
) as readonly PermissionType[];

const allActions = [...new Set(Object.values(actionsByType).flat())] as [
  PermissionAction,
  ...PermissionAction[],
];

// Also refuses what is drawn as nothing: two patterns that look the same must be the same.
const segment = /^(?:\*|[^*\s\\?#\p{Cc}\p{Cf}\p{Cs}]+)$/u;
const hostPattern =
  /^(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*(?::[1-9]\d{0,4})?$/;

/** True when `pattern` is well formed for its type. */
export function isResourcePattern(type: PermissionType, pattern: string): boolean {
  if (pattern === "" || pattern.length > 256) return false;
  if (type === "network") return hostPattern.test(pattern);
  if (pattern === "*") return true;
  const segments = pattern.split("/");
  const named = pattern.startsWith("/") ? segments.slice(1) : segments;
  return named.every((part) => segment.test(part) && part !== "." && part !== "..");
}

const plainLine = z.refine<string>(isPlainLine, {
  error: (issue) => describeHidden(issue.input),
});
const resourceRule = z.refine<{ type: PermissionType; resource: string }>(
  (permission) => isResourcePattern(permission.type, permission.resource),
  {
    path: ["resource"],
    message:
      "is not a pattern of this type; expected segments such as /api/orders/* (for network: a host such as api.example.com)",
  },
);
const actionRule = z.refine<{ type: PermissionType; actions: PermissionAction[] }>(
  (permission) =>
    permission.actions.every((action) =>
      (actionsByType[permission.type] as readonly string[]).includes(action),
    ),
  { path: ["actions"], message: "holds an action that this type does not have" },
);

export const permissionSchema = z
  .strictObject({
    type: z.enum(permissionTypes as [PermissionType, ...PermissionType[]]),
    resource: z.string().check(z.minLength(1), z.maxLength(256), plainLine),
    actions: z.array(z.enum(allActions)).check(z.minLength(1), z.maxLength(8)),
    /** Shown at consent: why the app asks. */
    reason: z.optional(z.string().check(z.minLength(1), z.maxLength(280), plainLine)),
    /** True when the app works without it; the admin then chooses. */
    optional: z.optional(z.boolean()),
    /** When the app may use it; what an admin grants is never wider. */
    conditions: z.exactOptional(grantConditionsSchema),
  })
  .check(resourceRule, actionRule);

export type Permission = z.infer<typeof permissionSchema>;

/** A stable text for what a permission reaches. Ignores `reason` and `conditions`. */
export function permissionKey(permission: Permission): string {
  return `${permission.type} ${permission.resource} ${[...new Set(permission.actions)].sort().join(",")}`;
}
