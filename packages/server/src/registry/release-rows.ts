/** Rows of releases as what the API and other domains see. */
import {
  type AppName,
  type Digest,
  type ParsedManifest,
  parseAppName,
  parseDigest,
  parseReleaseId,
} from "@berth/protocol";
import type { AppView, ReleaseView } from "@berth/protocol/api";
import type { Database } from "../storage/database.ts";
import type { Release } from "./registry.ts";
import type { StoredFinding } from "./tables.ts";

export interface ReleaseRow {
  readonly id: string;
  readonly publisher: string;
  readonly app: string;
  readonly version: string;
  readonly digest: string;
  readonly package_bytes: number;
  readonly manifest: unknown;
  readonly signed_by: string;
  readonly status: "published" | "rejected" | "yanked";
  readonly findings: StoredFinding[];
  readonly published_at: Date;
}

/** Releases joined with the names that make them addressable. */
export function selectReleases(kysely: Database["kysely"]) {
  return kysely
    .selectFrom("release")
    .innerJoin("app", "app.id", "release.app_id")
    .innerJoin("publisher", "publisher.id", "app.publisher_id")
    .select([
      "release.id",
      "publisher.name as publisher",
      "app.name as app",
      "release.version",
      "release.digest",
      "release.package_bytes",
      "release.manifest",
      "release.signed_by",
      "release.status",
      "release.findings",
      "release.published_at",
    ]);
}

export function namesOf(app: AppName): { publisher: string; name: string } {
  const [publisher = "", name = ""] = app.split("/");
  return { publisher, name };
}

export function manifestOf(row: Pick<ReleaseRow, "manifest">): ParsedManifest {
  // Stored by us as `parseManifest` gave it; parsing again could refuse what an older version took.
  return row.manifest as ParsedManifest;
}

export function toRelease(row: ReleaseRow): Release {
  const digest: Digest = parseDigest(row.digest);
  return Object.freeze({
    id: parseReleaseId(row.id),
    app: parseAppName(`${row.publisher}/${row.app}`),
    version: row.version,
    digest,
    packageBytes: row.package_bytes,
    manifest: manifestOf(row),
    publisher: row.publisher,
    signedBy: row.signed_by,
  });
}

export function releaseView(row: ReleaseRow): ReleaseView {
  return {
    id: row.id,
    app: `${row.publisher}/${row.app}`,
    version: row.version,
    digest: row.digest,
    packageBytes: row.package_bytes,
    signedBy: row.signed_by,
    status: row.status,
    findings: row.findings,
    publishedAt: row.published_at.toISOString(),
  };
}

export function appView(row: ReleaseRow & { readonly display_name: string }): AppView {
  const manifest = manifestOf(row);
  return {
    app: `${row.publisher}/${row.app}`,
    publisher: { name: row.publisher, displayName: row.display_name },
    title: manifest.name,
    description: manifest.description,
    latestVersion: row.version,
    sandboxLevel: manifest.security.sandboxLevel,
    hasView: manifest.entryPoint !== undefined,
    hasFunction: manifest.server !== undefined,
    updatedAt: row.published_at.toISOString(),
  };
}
