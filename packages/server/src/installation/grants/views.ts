/** Grants, and how what is asked for has changed, as the API shows them. */
import {
  diffPermissions,
  needsConsent,
  type ParsedManifest,
  type Permission,
  permissionsAsked,
} from "@berth/protocol";
import type { GrantDetail, PermissionChangeView, PermissionView } from "@berth/protocol/api";
import type { LastUses } from "../../policy/last-uses.ts";
import type { GrantRow } from "../store.ts";
import { grantOf } from "./grant-of.ts";
import { keyOf } from "./manage.ts";

export interface GrantViewParts {
  readonly names: ReadonlyMap<string, string>;
  readonly lastUses: Pick<LastUses, "find">;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Everyone whom a grant names, to be asked for their names at once. */
export function peopleOf(grants: readonly GrantRow[]): readonly string[] {
  return [
    ...new Set(
      grants.flatMap((grant) => [grant.granted_by, ...(grantOf(grant).scope?.persons ?? [])]),
    ),
  ];
}

/** When it was last used, what is not written yet included; null: never. */
export function lastUseOf(row: GrantRow, lastUses: Pick<LastUses, "find">): Date | null {
  const noted = lastUses.find(row.id);
  return noted === undefined ? row.last_used_at : new Date(noted);
}

export function grantDetailOf(
  row: GrantRow,
  { names, lastUses, now }: GrantViewParts,
): GrantDetail {
  const { type, resource, actions, conditions, scope, expiresAt } = grantOf(row);
  const nameOf = (id: string) => names.get(id) ?? id;
  return {
    id: row.id,
    ...{ type, resource, actions: [...actions] },
    ...(row.reason === null ? {} : { reason: row.reason }),
    optional: row.is_optional,
    conditions: { ...conditions },
    scope:
      scope === undefined
        ? null
        : {
            persons: (scope.persons ?? []).map((id) => ({ id, name: nameOf(id) })),
            groups: [...(scope.groups ?? [])],
          },
    expiresAt: row.expires_at?.toISOString() ?? null,
    isExpired: expiresAt !== undefined && expiresAt <= now,
    note: row.note,
    grantedBy: nameOf(row.granted_by),
    grantedAt: row.granted_at.toISOString(),
    lastUsedAt: lastUseOf(row, lastUses)?.toISOString() ?? null,
  };
}

function permissionViewOf({ conditions, ...permission }: Permission): PermissionView {
  return {
    ...permission,
    actions: [...permission.actions],
    ...(conditions === undefined ? {} : { conditions: { ...conditions } }),
  };
}

/** What the manifest asks for, and nobody granted or somebody took back. */
export function notGrantedOf(manifest: unknown, grants: readonly GrantRow[]): PermissionView[] {
  const granted = new Set(grants.map(keyOf));
  return permissionsAsked(manifest as ParsedManifest)
    .filter((asked) => !granted.has(keyOf(asked)))
    .map(permissionViewOf);
}

export function permissionChangesOf(
  before: ParsedManifest,
  after: ParsedManifest,
): { changes: PermissionChangeView[]; needsConsent: boolean } {
  const changes = diffPermissions(permissionsAsked(before), permissionsAsked(after));
  return {
    needsConsent: needsConsent(changes),
    changes: changes.map((change) => ({
      kind: change.kind,
      before: change.before === undefined ? null : permissionViewOf(change.before),
      after: change.after === undefined ? null : permissionViewOf(change.after),
      needsConsent: change.needsConsent,
    })),
  };
}
