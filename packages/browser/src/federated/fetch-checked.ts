/**
 * Fetches a file that has a digest. What is wrong is asked for once more, past the browser's own cache,
 * which may hold what lay there before; then it is refused.
 */
import { isBerthError } from "@berth/protocol";
import { checkDigest } from "./digest.ts";
import { type FetchBytesOptions, fetchBytes } from "./fetch-bytes.ts";

export interface PinnedFile {
  readonly url: string;
  /** Longer is wrong as well. */
  readonly maxBytes: number;
  /** SHA-256. */
  readonly digest: string;
}

/** @throws BerthError PACKAGE_DIGEST_MISMATCH, SERVER_UNREACHABLE, VIEW_LOAD_FAILED */
export async function fetchChecked(
  file: PinnedFile,
  network: FetchBytesOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await fetchOnce(file, network, "default");
  } catch (error) {
    if (!isBerthError(error, "PACKAGE_DIGEST_MISMATCH")) throw error;
    return await fetchOnce(file, network, "reload");
  }
}

async function fetchOnce(
  { url, maxBytes, digest }: PinnedFile,
  network: FetchBytesOptions,
  cache: RequestCache,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await fetchBytes(url, maxBytes, { ...network, cache });
  await checkDigest(url, bytes, digest);
  return bytes;
}
