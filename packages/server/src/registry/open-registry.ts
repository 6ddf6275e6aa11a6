/** Puts the registry together from its parts. */
import { rm } from "node:fs/promises";
import { createPublishing, type PublishDeps } from "./publish/publish-release.ts";
import { createPublishers, type Publishers } from "./publishers.ts";
import { createReleases, type Releases } from "./releases.ts";

export interface RegistryOptions
  extends Pick<PublishDeps, "database" | "blobs" | "trail" | "ground" | "limits" | "uploadFolder"> {
  /** Default: no publisher's views may run in the page itself. */
  readonly policy?: PublishDeps["policy"];
}

/** The registry, with what its own routes need beside the public interface. */
export interface OpenedRegistry extends Releases {
  readonly publishers: Publishers;
  readonly publish: ReturnType<typeof createPublishing>;
}

/** Needs the tables of `registryMigrations`. Empties `uploadFolder`, which no other node may use. */
export async function openRegistry(options: RegistryOptions): Promise<OpenedRegistry> {
  const { database, blobs, trail, ground } = options;
  // What lies there was left by a process that was killed.
  await rm(options.uploadFolder, { recursive: true, force: true });
  const publishers = createPublishers({ database, trail, ground });
  const releases = createReleases({ database, blobs, publishers });
  const policy = options.policy ?? { isPermissiveAllowed: () => false };
  const publish = createPublishing({ ...options, publishers, registry: releases, policy });
  return { ...releases, publishers, publish };
}
