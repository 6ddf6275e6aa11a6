/**
 * The way of a release into the registry: received, unpacked, checked, signed for, stored.
 *
 * Trust: package, manifest and signature are hostile until each was checked, in this order; nothing is
 * stored before all were. Invariant: a failed publication leaves no file, no blob and no row, but for a
 * rejected release's row with its findings.
 */
import { type PackageLimits, type UnpackedPackage, verifySignature } from "@berth/bundle";
import { BerthError, parseAppName } from "@berth/protocol";
import type { ReleaseView } from "@berth/protocol/api";
import type { BlobStore } from "../../storage/blobs.ts";
import type { Database } from "../../storage/database.ts";
import type { Ground } from "../../storage/ground.ts";
import type { ActOrigin, ActRecord } from "../../trail/trail.ts";
import type { Publishers } from "../publishers.ts";
import type { Registry } from "../registry.ts";
import { releaseView, selectReleases } from "../release-rows.ts";
import { createAdmission } from "./admission.ts";
import { checkDependencies, checkPlatform } from "./check-fit.ts";
import { findProblems, type ReleasePolicy } from "./findings.ts";
import { createOneByOne } from "./one-by-one.ts";
import { checkPackageType, readEnvelope } from "./read-headers.ts";
import { readPackageManifest } from "./read-manifest.ts";
import { withUpload } from "./receive-upload.ts";
import { type NewRelease, releaseExists, storeRelease } from "./store-release.ts";

export interface PublishDeps {
  readonly database: Pick<Database, "kysely">;
  readonly blobs: BlobStore;
  readonly publishers: Publishers;
  readonly registry: Pick<Registry, "findRelease" | "resolveRange">;
  readonly policy: ReleasePolicy;
  readonly trail: ActRecord;
  readonly ground: Ground;
  /** Where uploads lie while they are checked. */
  readonly uploadFolder: string;
  readonly limits?: Partial<PackageLimits>;
}

export interface PublishRequest {
  readonly publisher: { readonly id: string; readonly name: string };
  readonly name: string;
  readonly personId: string;
  readonly origin: ActOrigin;
  readonly request: Request;
  readonly signal: AbortSignal;
}

const readmeName = "README.md";
const maxReadmeBytes = 262_144;
const uploadNameBytes = 16;

function readReadme(files: UnpackedPackage["files"]): string | null {
  const bytes = files.get(readmeName);
  // A NUL cannot be stored as text, and no readme has one.
  return bytes === undefined
    ? null
    : new TextDecoder().decode(bytes.subarray(0, maxReadmeBytes)).replaceAll("\0", "");
}

export function createPublishing(
  deps: PublishDeps,
): (request: PublishRequest) => Promise<ReleaseView> {
  const { database, blobs, publishers, registry, policy, trail, ground } = deps;
  const { kysely } = database;
  // So that undoing one publication cannot undo another's of the same content.
  const oneByOne = createOneByOne();
  const admission = createAdmission();

  const storePublished = (release: NewRelease, path: string) =>
    oneByOne(release.digest, async () => {
      await blobs.put(path, release.digest);
      try {
        return await storeRelease(release, { database, trail, ground });
      } catch (error) {
        const other = await kysely
          .selectFrom("release")
          .select("id")
          .where("digest", "=", release.digest)
          .where("status", "!=", "rejected")
          .limit(1)
          .executeTakeFirst();
        if (other === undefined) await blobs.delete(release.digest);
        throw error;
      }
    });

  const publish = async ({
    publisher,
    name,
    personId,
    origin,
    request,
    signal,
  }: PublishRequest) => {
    checkPackageType(request);
    const envelope = readEnvelope(request);
    const upload = {
      request,
      signal,
      folder: deps.uploadFolder,
      checking: admission.checking,
      name: Buffer.from(ground.random(uploadNameBytes)).toString("hex"),
      ...(deps.limits === undefined ? {} : { limits: deps.limits }),
    };
    return withUpload(upload, async ({ path, unpacked }) => {
      const { digest, files, totalBytes } = unpacked;
      const manifest = readPackageManifest(files, { publisher: publisher.name, name });
      const app = parseAppName(`${publisher.name}/${name}`);
      const { keyId } = verifySignature(envelope, {
        keys: await publishers.signingKeys(publisher.id, "current"),
        digest,
        name: app,
        version: manifest.version,
      });
      if ((await registry.findRelease(app, manifest.version)) !== undefined) {
        throw releaseExists(publisher.name, name, manifest.version);
      }
      checkPlatform(manifest);
      await checkDependencies(manifest, publisher.name, registry);
      const findings = await findProblems({ manifest, files, publisher: publisher.name, policy });
      const errors = findings.filter(({ severity }) => severity === "error");
      const release: NewRelease = {
        publisherId: publisher.id,
        publisher: publisher.name,
        name,
        manifest,
        digest,
        packageBytes: totalBytes,
        readme: readReadme(files),
        signedBy: keyId,
        envelope,
        findings,
        status: errors.length > 0 ? "rejected" : "published",
        publishedBy: personId,
        origin,
      };
      signal.throwIfAborted();
      const [first] = errors;
      if (first !== undefined) {
        const id = await storeRelease(release, { database, trail, ground });
        const others = errors.length > 1 ? ` (${errors.length - 1} more)` : "";
        throw new BerthError("RELEASE_REJECTED", `${first.message}${others}`, {
          details: { release: id, findings },
        });
      }
      const id = await storePublished(release, path);
      ground.logger.info({ app, version: manifest.version, digest }, "published a release");
      return releaseView(
        await selectReleases(kysely).where("release.id", "=", id).executeTakeFirstOrThrow(),
      );
    });
  };

  return (request) => admission.receiving(request.publisher.id, () => publish(request));
}
