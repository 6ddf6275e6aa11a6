/**
 * Takes an archive apart and believes nothing of it.
 *
 * The checks come in the order of the bytes, so that reading stops at the first wrong one; the last
 * is that packing the files again gives the same digest, so that nothing hides in header fields,
 * padding, extension records or after the end.
 * Trust: every byte is hostile. Invariant: memory stays below twice `maxTotalBytes`.
 */
import type { Digest } from "@berth/protocol";
import { checkDigest, createDigestStream, digestOf } from "./digest.ts";
import { formatDigestIndex, malformed } from "./digest-index.ts";
import { createEntryCollector } from "./entries.ts";
import { type PackageLimits, resolveLimits } from "./limits.ts";
import { archiveOf } from "./pack.ts";
import { boundedChunks } from "./source.ts";
import { feedArchive } from "./tar-reader.ts";

export interface UnpackOptions {
  readonly limits?: Partial<PackageLimits>;
  /** The SHA-256 that the archive must have; without it any is accepted and returned. */
  readonly expectedDigest?: Digest;
  readonly signal?: AbortSignal;
}

export interface UnpackedPackage {
  readonly digest: Digest;
  /** The archive's length: what `maxTotalBytes` bounds. */
  readonly totalBytes: number;
  /** By path, in byte order; without `berth.digests.json`. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/**
 * The checked files of an archive. Stops reading a stream at the first byte that breaks a rule.
 *
 * @throws PACKAGE_TOO_LARGE, PACKAGE_ENTRY_REFUSED, PACKAGE_DIGEST_MISMATCH, PACKAGE_MALFORMED,
 * OPTION_INVALID; the signal's reason; whatever the source throws
 */
export async function unpack(
  source: Uint8Array | AsyncIterable<Uint8Array>,
  options: UnpackOptions = {},
): Promise<UnpackedPackage> {
  const limits = resolveLimits(options.limits);
  const isWhole = source instanceof Uint8Array;
  const chunks = boundedChunks(isWhole ? once(source) : source, {
    maxTotalBytes: limits.maxTotalBytes,
    signal: options.signal,
  });
  if (isWhole && source.byteLength <= limits.maxTotalBytes) {
    checkDigest(digestOf(source), options.expectedDigest);
  }
  const collector = createEntryCollector(limits);
  const hash = createDigestStream();
  const totalBytes = await feedArchive(chunks, {
    collector,
    limits,
    onChunk: (chunk) => hash.update(chunk),
  });
  const digest = hash.digest();
  checkDigest(digest, options.expectedDigest);
  const { index, files } = collector.finish();
  const again = createDigestStream();
  const entries = [...files].map(([path, bytes]) => ({ path, bytes }));
  for await (const piece of archiveOf(formatDigestIndex(index), entries)) again.update(piece);
  if (again.digest() !== digest) {
    throw malformed(
      "The archive is not in canonical form: packing its files again gives other bytes, so a header, padding or the end differs; pack with `berth pack`",
    );
  }
  return { digest, totalBytes, files };
}
