import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseDigest } from "@berth/protocol";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type BlobStore, openBlobStore } from "../../src/storage/blobs.ts";
import { createTestFolder } from "../support/databases.ts";

const content = Buffer.from("a package");
const digestOf = (bytes: Uint8Array) =>
  parseDigest(createHash("sha256").update(bytes).digest("hex"));
const digest = digestOf(content);

async function* streamed(bytes: Uint8Array, chunkBytes = 4): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += chunkBytes)
    yield bytes.subarray(at, at + chunkBytes);
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

let folder: string;
let blobs: BlobStore;
beforeEach(async () => {
  folder = await createTestFolder();
  blobs = await openBlobStore({ folder });
});
afterEach(() => rm(folder, { recursive: true }));

describe("a folder of blobs", () => {
  test("gives back what was put, from a stream or a file, and forgets it", async () => {
    await blobs.put(streamed(content), digest);
    expect(Buffer.from(await blobs.open(digest)).equals(content)).toBe(true);
    expect(await blobs.has(digest)).toBe(true);
    await blobs.delete(digest);
    await blobs.delete(digest);
    expect(await blobs.has(digest)).toBe(false);
    const file = join(folder, "file");
    await writeFile(file, content);
    await blobs.put(file, digest);
    expect(Buffer.from(await blobs.open(digest)).equals(content)).toBe(true);
  });

  test("refuses content that is not what its digest says, and keeps nothing of it", async () => {
    await expect(blobs.put(streamed(Buffer.from("another")), digest)).rejects.toMatchObject({
      code: "PACKAGE_DIGEST_MISMATCH",
    });
    expect(await blobs.has(digest)).toBe(false);
    expect(await filesBelow(folder)).toEqual([]);
  });

  test("a source that breaks leaves nothing", async () => {
    const broken = async function* () {
      yield content;
      throw new Error("cut off");
    };
    await expect(blobs.put(broken(), digest)).rejects.toThrow("cut off");
    expect(await filesBelow(folder)).toEqual([]);
  });

  test("what was changed on disk is refused at each load and mended by putting it again", async () => {
    await blobs.put(streamed(content), digest);
    const path = join(folder, "blobs", digest.slice(0, 2), digest);
    await writeFile(path, "tampered");
    for (let load = 0; load < 2; load++) {
      await expect(blobs.open(digest)).rejects.toMatchObject({ code: "PACKAGE_DIGEST_MISMATCH" });
    }
    await blobs.put(streamed(content), digest);
    expect(Buffer.from(await blobs.open(digest)).equals(content)).toBe(true);
  });

  test("what is not there is said to be missing, and a digest cannot be a path", async () => {
    await expect(blobs.open(digest)).rejects.toMatchObject({ code: "BLOB_NOT_FOUND" });
    const hostile = "../../etc/passwd" as typeof digest;
    await expect(blobs.open(hostile)).rejects.toMatchObject({ code: "REQUEST_INVALID" });
  });

  test("two puts of one blob at once both succeed", async () => {
    const bytes = Buffer.alloc(1_000_000, 7);
    await Promise.all([1, 2, 3].map(() => blobs.put(streamed(bytes, 65_536), digestOf(bytes))));
    expect((await blobs.open(digestOf(bytes))).byteLength).toBe(1_000_000);
    expect(await filesBelow(folder)).toHaveLength(1);
  });

  test("an address of another kind is refused; one of a folder is taken", async () => {
    await expect(openBlobStore({ folder, url: "s3://bucket" })).rejects.toMatchObject({
      code: "OPTION_INVALID",
      message: expect.stringContaining("file:///"),
    });
    const elsewhere = await openBlobStore({ folder, url: pathToFileURL(join(folder, "x")).href });
    await elsewhere.put(streamed(content), digest);
    expect(await filesBelow(join(folder, "x"))).toEqual([digest]);
  });
});

test.runIf(process.getuid?.() === 0)("a full disk is said so, and nothing is left", async () => {
  const disk = join(folder, "disk");
  await mkdir(disk);
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", disk]);
  try {
    const small = await openBlobStore({ folder: disk });
    const bytes = Buffer.alloc(4_000_000, 1);
    await expect(small.put(streamed(bytes, 65_536), digestOf(bytes))).rejects.toMatchObject({
      code: "STORAGE_FULL",
    });
    expect(await filesBelow(disk)).toEqual([]);
    await small.put(streamed(content), digest);
  } finally {
    execFileSync("umount", [disk]);
  }
});
