/** What an admin does to the grants of an installation: grant, change, revoke. */
import {
  BerthError,
  createId,
  type ParsedManifest,
  type Permission,
  permissionKey,
  permissionsAsked,
} from "@berth/protocol";
import type { JsonObject } from "../live.ts";
import type { GrantRow } from "../store.ts";
import { changeGrants, type GrantChangeTarget, type GrantWorks } from "./change-grants.ts";
import { type GivenTerms, type GrantTerms, parseTerms } from "./terms.ts";

export interface WantedPermission {
  readonly type: string;
  readonly resource: string;
  readonly actions: readonly string[];
}

/** The key is a text over three fields; the fields' kinds do not matter for comparing. */
export function keyOf(permission: WantedPermission | GrantRow): string {
  return permissionKey(permission as unknown as Permission);
}

/** @throws GRANT_NOT_ASKED */
function getAsked(manifest: unknown, wanted: WantedPermission | GrantRow): Permission {
  const asked = permissionsAsked(manifest as ParsedManifest);
  const found = asked.find((each) => permissionKey(each) === keyOf(wanted));
  if (found !== undefined) return found;
  throw new BerthError(
    "GRANT_NOT_ASKED",
    `The app's manifest does not ask for "${keyOf(wanted).slice(0, 400)}", so it cannot be granted; name a permission exactly as it stands there.`,
    { details: { asked: asked.map(permissionKey) } },
  );
}

function columnsOf(terms: GrantTerms, by: GrantChangeTarget, now: number) {
  return {
    scope: terms.scope === null ? null : JSON.stringify(terms.scope),
    conditions: terms.conditions === null ? null : JSON.stringify(terms.conditions),
    expires_at: terms.expiresAt,
    note: by.reason ?? null,
    // Whoever sets the terms consents to them.
    granted_by: by.actor.id,
    granted_at: new Date(now),
  };
}

/** For the record: how many people, and not who. */
function detailsOf(grant: WantedPermission, grantId: string, terms?: GrantTerms): JsonObject {
  const { type, resource, actions } = grant;
  const details = { grant: grantId, type, resource, actions: [...actions] };
  if (terms === undefined) return details;
  return {
    ...details,
    // Checked, and made of JSON.
    conditions: (terms.conditions ?? {}) as unknown as JsonObject,
    scopedPersons: terms.scope?.persons?.length ?? null,
    scopedGroups: terms.scope === null ? null : [...(terms.scope.groups ?? [])],
    expiresAt: terms.expiresAt?.toISOString() ?? null,
  };
}

/** @returns the new grant's id. @throws GRANT_NOT_ASKED, GRANT_EXISTS, REQUEST_INVALID */
export function grantPermission(
  works: GrantWorks,
  target: GrantChangeTarget,
  wanted: { readonly permission: WantedPermission; readonly terms: GivenTerms },
): Promise<string> {
  const { permission } = wanted;
  return changeGrants(works, target, async (trx, { row, grants }) => {
    const now = works.ground.clock.now();
    const asked = getAsked(row.manifest, permission);
    const terms = parseTerms(wanted.terms, { asked, now });
    const granted = grants.find((grant) => keyOf(grant) === keyOf(permission));
    if (granted !== undefined) {
      throw new BerthError(
        "GRANT_EXISTS",
        `"${keyOf(permission)}" is granted already; change the grant ${granted.id} instead.`,
        { details: { grant: granted.id } },
      );
    }
    const id = createId("grant", works.ground.random(16));
    await trx
      .insertInto("installation_grant")
      .values({
        id,
        installation_id: row.id,
        position: 1 + Math.max(-1, ...grants.map(({ position }) => position)),
        type: asked.type,
        resource: asked.resource,
        actions: JSON.stringify(asked.actions),
        reason: asked.reason ?? null,
        is_optional: asked.optional === true,
        ...columnsOf(terms, target, now),
      })
      .execute();
    return { result: id, act: { action: "grant.add", details: detailsOf(asked, id, terms) } };
  });
}

/** @throws GRANT_NOT_FOUND, GRANT_NOT_ASKED, REQUEST_INVALID */
export function changeGrant(
  works: GrantWorks,
  target: GrantChangeTarget,
  wanted: { readonly grant: string; readonly terms: GivenTerms },
): Promise<string> {
  return changeGrants(works, target, async (trx, { row, grants }) => {
    const now = works.ground.clock.now();
    const grant = getGrant(grants, wanted.grant);
    const asked = getAsked(row.manifest, grant);
    const terms = parseTerms(wanted.terms, { asked, now });
    await trx
      .updateTable("installation_grant")
      .set(columnsOf(terms, target, now))
      .where("id", "=", grant.id)
      .execute();
    const details = detailsOf(asked, grant.id, terms);
    return { result: grant.id, act: { action: "grant.change", details } };
  });
}

/** @throws GRANT_NOT_FOUND */
export function revokeGrant(
  works: GrantWorks,
  target: GrantChangeTarget,
  grantId: string,
): Promise<string> {
  return changeGrants(works, target, async (trx, { grants }) => {
    const grant = getGrant(grants, grantId);
    await trx.deleteFrom("installation_grant").where("id", "=", grant.id).execute();
    // Written from a parsed manifest's permission.
    const details = detailsOf({ ...grant, actions: grant.actions as string[] }, grant.id);
    return { result: grant.id, act: { action: "grant.revoke", details } };
  });
}

function getGrant(grants: readonly GrantRow[], id: string): GrantRow {
  const grant = grants.find((each) => each.id === id);
  if (grant !== undefined) return grant;
  throw new BerthError(
    "GRANT_NOT_FOUND",
    `The installation has no grant ${id.slice(0, 64)}; it may have been revoked. List its grants to see those that it has.`,
  );
}
