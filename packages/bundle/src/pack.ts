/**
 * Builds the archive.
 *
 * Invariant: one content, one sequence of bytes. Nothing of the machine (order of reading, clock,
 * owner, file mode, compressor) reaches the archive, and a library update that changed a byte
 * fails the golden test.
 */
import { type Header, pack } from "tar-stream";
import { digestOf } from "./digest.ts";
import { checkFiles, digestIndexName, formatDigestIndex } from "./digest-index.ts";
import { overBound, type PackageLimits, resolveLimits } from "./limits.ts";
import { comparePaths } from "./paths.ts";

export interface PackageFile {
  /** Relative, segments separated by `/`, Unicode NFC. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

function headerOf(
  name: string,
  size: number,
): Pick<Header, "name" | "size" | "type" | "mode" | "uid" | "gid" | "mtime"> {
  return { name, size, type: "file", mode: 0o644, uid: 0, gid: 0, mtime: new Date(0) };
}

/** The archive of files that are sorted and checked already, piece by piece. */
export async function* archiveOf(
  index: Uint8Array,
  files: Iterable<PackageFile>,
): AsyncGenerator<Uint8Array> {
  const archive = pack();
  archive.entry(headerOf(digestIndexName, index.byteLength), viewOf(index));
  for (const { path, bytes } of files)
    archive.entry(headerOf(path, bytes.byteLength), viewOf(bytes));
  archive.finalize();
  // The library's types leave the elements open; a pack stream holds buffers only.
  yield* archive as AsyncIterable<Uint8Array>;
}

function viewOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/**
 * The archive of some files, in whatever order they come; `berth.json` must be among them and
 * `berth.digests.json` must not. Refuses what `unpack` refuses.
 *
 * @param limits - over `defaultPackageLimits`
 * @throws PACKAGE_ENTRY_REFUSED, PACKAGE_TOO_LARGE, PACKAGE_MALFORMED, OPTION_INVALID
 */
export async function packFiles(
  files: Iterable<PackageFile>,
  limits?: Partial<PackageLimits>,
): Promise<Uint8Array> {
  const bounds = resolveLimits(limits);
  const sorted = [...files].sort((a, b) => comparePaths(a.path, b.path));
  checkFiles(
    sorted.map(({ path, bytes }) => ({ path, bytes: bytes.byteLength })),
    bounds,
  );
  const index = formatDigestIndex(
    sorted.map(({ path, bytes }) => ({ path, bytes: bytes.byteLength, sha256: digestOf(bytes) })),
  );
  const pieces: Uint8Array[] = [];
  for await (const piece of archiveOf(index, sorted)) pieces.push(piece);
  const archive = Buffer.concat(pieces);
  if (archive.byteLength > bounds.maxTotalBytes) {
    const what = `The package's archive has ${archive.byteLength} bytes`;
    throw overBound("maxTotalBytes", bounds.maxTotalBytes, what);
  }
  return archive;
}
