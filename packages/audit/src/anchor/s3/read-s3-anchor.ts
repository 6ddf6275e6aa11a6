/**
 * Reads the checkpoints of a bucket, every version of each: whoever could write to it may have laid another over
 * a locked one, or a delete marker, and a plain download gives the newest only.
 */
import { BerthError } from "@berth/protocol";
import { maxNoteBytes } from "../../note/signed-note.ts";
import type { AnchoredCheckpoint } from "../../verify/anchors.ts";
import { anchorNamePattern } from "../compare-kept.ts";
import { createS3Client, type S3Client, type S3Options } from "./client.ts";
import { findElement, findElements } from "./xml.ts";

export interface ReadS3AnchorOptions extends S3Options {
  /** Beyond as many, they are read thinned out, evenly, with the first and the last. Default 2,000. */
  readonly maxCheckpoints?: number;
  readonly signal?: AbortSignal;
}

interface Version {
  readonly key: string;
  readonly versionId: string;
}

const pageSize = 500;
/** A year of a checkpoint each minute, thrice. */
const maxPages = 3_200;
const readAtOnce = 8;

function unreadable(place: string, what: string): BerthError {
  return new BerthError("FILE_UNREADABLE", `The anchor ${place} cannot be read: ${what}.`);
}

async function listVersions(client: S3Client, options: ReadS3AnchorOptions): Promise<Version[]> {
  const { prefix } = options.location;
  const place = client.placeOf(prefix);
  const versions: Version[] = [];
  let marker: Readonly<Record<string, string>> = {};
  for (let page = 0; page < maxPages; page += 1) {
    options.signal?.throwIfAborted();
    const { code, status, text } = await client.send({
      method: "GET",
      query: { versions: "", prefix, "max-keys": String(pageSize), ...marker },
    });
    if (status !== 200) {
      const needs = status === 403 ? "; the key needs s3:ListBucketVersions" : "";
      throw unreadable(place, `${status} ${code}${needs}`);
    }
    for (const version of findElements(text, "Version")) {
      const key = findElement(version, "Key") ?? "";
      const versionId = findElement(version, "VersionId") ?? "";
      const isOurs = key.startsWith(prefix) && anchorNamePattern.test(key.slice(prefix.length));
      if (isOurs) versions.push({ key, versionId });
    }
    const nextKey = findElement(text, "NextKeyMarker");
    if (findElement(text, "IsTruncated") !== "true" || nextKey === undefined) return versions;
    const nextVersion = findElement(text, "NextVersionIdMarker") ?? "";
    marker = { "key-marker": nextKey, "version-id-marker": nextVersion };
  }
  throw unreadable(place, `it has more than ${maxPages * pageSize} objects`);
}

/** Evenly, with the first and the last; and all versions of a name that has several. */
function thin(versions: readonly Version[], max: number): readonly Version[] {
  const counts = Map.groupBy(versions, ({ key }) => key);
  const several = [...counts.values()].filter(({ length }) => length > 1).flat();
  const single = [...counts.values()].filter(({ length }) => length === 1).flat();
  const step = Math.max(1, (single.length - 1) / Math.max(1, max - 1));
  const kept = new Set<Version>(several);
  for (let at = 0; Math.round(at) < single.length; at += step) {
    const version = single[Math.round(at)];
    if (version !== undefined) kept.add(version);
  }
  return [...kept];
}

/**
 * For `verifyExport`. Objects of other names are left out; broken ones are given as they are, and reported there.
 *
 * @throws FILE_UNREADABLE, AUDIT_ANCHOR_FAILED
 */
export async function readS3Anchor(
  options: ReadS3AnchorOptions,
): Promise<readonly AnchoredCheckpoint[]> {
  const client = createS3Client(options);
  const versions = thin(await listVersions(client, options), options.maxCheckpoints ?? 2_000);
  const read = async ({ key, versionId }: Version): Promise<AnchoredCheckpoint> => {
    options.signal?.throwIfAborted();
    const query = versionId === "" || versionId === "null" ? {} : { versionId };
    const { code, status, text } = await client.send({ method: "GET", key, query });
    const place = client.placeOf(key);
    if (status !== 200) throw unreadable(place, `${status} ${code}`);
    return { place, note: text.slice(0, maxNoteBytes + 1) };
  };
  const anchors: AnchoredCheckpoint[] = [];
  for (let at = 0; at < versions.length; at += readAtOnce) {
    anchors.push(...(await Promise.all(versions.slice(at, at + readAtOnce).map(read))));
  }
  return anchors;
}
