/** Signs a package and sends it to the registry. */
import type { KeyObject } from "node:crypto";
import { signPackage } from "@berth/bundle";
import type { BerthClient } from "@berth/client";
import type { ReleaseView } from "@berth/protocol/api";
import type { PackageSource } from "./package-source.ts";

export interface PublishPackageOptions {
  readonly client: BerthClient;
  readonly publisher: string;
  readonly source: PackageSource;
  readonly privateKey: KeyObject;
  readonly signal?: AbortSignal;
  readonly onProgress?: (doneBytes: number, totalBytes: number) => void;
}

/** @throws BerthError as the registry says: RELEASE_EXISTS, RELEASE_REJECTED, … */
export function publishPackage(options: PublishPackageOptions): Promise<ReleaseView> {
  const { client, onProgress, privateKey, publisher, signal, source } = options;
  const { id, version } = source.manifest;
  const envelope = signPackage({
    digest: source.digest,
    name: `${publisher}/${id}`,
    version,
    privateKey,
  });
  return client.publish(publisher, id, source.archive, envelope, {
    ...(signal ? { signal } : {}),
    ...(onProgress ? { onProgress } : {}),
  });
}
