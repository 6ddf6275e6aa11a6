/** What other domains may ask the registry. */
import type { UnpackedPackage } from "@berth/bundle";
import type { AppName, Digest, ParsedManifest, ReleaseId } from "@berth/protocol";

/** A published release; immutable. */
export interface Release {
  readonly id: ReleaseId;
  readonly app: AppName;
  readonly version: string;
  readonly digest: Digest;
  readonly packageBytes: number;
  readonly manifest: ParsedManifest;
  /** The publisher's name. */
  readonly publisher: string;
  /** Id of the key that signed it. */
  readonly signedBy: string;
}

export interface Registry {
  /**
   * @param version - an exact version, or `latest`: the highest that is no pre-release, else the
   * highest. Yanked releases are found by exact version only, rejected ones never.
   */
  findRelease(app: AppName, version: string): Promise<Release | undefined>;
  /** @throws APP_NOT_FOUND; RELEASE_NOT_FOUND naming the versions that there are */
  getRelease(app: AppName, version: string): Promise<Release>;
  /** The highest published release in a semver range. */
  resolveRange(app: AppName, range: string): Promise<Release | undefined>;
  /**
   * The package's files. The stored bytes are verified at every call that reads them; unpacked
   * packages are kept in memory up to a bound.
   *
   * @throws BLOB_NOT_FOUND, PACKAGE_DIGEST_MISMATCH
   */
  openPackage(digest: Digest): Promise<UnpackedPackage>;
  /**
   * Checks the publisher's signature over the stored package again. A key that was revoked since still
   * vouches for what was published under it.
   *
   * @returns the id of the key that signed
   * @throws APP_NOT_FOUND, RELEASE_NOT_FOUND, SIGNATURE_INVALID, SIGNATURE_KEY_UNKNOWN, PACKAGE_DIGEST_MISMATCH
   */
  verifySignature(app: AppName, version: string, digest: Digest): Promise<{ keyId: string }>;
}
