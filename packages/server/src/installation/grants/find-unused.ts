/** Which grants of an organization's apps nobody has used for long. */
import type { ParsedManifest } from "@berth/protocol";
import type { Kysely } from "kysely";
import type { Schema } from "../../storage/schema.ts";
import type { GrantRow } from "../store.ts";

const maxListed = 1_000;

export interface UnusedGrant {
  readonly grant: GrantRow;
  readonly installation: string;
  readonly app: string;
  readonly title: string;
}

/** Granted before `before`, and since then not used; as far as it was written. The oldest consent first. */
export async function findUnusedGrants(
  kysely: Kysely<Schema>,
  { organizationId, before }: { readonly organizationId: string; readonly before: Date },
): Promise<readonly UnusedGrant[]> {
  const rows = await kysely
    .selectFrom("installation_grant as held")
    .innerJoin("installation", "installation.id", "held.installation_id")
    .selectAll("held")
    .select(["installation.app", "installation.manifest"])
    .where("installation.organization_id", "=", organizationId)
    .where("held.granted_at", "<", before)
    .where((by) =>
      by.or([by("held.last_used_at", "is", null), by("held.last_used_at", "<", before)]),
    )
    .orderBy("held.granted_at")
    .orderBy("held.id")
    .limit(maxListed)
    .execute();
  return rows.map(({ app, manifest, ...grant }) => ({
    grant,
    app,
    installation: grant.installation_id,
    title: (manifest as ParsedManifest).name,
  }));
}
