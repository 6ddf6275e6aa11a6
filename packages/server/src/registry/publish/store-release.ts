/**
 * Writes a release down, and makes it its app's latest when it is.
 *
 * Invariant: of two publications of one version, whatever their timing, one is stored; the partial
 * unique index decides. A published row's package is in the blob store before the row is.
 */
import {
  BerthError,
  createId,
  type Digest,
  idPrefixes,
  type ParsedManifest,
} from "@berth/protocol";
import { isUniqueViolation } from "../../storage/constraint.ts";
import type { Database } from "../../storage/database.ts";
import type { Ground } from "../../storage/ground.ts";
import type { ActOrigin, ActRecord } from "../../trail/trail.ts";
import type { StoredFinding } from "../tables.ts";
import { findLatest } from "../versions.ts";

const idBytes = 16;
const keptRejections = 20;

export interface NewRelease {
  readonly publisherId: string;
  readonly publisher: string;
  readonly name: string;
  readonly manifest: ParsedManifest;
  readonly digest: Digest;
  readonly packageBytes: number;
  readonly readme: string | null;
  readonly signedBy: string;
  readonly envelope: string;
  readonly findings: readonly StoredFinding[];
  readonly status: "published" | "rejected";
  readonly publishedBy: string;
  readonly origin: ActOrigin;
}

type Transaction = Parameters<
  Parameters<ReturnType<Database["kysely"]["transaction"]>["execute"]>[0]
>[0];

async function openApp(
  trx: Transaction,
  release: NewRelease,
  newId: () => string,
): Promise<string> {
  const { publisherId, name } = release;
  await trx
    .insertInto("app")
    .values({ id: newId(), publisher_id: publisherId, name })
    .onConflict((on) => on.columns(["publisher_id", "name"]).doNothing())
    .execute();
  // Locked, so that two releases of one app settle which is the latest one after the other.
  const { id } = await trx
    .selectFrom("app")
    .select("id")
    .where("publisher_id", "=", publisherId)
    .where("name", "=", name)
    .forUpdate()
    .executeTakeFirstOrThrow();
  return id;
}

async function setLatest(trx: Transaction, appId: string): Promise<void> {
  const published = await trx
    .selectFrom("release")
    .select(["id", "version"])
    .where("app_id", "=", appId)
    .where("status", "=", "published")
    .execute();
  const latest = findLatest(published);
  if (latest === undefined) return;
  await trx
    .updateTable("app")
    .set({ latest_release_id: latest.id })
    .where("id", "=", appId)
    .execute();
}

async function forgetOldRejections(trx: Transaction, appId: string): Promise<void> {
  const rejected = await trx
    .selectFrom("release")
    .select("id")
    .where("app_id", "=", appId)
    .where("status", "=", "rejected")
    .orderBy("published_at", "desc")
    .offset(keptRejections)
    .execute();
  if (rejected.length === 0) return;
  const ids = rejected.map(({ id }) => id);
  await trx.deleteFrom("release").where("id", "in", ids).execute();
}

export function releaseExists(publisher: string, name: string, version: string): BerthError {
  return new BerthError(
    "RELEASE_EXISTS",
    `${publisher}/${name} ${version} is published already, and a version never changes; raise the version in berth.json.`,
    { details: { app: `${publisher}/${name}`, version } },
  );
}

/** @returns the release's id @throws RELEASE_EXISTS */
export async function storeRelease(
  release: NewRelease,
  deps: {
    readonly database: Pick<Database, "kysely">;
    readonly trail: ActRecord;
    readonly ground: Ground;
  },
): Promise<string> {
  const { database, trail, ground } = deps;
  const newId = (prefix: string) => createId(prefix, ground.random(idBytes));
  const id = newId(idPrefixes.release);
  try {
    await database.kysely.transaction().execute(async (trx) => {
      const appId = await openApp(trx, release, () => newId(idPrefixes.app));
      await trx
        .insertInto("release")
        .values({
          id,
          app_id: appId,
          version: release.manifest.version,
          digest: release.digest,
          package_bytes: release.packageBytes,
          manifest: JSON.stringify(release.manifest),
          readme: release.readme,
          signed_by: release.signedBy,
          envelope: release.envelope,
          status: release.status,
          findings: JSON.stringify(release.findings),
          published_by: release.publishedBy,
          published_at: new Date(ground.clock.now()),
        })
        .execute();
      if (release.status === "published") await setLatest(trx, appId);
      else await forgetOldRejections(trx, appId);
      await trail.record(trx, {
        ...release.origin,
        action: release.status === "published" ? "release.publish" : "release.reject",
        organizationId: null,
        target: { kind: "release", id },
        details: {
          app: `${release.publisher}/${release.name}`,
          ...{ version: release.manifest.version, digest: release.digest },
          signedBy: release.signedBy,
        },
      });
    });
  } catch (cause) {
    if (!isUniqueViolation(cause)) throw cause;
    throw releaseExists(release.publisher, release.name, release.manifest.version);
  }
  return id;
}
