/**
 * Takes an upload to disk without looking inside.
 *
 * Invariant: after a failure the destination does not exist (unless it existed before, which is
 * itself a failure), and never more than `maxTotalBytes` were written.
 */
import { type FileHandle, open, rm } from "node:fs/promises";
import { BerthError, type Digest } from "@berth/protocol";
import { checkDigest, createDigestStream } from "./digest.ts";
import { type PackageLimits, resolveLimits } from "./limits.ts";
import { quotePath } from "./paths.ts";
import { boundedChunks } from "./source.ts";

export interface ReceiveOptions {
  /** Only `maxTotalBytes` is used: the archive is not opened. */
  readonly limits?: Partial<PackageLimits>;
  readonly expectedDigest?: Digest;
  readonly signal?: AbortSignal;
}

export interface ReceivedPackage {
  readonly digest: Digest;
  readonly bytes: number;
}

const full = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

function storageError(error: unknown, destination: string): unknown {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code === "EEXIST") {
    return new BerthError("FILE_EXISTS", `${quotePath(destination)} exists already.`, {
      cause: error,
    });
  }
  if (code === undefined || !full.has(code)) return error;
  return new BerthError(
    "STORAGE_FULL",
    `The package could not be stored (${code}); free some space and send it again.`,
    { cause: error },
  );
}

async function writeAll(
  file: FileHandle,
  source: AsyncIterable<Uint8Array>,
  options: ReceiveOptions,
): Promise<ReceivedPackage> {
  const { maxTotalBytes } = resolveLimits(options.limits);
  const hash = createDigestStream();
  let bytes = 0;
  for await (const chunk of boundedChunks(source, { maxTotalBytes, signal: options.signal })) {
    hash.update(chunk);
    for (let at = 0; at < chunk.byteLength; ) {
      at += (await file.write(chunk, at, chunk.byteLength - at)).bytesWritten;
    }
    bytes += chunk.byteLength;
  }
  const digest = hash.digest();
  checkDigest(digest, options.expectedDigest);
  // A full disk may show only when the blocks are really allocated.
  await file.sync();
  return { digest, bytes };
}

/**
 * Streams a package to a new file, bounded while streaming.
 *
 * @param destination - path of a file that must not exist; created with mode 0600
 * @throws PACKAGE_TOO_LARGE, PACKAGE_DIGEST_MISMATCH, STORAGE_FULL, FILE_EXISTS, OPTION_INVALID;
 * the signal's reason; whatever the source or the file system throws
 */
export async function receivePackage(
  source: AsyncIterable<Uint8Array>,
  destination: string,
  options: ReceiveOptions = {},
): Promise<ReceivedPackage> {
  let file: FileHandle;
  try {
    file = await open(destination, "wx", 0o600);
  } catch (error) {
    throw storageError(error, destination);
  }
  try {
    const received = await writeAll(file, source, options);
    await file.close();
    return received;
  } catch (error) {
    // The first failure is the one to report; closing twice is harmless.
    await file.close().catch(() => undefined);
    await rm(destination, { force: true });
    throw storageError(error, destination);
  }
}
