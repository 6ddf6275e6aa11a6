/**
 * Blobs in a folder: `<first two digits>/<digest>`, written beside and renamed into place.
 */
import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import {
  type FileHandle,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
} from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { BerthError, type Digest, parseDigest } from "@berth/protocol";
import type { BlobStore } from "./blobs.ts";

const abandonedAfterMs = 3_600_000;
const full = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

function codeOf(error: unknown): unknown {
  return (error as NodeJS.ErrnoException | null)?.code;
}

function storageError(error: unknown): unknown {
  const code = codeOf(error);
  if (typeof code !== "string" || !full.has(code)) return error;
  return new BerthError(
    "STORAGE_FULL",
    `The package could not be stored (${code}); free some space and send it again.`,
    { cause: error },
  );
}

function mismatch(what: string, expected: Digest, actual: string): BerthError {
  return new BerthError(
    "PACKAGE_DIGEST_MISMATCH",
    `${what} has the SHA-256 ${actual}, expected ${expected}.`,
    { details: { expected, actual } },
  );
}

async function writeAll(file: FileHandle, source: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of source) {
    hash.update(chunk);
    for (let at = 0; at < chunk.byteLength; ) {
      at += (await file.write(chunk, at, chunk.byteLength - at)).bytesWritten;
    }
  }
  // A full disk may show only when the blocks are really allocated.
  await file.sync();
  return hash.digest("hex");
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function isWhole(path: string, digest: Digest): Promise<boolean> {
  if (!(await isThere(path))) return false;
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest("hex") === digest;
}

/** Removes what killed processes left; another node may be writing there now. */
async function sweep(incoming: string): Promise<void> {
  const oldestMs = Date.now() - abandonedAfterMs;
  for (const name of await readdir(incoming)) {
    const path = join(incoming, name);
    // Another node may have finished it since it was listed.
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && found.mtimeMs < oldestMs) await rm(path, { force: true });
  }
}

/** @throws STORAGE_FULL, and whatever the file system throws when the folder cannot be made */
export async function openFolderBlobs(folder: string | URL): Promise<BlobStore> {
  const root = typeof folder === "string" ? folder : fileURLToPath(folder);
  const incoming = join(root, "incoming");
  try {
    await mkdir(incoming, { recursive: true, mode: 0o700 });
    await sweep(incoming);
  } catch (error) {
    throw storageError(error);
  }
  // Parsed again: a digest becomes part of a path here.
  const pathOf = (digest: Digest) => join(root, parseDigest(digest).slice(0, 2), digest);

  return {
    async put(source, digest) {
      const path = pathOf(digest);
      // One that was changed since is replaced: putting it again mends it.
      if (await isWhole(path, digest)) return;
      const partial = join(incoming, randomUUID());
      try {
        const file = await open(partial, "wx", 0o600);
        let actual: string;
        try {
          actual = await writeAll(
            file,
            typeof source === "string" ? createReadStream(source) : source,
          );
        } finally {
          await file.close();
        }
        if (actual !== digest) throw mismatch("The content to store", digest, actual);
        await mkdir(join(path, ".."), { recursive: true, mode: 0o700 });
        await rename(partial, path);
      } catch (error) {
        await rm(partial, { force: true });
        throw storageError(error);
      }
    },
    async open(digest) {
      let bytes: Buffer;
      try {
        bytes = await readFile(pathOf(digest));
      } catch (cause) {
        if (codeOf(cause) !== "ENOENT") throw cause;
        throw new BerthError(
          "BLOB_NOT_FOUND",
          `The package ${digest} is not in the blob store; restore it, or publish the release again.`,
          { cause, details: { digest } },
        );
      }
      const actual = createHash("sha256").update(bytes).digest("hex");
      if (actual !== digest) throw mismatch(`The stored package ${digest}`, digest, actual);
      return bytes;
    },
    has: (digest) => isThere(pathOf(digest)),
    delete: (digest) => rm(pathOf(digest), { force: true }),
  };
}
