/**
 * `berth.digests.json`: the first entry of every package, which lists all the others.
 *
 * Invariant: there is one text for one list of files, so a text that parses is the text that
 * writing it again gives.
 * Trust: the text comes from an archive and is hostile until `parseDigestIndex` returns.
 */
import { BerthError, type Digest } from "@berth/protocol";
import { overBound, type PackageLimits } from "./limits.ts";
import { comparePaths, createPathSet, quotePath, refuseEntry } from "./paths.ts";

export const digestIndexName = "berth.digests.json";
/** Required in every package; this package never looks inside it. */
export const manifestName = "berth.json";

export interface IndexedFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: Digest;
}

const bytesPerFileBesidePath = 128;

/** No index of a package within the limits is longer than this. */
export function maxIndexBytes(limits: PackageLimits): number {
  return bytesPerFileBesidePath + limits.maxFiles * (limits.maxPathBytes + bytesPerFileBesidePath);
}

/** Files must be sorted by `comparePaths`; no path that passes `checkPath` needs an escape. */
export function formatDigestIndex(files: readonly IndexedFile[]): Uint8Array {
  const listed = files.map(({ path, bytes, sha256 }) => ({ path, bytes, sha256 }));
  return Buffer.from(JSON.stringify({ format: 1, files: listed }));
}

/**
 * The rules that packing and unpacking share: bounds, paths, order, and the manifest's presence.
 *
 * @throws PACKAGE_TOO_LARGE, PACKAGE_ENTRY_REFUSED, PACKAGE_MALFORMED
 */
export function checkFiles(
  files: readonly { readonly path: string; readonly bytes: number }[],
  limits: PackageLimits,
): void {
  if (files.length > limits.maxFiles) {
    throw overBound("maxFiles", limits.maxFiles, `The package holds ${files.length} files`);
  }
  const paths = createPathSet(limits);
  let totalBytes = 0;
  let previous: string | undefined;
  for (const { path, bytes } of files) {
    if (path.toLowerCase() === digestIndexName) {
      throw refuseEntry(path, "has the name of the digest index, which packing writes itself");
    }
    paths.add(path);
    checkFileBytes(path, bytes, limits);
    totalBytes += bytes;
    if (totalBytes > limits.maxTotalBytes) {
      const what = `The package's files hold ${totalBytes} bytes up to ${quotePath(path)}`;
      throw overBound("maxTotalBytes", limits.maxTotalBytes, what, { entry: path });
    }
    if (previous !== undefined && comparePaths(previous, path) >= 0) {
      throw malformed(`${digestIndexName} lists ${quotePath(path)} out of byte order`);
    }
    previous = path;
  }
  if (!files.some(({ path }) => path === manifestName)) {
    throw malformed(`The package has no ${manifestName} at its top; add the app's manifest`);
  }
}

/** @throws PACKAGE_TOO_LARGE naming the file and the bound */
export function checkFileBytes(path: string, bytes: number, limits: PackageLimits): void {
  if (bytes <= limits.maxFileBytes) return;
  const what = `The package's file ${quotePath(path)} has ${bytes} bytes`;
  throw overBound("maxFileBytes", limits.maxFileBytes, what, { entry: path });
}

export function malformed(what: string, cause?: unknown): BerthError {
  return new BerthError("PACKAGE_MALFORMED", `${what}.`, cause === undefined ? {} : { cause });
}

function isIndexedFile(value: unknown): value is IndexedFile {
  if (typeof value !== "object" || value === null) return false;
  const { path, bytes, sha256 } = value as Record<string, unknown>;
  return (
    typeof path === "string" &&
    Number.isSafeInteger(bytes) &&
    Number(bytes) >= 0 &&
    typeof sha256 === "string" &&
    /^[0-9a-f]{64}$/.test(sha256)
  );
}

function parseJson(text: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(text));
  } catch (cause) {
    throw malformed(`${digestIndexName} is not JSON in UTF-8`, cause);
  }
}

/** @throws PACKAGE_MALFORMED, PACKAGE_ENTRY_REFUSED, PACKAGE_TOO_LARGE */
export function parseDigestIndex(text: Uint8Array, limits: PackageLimits): readonly IndexedFile[] {
  const index = parseJson(text);
  const { format, files } = (typeof index === "object" && index !== null ? index : {}) as Record<
    string,
    unknown
  >;
  if (format !== 1) {
    throw malformed(`${digestIndexName} has no "format":1; this Berth reads format 1 only`);
  }
  if (!Array.isArray(files)) throw malformed(`${digestIndexName} has no list "files"`);
  if (files.length > limits.maxFiles) {
    throw overBound("maxFiles", limits.maxFiles, `The package lists ${files.length} files`);
  }
  const listed: IndexedFile[] = [];
  for (const [at, file] of files.entries()) {
    if (!isIndexedFile(file)) {
      throw malformed(`${digestIndexName} files[${at}] is not {"path","bytes","sha256"}`);
    }
    listed.push(file);
  }
  checkFiles(listed, limits);
  if (Buffer.compare(formatDigestIndex(listed), text) !== 0) {
    throw malformed(`${digestIndexName} is not in canonical form; pack with \`berth pack\``);
  }
  return listed;
}
