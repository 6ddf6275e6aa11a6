/**
 * For whom, when and until when something is granted, as an admin wrote it.
 *
 * Invariant: conditions are never wider than those that the manifest asks under.
 */
import {
  BerthError,
  findWiderConditions,
  type GrantConditions,
  type GrantScope,
  isAddressRange,
  type Permission,
  parseGrantConditions,
  permissionKey,
} from "@berth/protocol";

export interface GivenTerms {
  readonly scope: {
    readonly persons: readonly string[];
    readonly groups: readonly string[];
  } | null;
  readonly conditions: Readonly<Record<string, unknown>> | null;
  /** ISO 8601. */
  readonly expiresAt: string | null;
}

export interface GrantTerms {
  readonly scope: GrantScope | null;
  readonly conditions: GrantConditions | null;
  readonly expiresAt: Date | null;
}

export interface TermsContext {
  readonly asked: Permission;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** @throws REQUEST_INVALID; GRANT_NOT_ASKED for conditions that are wider than the manifest's */
export function parseTerms(given: GivenTerms, { asked, now }: TermsContext): GrantTerms {
  return {
    scope: parseScope(given.scope),
    conditions: parseConditions(given.conditions, asked),
    expiresAt: parseExpiry(given.expiresAt, now),
  };
}

/**
 * Asked before the transaction that changes a grant, which is the only one that may ask then.
 *
 * @throws REQUEST_INVALID for a scope that names somebody who is no member
 */
export async function checkScopeMembers(
  { scope }: GivenTerms,
  isMember: (personId: string) => Promise<boolean>,
): Promise<void> {
  for (const person of scope?.persons ?? []) {
    if (await isMember(person)) continue;
    throw new BerthError(
      "REQUEST_INVALID",
      `scope.persons holds ${JSON.stringify(person)}, who is no member of the organization.`,
    );
  }
}

function parseScope(scope: GivenTerms["scope"]): GrantScope | null {
  if (scope === null) return null;
  const persons = [...new Set(scope.persons)];
  const groups = [...new Set(scope.groups)];
  if (persons.length + groups.length === 0) {
    throw new BerthError(
      "REQUEST_INVALID",
      "The scope names nobody; name people or groups, send null for the whole organization, or revoke the grant.",
    );
  }
  return { persons, groups };
}

function parseConditions(
  given: GivenTerms["conditions"],
  asked: Permission,
): GrantConditions | null {
  if (given === null) return asked.conditions ?? null;
  const conditions = parseGrantConditions(given);
  const wrong = conditions.ipRanges?.find((range) => !isAddressRange(range));
  if (wrong !== undefined) {
    throw new BerthError(
      "REQUEST_INVALID",
      `conditions.ipRanges holds ${JSON.stringify(wrong)}, which is no range; expected such as 192.0.2.0/24 or 2001:db8::/32.`,
    );
  }
  const wider = findWiderConditions(conditions, asked.conditions);
  if (wider.length > 0) {
    throw new BerthError(
      "GRANT_NOT_ASKED",
      `The manifest asks for "${permissionKey(asked)}" under ${wider.join(", ")}, and these conditions allow more; keep them, or make them narrower.`,
      { details: { wider } },
    );
  }
  return Object.keys(conditions).length === 0 ? null : conditions;
}

function parseExpiry(text: string | null, now: number): Date | null {
  if (text === null) return null;
  const expiresAt = new Date(text);
  if (expiresAt.getTime() > now) return expiresAt;
  throw new BerthError(
    "REQUEST_INVALID",
    `expiresAt is ${text}, which is past; name a later moment, or revoke the grant.`,
  );
}
