/** A grant as it is decided by, out of its row. */
import type { Grant, GrantConditions, GrantScope, Permission } from "@berth/protocol";
import type { GrantRow } from "../store.ts";

export function grantOf(row: GrantRow): Grant {
  // Written from a parsed manifest's permission, and from terms that were checked.
  const { type, actions } = row as unknown as Pick<Permission, "type" | "actions">;
  const scope = row.scope as GrantScope | null;
  const conditions = row.conditions as GrantConditions | null;
  return Object.freeze({
    id: row.id,
    type,
    resource: row.resource,
    actions,
    grantedAt: row.granted_at.getTime(),
    ...(scope === null ? {} : { scope }),
    ...(conditions === null ? {} : { conditions }),
    ...(row.expires_at === null ? {} : { expiresAt: row.expires_at.getTime() }),
  });
}
