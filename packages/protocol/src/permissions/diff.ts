/** What a new release asks for, held against what the one before asked for. */
import { conditionsKey, isPermissionCovered, isPermissionWithin } from "./compare.ts";
import { type Permission, permissionKey } from "./grammar.ts";

export type PermissionChangeKind =
  /** Asked for by the new one alone. */
  | "added"
  /** Reaches more, or may do more there. */
  | "widened"
  /** Reaches less, or may do less there. */
  | "narrowed"
  | "removed"
  /** Reaches the same, under other conditions. */
  | "conditions"
  /** Was the admin's to choose, and no longer is. */
  | "required";

export interface PermissionChange {
  readonly kind: PermissionChangeKind;
  /** Undefined for what was added. */
  readonly before?: Permission;
  /** Undefined for what was removed. */
  readonly after?: Permission;
  /** True where nobody has consented to what the new release asks here. */
  readonly needsConsent: boolean;
}

/**
 * The differences, in the new release's order, what was removed last. What stays as it was is left
 * out. Both lists as `permissionsAsked` gives them.
 */
export function diffPermissions(
  before: readonly Permission[],
  after: readonly Permission[],
): readonly PermissionChange[] {
  const left = new Set(before);
  const changes: PermissionChange[] = [];
  // What is the same takes its counterpart before what only resembles it does.
  const counterparts = new Map<Permission, Permission>();
  for (const isCounterpart of [isSameAccess, isSameResource, isRelated]) {
    for (const next of after) {
      if (counterparts.has(next)) continue;
      const found = [...left].find((old) => isCounterpart(old, next));
      if (found === undefined) continue;
      counterparts.set(next, found);
      left.delete(found);
    }
  }
  for (const next of after) {
    const change = changeOf(counterparts.get(next), next, before);
    if (change !== undefined) changes.push(change);
  }
  for (const old of left) changes.push({ kind: "removed", before: old, needsConsent: false });
  return changes;
}

/** Whether an admin has to consent anew before a release with these changes may run. */
export function needsConsent(changes: readonly PermissionChange[]): boolean {
  return changes.some((change) => change.needsConsent);
}

function changeOf(
  old: Permission | undefined,
  next: Permission,
  before: readonly Permission[],
): PermissionChange | undefined {
  // Several old ones together may have allowed it. To an optional one perhaps nobody said yes.
  const consented = before.filter(({ optional }) => next.optional === true || optional !== true);
  const needed = !isPermissionCovered(next, consented);
  if (old === undefined) {
    return needed ? { kind: "added", after: next, needsConsent: true } : undefined;
  }
  const change = { before: old, after: next, needsConsent: needed };
  if (isSameAccess(old, next)) {
    const isSame = conditionsKey(old.conditions) === conditionsKey(next.conditions);
    if (!isSame) return { kind: "conditions", ...change };
    return needed ? { kind: "required", ...change } : undefined;
  }
  if (!needed) return { kind: "narrowed", ...change };
  return { kind: isPermissionCovered(next, before) ? "required" : "widened", ...change };
}

function isSameAccess(old: Permission, next: Permission): boolean {
  return permissionKey(old) === permissionKey(next);
}

function isSameResource(old: Permission, next: Permission): boolean {
  return old.type === next.type && old.resource === next.resource;
}

/** One lies within the other, as far as it reaches. */
function isRelated(old: Permission, next: Permission): boolean {
  const actions = old.actions;
  const bare = ({ type, resource }: Permission) => ({ type, resource, actions });
  return isPermissionWithin(bare(old), bare(next)) || isPermissionWithin(bare(next), bare(old));
}
