import { type ParsedManifest, readManifest } from "@berth/protocol";
import type { ReleaseDetail } from "@berth/protocol/api";

/** The release's manifest; undefined when this console does not understand it. */
export function findReleaseManifest(release: ReleaseDetail): ParsedManifest | undefined {
  return readManifest(release.manifest).manifest;
}
