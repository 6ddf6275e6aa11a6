/**
 * Reads releases for the API and for other domains.
 *
 * A published release never changes, so those found by exact version are kept in memory.
 */
import { verifySignature } from "@berth/bundle";
import { type AppName, BerthError, type Digest, permissionsAsked } from "@berth/protocol";
import type { AppView, ReleaseDetail, ReleaseView } from "@berth/protocol/api";
import { sql } from "kysely";
import type { BlobStore } from "../storage/blobs.ts";
import type { Database } from "../storage/database.ts";
import { createPackageCache } from "./package-cache.ts";
import type { Publishers } from "./publishers.ts";
import type { Registry, Release } from "./registry.ts";
import {
  appView,
  manifestOf,
  namesOf,
  releaseView,
  selectReleases,
  toRelease,
} from "./release-rows.ts";
import { findInRange, sortVersions } from "./versions.ts";

const maxListed = 500;
const maxKeptReleases = 2_000;
const maxShownVersions = 10;

export interface Releases extends Registry {
  listApps(search: string | undefined): Promise<AppView[]>;
  /** @throws APP_NOT_FOUND */
  getApp(app: AppName): Promise<AppView & { releases: ReleaseView[]; readme: string | null }>;
  /** @throws APP_NOT_FOUND, RELEASE_NOT_FOUND */
  getDetail(app: AppName, version: string): Promise<ReleaseDetail>;
  listOfPublisher(publisherId: string): Promise<ReleaseView[]>;
  /** The package as it was sent, verified. @throws BLOB_NOT_FOUND, PACKAGE_DIGEST_MISMATCH */
  readPackage(digest: Digest): Promise<Uint8Array>;
  /** The DSSE envelope that a release was published with. */
  getEnvelope(release: Release): Promise<string>;
}

export function createReleases(options: {
  readonly database: Pick<Database, "kysely">;
  readonly blobs: Pick<BlobStore, "open">;
  readonly publishers: Publishers;
}): Releases {
  const { database, blobs, publishers } = options;
  const { kysely } = database;
  const kept = new Map<string, Release>();
  const openPackage = createPackageCache({ blobs });

  const keep = (release: Release): Release => {
    const oldest = kept.size >= maxKeptReleases ? kept.keys().next().value : undefined;
    if (oldest !== undefined) kept.delete(oldest);
    kept.set(`${release.app}@${release.version}`, release);
    return release;
  };

  const selectOf = (app: AppName) => {
    const { publisher, name } = namesOf(app);
    return selectReleases(kysely)
      .where("publisher.name", "=", publisher)
      .where("app.name", "=", name);
  };
  const publishedOf = (app: AppName) =>
    selectOf(app).where("release.status", "=", "published").execute();

  const selectApps = () =>
    selectReleases(kysely)
      .select(["publisher.display_name", "release.readme"])
      .whereRef("release.id", "=", "app.latest_release_id");

  const findRelease = async (app: AppName, version: string): Promise<Release | undefined> => {
    if (version === "latest") {
      const row = await selectOf(app)
        .whereRef("release.id", "=", "app.latest_release_id")
        .executeTakeFirst();
      return row === undefined ? undefined : toRelease(row);
    }
    const known = kept.get(`${app}@${version}`);
    if (known !== undefined) return known;
    const row = await selectOf(app)
      .where("release.version", "=", version)
      .where("release.status", "!=", "rejected")
      .executeTakeFirst();
    return row === undefined ? undefined : keep(toRelease(row));
  };

  const getRelease = async (app: AppName, version: string): Promise<Release> => {
    const found = await findRelease(app, version);
    if (found !== undefined) return found;
    const others = sortVersions(await publishedOf(app));
    if (others.length === 0) throw appNotFound(app);
    const versions = others.slice(0, maxShownVersions).map((each) => each.version);
    throw new BerthError(
      "RELEASE_NOT_FOUND",
      `${app} has no version ${JSON.stringify(version.slice(0, 64))}; it has ${versions.join(", ")}.`,
      { details: { app, versions } },
    );
  };

  const getEnvelope = async (release: Release): Promise<string> => {
    const { envelope } = await kysely
      .selectFrom("release")
      .select("envelope")
      .where("id", "=", release.id)
      .executeTakeFirstOrThrow();
    return envelope;
  };

  return {
    findRelease,
    getRelease,
    getEnvelope,
    openPackage,
    readPackage: (digest) => blobs.open(digest),
    async resolveRange(app, range) {
      const row = findInRange(await publishedOf(app), range);
      return row === undefined ? undefined : toRelease(row);
    },
    async verifySignature(app, version, digest) {
      const release = await getRelease(app, version);
      const found = await publishers.findPublisher(release.publisher, "");
      const keys = found === undefined ? [] : await publishers.signingKeys(found.id, "all");
      const envelope = await getEnvelope(release);
      return verifySignature(envelope, { keys, digest, name: app, version: release.version });
    },
    async listApps(search) {
      const words = (search ?? "").trim().replaceAll(/[\\%_]/g, (sign) => `\\${sign}`);
      const rows = await selectApps()
        .$if(words !== "", (query) =>
          query.where((by) =>
            by.or([
              by("app.name", "ilike", `%${words}%`),
              by("publisher.name", "ilike", `%${words}%`),
              by(sql<string>`release.manifest ->> 'name'`, "ilike", `%${words}%`),
              by(sql<string>`release.manifest ->> 'description'`, "ilike", `%${words}%`),
            ]),
          ),
        )
        .orderBy("publisher.name")
        .orderBy("app.name")
        .limit(maxListed)
        .execute();
      return rows.map(appView);
    },
    async getApp(app) {
      const { publisher, name } = namesOf(app);
      const row = await selectApps()
        .where("publisher.name", "=", publisher)
        .where("app.name", "=", name)
        .executeTakeFirst();
      if (row === undefined) throw appNotFound(app);
      const releases = sortVersions(await publishedOf(app)).map(releaseView);
      return { ...appView(row), releases, readme: row.readme };
    },
    async getDetail(app, version) {
      const { id } = await getRelease(app, version);
      const row = await selectReleases(kysely)
        .leftJoin("publisher_key", (join) =>
          join
            .onRef("publisher_key.publisher_id", "=", "publisher.id")
            .onRef("publisher_key.key_id", "=", "release.signed_by"),
        )
        .select("publisher_key.label")
        .where("release.id", "=", id)
        .executeTakeFirstOrThrow();
      const manifest = manifestOf(row);
      return {
        ...releaseView(row),
        manifest: { ...manifest },
        permissions: permissionsAsked(manifest).map((asked) => ({
          ...asked,
          actions: [...asked.actions],
        })),
        signerLabel: row.label ?? "",
      };
    },
    async listOfPublisher(publisherId) {
      const rows = await selectReleases(kysely)
        .where("publisher.id", "=", publisherId)
        .orderBy("release.published_at", "desc")
        .limit(maxListed)
        .execute();
      return rows.map(releaseView);
    },
  };
}

function appNotFound(app: AppName): BerthError {
  return new BerthError("APP_NOT_FOUND", `There is no published app ${app}.`);
}
