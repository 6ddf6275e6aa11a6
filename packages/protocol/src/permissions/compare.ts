/**
 * Whether one permission, or the conditions of one, is no wider than another.
 *
 * Invariant: never says yes for what would allow more. Where that is not plain, such as for windows
 * of different time zones, it says no.
 */
import { isWithinAddressRange } from "./address-range.ts";
import {
  type ConditionName,
  dataClasses,
  type GrantConditions,
  type GrantScope,
} from "./conditions.ts";
import type { Permission, PermissionAction, PermissionType } from "./grammar.ts";
import { isWithinWeek, type TimeWindow } from "./time-window.ts";

type Access = Pick<Permission, "type" | "resource" | "actions" | "conditions">;

const isSubset = (inner: readonly string[], outer: readonly string[]) =>
  inner.every((each) => outer.includes(each));

const minutesPerDay = 24 * 60;

/** Minute by minute of a week on the wall clock, which is all that a window knows. */
function isTimeWithin(inner: TimeWindow, outer: TimeWindow): boolean {
  if (inner.timeZone !== outer.timeZone) return false;
  for (let minute = 0; minute < 7 * minutesPerDay; minute += 1) {
    const clock = { day: Math.floor(minute / minutesPerDay), minute: minute % minutesPerDay };
    if (isWithinWeek(inner, clock) && !isWithinWeek(outer, clock)) return false;
  }
  return true;
}

type Comparison<Name extends ConditionName> = (
  inner: NonNullable<GrantConditions[Name]>,
  outer: NonNullable<GrantConditions[Name]>,
) => boolean;

const comparisons: { readonly [Name in ConditionName]-?: Comparison<Name> } = {
  time: isTimeWithin,
  roles: isSubset,
  groups: isSubset,
  organizations: isSubset,
  ipRanges: (inner, outer) =>
    inner.every((range) =>
      outer.some((wide) => wide === range || isWithinAddressRange(range, wide)),
    ),
  maxSecondFactorAgeMinutes: (inner, outer) => inner <= outer,
  rate: (inner, outer) => inner.maxCalls <= outer.maxCalls && inner.windowMs >= outer.windowMs,
  maxConsentAgeDays: (inner, outer) => inner <= outer,
  maxDataClass: (inner, outer) => dataClasses.indexOf(inner) <= dataClasses.indexOf(outer),
};

/** The conditions of `outer` that `inner` does not keep, by name; none: `inner` is no wider. */
export function findWiderConditions(
  inner: GrantConditions | undefined,
  outer: GrantConditions | undefined,
): readonly ConditionName[] {
  // Own keys of what its schema let through.
  const names = Object.keys(outer ?? {}) as ConditionName[];
  return names.filter((name) => {
    const held = inner?.[name];
    const wanted = outer?.[name];
    if (held === undefined || wanted === undefined) return true;
    // Both values are those of one name.
    return !(comparisons[name] as Comparison<ConditionName>)(held as never, wanted as never);
  });
}

export function areConditionsWithin(
  inner: GrantConditions | undefined,
  outer: GrantConditions | undefined,
): boolean {
  return findWiderConditions(inner, outer).length === 0;
}

/** Whether a scope is for nobody whom the other is not for; undefined is the whole organization. */
export function isScopeWithin(
  inner: GrantScope | undefined,
  outer: GrantScope | undefined,
): boolean {
  if (outer === undefined) return true;
  if (inner === undefined) return false;
  return (
    isSubset(inner.persons ?? [], outer.persons ?? []) &&
    isSubset(inner.groups ?? [], outer.groups ?? [])
  );
}

/** Whether every resource that `inner` matches is one that `outer` matches (see grammar.ts). */
export function isPatternWithin(type: PermissionType, inner: string, outer: string): boolean {
  if (inner === outer) return true;
  if (type === "network") return outer.startsWith("*.") && isBelow(inner, outer.slice(1));
  if (outer === "*" || inner === "*") return outer === "*";
  const wide = segmentsOf(outer);
  const narrow = segmentsOf(inner);
  if (narrow.isOpenEnded && !wide.isOpenEnded) return false;
  const isLong = wide.isOpenEnded
    ? narrow.fixed.length >= wide.fixed.length
    : narrow.fixed.length === wide.fixed.length;
  return (
    isLong &&
    wide.fixed.every((part, index) => {
      const own = narrow.fixed[index];
      return own === part || (part === "*" && own !== "");
    })
  );
}

function isBelow(host: string, suffix: string): boolean {
  return host.length > suffix.length && host.endsWith(suffix);
}

function segmentsOf(pattern: string) {
  const parts = pattern.split("/");
  const isOpenEnded = parts.length > 1 && parts.at(-1) === "*";
  return { isOpenEnded, fixed: isOpenEnded ? parts.slice(0, -1) : parts };
}

/** Whether one permission allows nothing that the other does not. */
export function isPermissionWithin(inner: Access, outer: Access): boolean {
  return (
    inner.type === outer.type &&
    isSubset(inner.actions, outer.actions) &&
    isPatternWithin(inner.type, inner.resource, outer.resource) &&
    areConditionsWithin(inner.conditions, outer.conditions)
  );
}

/** Whether several permissions together allow all that one does, action by action. */
export function isPermissionCovered(inner: Access, outers: readonly Access[]): boolean {
  return inner.actions.every((action: PermissionAction) =>
    outers.some((outer) => isPermissionWithin({ ...inner, actions: [action] }, outer)),
  );
}

/** The same text for the same conditions, whatever the order of their fields; empty for none. */
export function conditionsKey(conditions: GrantConditions | undefined): string {
  const keys = Object.keys(conditions ?? {});
  return keys.length === 0 ? "" : JSON.stringify(sorted(conditions));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
