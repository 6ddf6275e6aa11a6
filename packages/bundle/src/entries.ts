/**
 * Judges the entries of an archive as they come and keeps their content.
 *
 * Invariant: content is only kept for an entry that the digest index lists at this place, and space
 * for it is only reserved after its size was found equal to the listed one.
 */
import { BerthError } from "@berth/protocol";
import { digestOf } from "./digest.ts";
import {
  checkFileBytes,
  digestIndexName,
  type IndexedFile,
  malformed,
  maxIndexBytes,
  parseDigestIndex,
} from "./digest-index.ts";
import { overBound, type PackageLimits } from "./limits.ts";
import { checkPath, quotePath, refuseEntry } from "./paths.ts";

/** What a tar header says, extension records applied. */
export interface EntryHeader {
  readonly path: string;
  readonly bytes: number;
  /** The library's word for the kind; null for one that it does not know. */
  readonly kind: string | null;
}

export interface EntryCollector {
  begin(header: EntryHeader): void;
  data(bytes: Uint8Array): void;
  end(): void;
  /** @throws PACKAGE_MALFORMED when a listed file did not come */
  finish(): { index: readonly IndexedFile[]; files: ReadonlyMap<string, Uint8Array> };
}

const kindNames: Readonly<Record<string, string>> = {
  link: "a hard link",
  symlink: "a symbolic link",
  "character-device": "a character device",
  "block-device": "a block device",
  directory: "a folder entry",
  fifo: "a named pipe",
};

function checkKind({ path, kind }: EntryHeader): void {
  if (kind === "file") return;
  const name =
    (kind === null ? undefined : kindNames[kind]) ?? "of a kind that Berth does not know";
  throw refuseEntry(path, `is ${name}; a package holds regular files only`);
}

export function createEntryCollector(limits: PackageLimits): EntryCollector {
  const files = new Map<string, Uint8Array>();
  let index: readonly IndexedFile[] | undefined;
  let current: { readonly path: string; readonly content: Uint8Array; filled: number } | undefined;

  function beginIndex({ path, bytes }: EntryHeader): void {
    if (path !== digestIndexName) {
      throw malformed(`The first entry is ${quotePath(path)}; it must be ${digestIndexName}`);
    }
    const maximum = maxIndexBytes(limits);
    if (bytes > maximum) {
      const what = `${digestIndexName} has ${bytes} bytes, more than ${maximum} that its files can need`;
      throw overBound("maxFiles", limits.maxFiles, what, { entry: path });
    }
  }

  function beginFile({ path, bytes }: EntryHeader, listed: readonly IndexedFile[]): void {
    checkPath(path, limits);
    checkFileBytes(path, bytes, limits);
    if (path === digestIndexName || files.has(path)) throw refuseEntry(path, "appears twice");
    const expected = listed[files.size];
    if (expected?.path !== path) {
      if (!listed.some((file) => file.path === path)) {
        throw refuseEntry(path, `is not listed in ${digestIndexName}`);
      }
      const place = quotePath(expected?.path ?? "");
      throw malformed(
        `${quotePath(path)} stands where ${digestIndexName} lists ${place}, which is missing or out of order`,
      );
    }
    if (expected.bytes !== bytes) {
      throw mismatch(path, `has ${bytes} bytes`, `lists ${expected.bytes}`);
    }
  }

  return {
    begin(header) {
      checkKind(header);
      if (index === undefined) beginIndex(header);
      else beginFile(header, index);
      current = { path: header.path, content: new Uint8Array(header.bytes), filled: 0 };
    },
    data(bytes) {
      if (current === undefined) return;
      current.content.set(bytes, current.filled);
      current.filled += bytes.byteLength;
    },
    end() {
      if (current === undefined) return;
      const { path, content, filled } = current;
      current = undefined;
      if (filled !== content.byteLength)
        throw malformed(`The archive ends within ${quotePath(path)}`);
      if (index === undefined) {
        index = parseDigestIndex(content, limits);
        return;
      }
      const listed = index[files.size];
      const actual = digestOf(content);
      if (listed === undefined || actual !== listed.sha256) {
        throw mismatch(path, `has the SHA-256 ${actual}`, `lists ${listed?.sha256 ?? "none"}`);
      }
      files.set(path, content);
    },
    finish() {
      if (index === undefined) {
        throw malformed(`The archive has no entry; the first must be ${digestIndexName}`);
      }
      const missing = index[files.size];
      if (missing !== undefined) {
        throw malformed(
          `${digestIndexName} lists ${quotePath(missing.path)}, which the archive does not hold`,
        );
      }
      return { index, files };
    },
  };
}

function mismatch(path: string, actual: string, listed: string): BerthError {
  return new BerthError(
    "PACKAGE_DIGEST_MISMATCH",
    `The package's file ${quotePath(path)} ${actual}, but ${digestIndexName} ${listed}.`,
    { details: { entry: path } },
  );
}
