/**
 * Which grants a page is given for a view, as of the moment it asks.
 *
 * A page decides by them as a courtesy; but what it alone decides, its own face and an app's direct
 * network, no server sees again. So nobody is given a grant that is not for them, and what a page
 * cannot hold is either left to the server or not given at all. The ids of others who are in a
 * scope never reach a page.
 */
import type { AccessFacts, Grant, GrantConditions } from "@berth/protocol";
import { findRefusal } from "@berth/protocol";
import type { LiveInstallation } from "../installation/live.ts";

/** What a page can hold by itself. Whatever else is asked of a person or of data is the server's. */
const heldByPages = ["time", "rate", "maxConsentAgeDays"] as const;
/** What changes rarely enough to be decided when a view opens, or its token is renewed. */
const heldAtOpening = ["roles", "groups", "organizations"] as const;
const ofThePerson = ["ipRanges", "maxSecondFactorAgeMinutes"] as const;

type ConditionNames = readonly (keyof GrantConditions)[];

export type GrantForPage = Pick<
  Grant,
  "id" | "type" | "resource" | "actions" | "conditions" | "grantedAt" | "expiresAt"
>;

function only(conditions: GrantConditions | undefined, names: ConditionNames): GrantConditions {
  const kept = Object.entries(conditions ?? {}).filter(([name]) =>
    (names as readonly string[]).includes(name),
  );
  // Entries of what was such an object.
  return Object.fromEntries(kept) as GrantConditions;
}

/** Whether only the page decides by it: then all that it cannot hold has to hold now. */
function isPageAlone({ type }: Grant, live: LiveInstallation): boolean {
  return type === "ui" || (type === "network" && isDirect(live));
}

/** An app of its own HTML connects by itself, under a policy that names hosts and nothing else. */
function isDirect({ manifest }: LiveInstallation): boolean {
  return manifest.ui.mode === "html";
}

/** Whether a grant may stand in the policy of a frame, which holds no condition. */
export function isUnconditional({ conditions, expiresAt }: Grant, now: number): boolean {
  const isInForce = expiresAt === undefined || now < expiresAt;
  return isInForce && Object.keys(conditions ?? {}).length === 0;
}

export function grantsForPage(
  live: LiveInstallation,
  facts: AccessFacts & { readonly now: number },
): readonly GrantForPage[] {
  return live.grants.flatMap((grant): readonly GrantForPage[] => {
    const isAlone = isPageAlone(grant, live);
    const { conditions, ...rest } = grant;
    if (grant.type === "network" && isDirect(live) && !isUnconditional(grant, facts.now)) return [];
    const names = isAlone
      ? [...heldAtOpening, ...ofThePerson, "maxDataClass" as const]
      : heldAtOpening;
    if (findRefusal({ ...rest, conditions: only(conditions, names) }, facts) !== undefined)
      return [];
    const { id, type, resource, actions, grantedAt, expiresAt } = grant;
    const left = only(conditions, heldByPages);
    return [
      {
        ...{ id, type, resource, actions },
        ...(Object.keys(left).length === 0 ? {} : { conditions: left }),
        ...(grantedAt === undefined ? {} : { grantedAt }),
        ...(expiresAt === undefined ? {} : { expiresAt }),
      },
    ];
  });
}
