import { execFile, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { digestOf, receivePackage } from "@berth/bundle";
import { describe, expect, test } from "vitest";
import { expectRefusal } from "./refusal.ts";
import { withFolder } from "./temporary-folder.ts";

const run = promisify(execFile);
const bubblewrap = ["--dev-bind", "/", "/"];
const hasBubblewrap = spawnSync("bwrap", [...bubblewrap, "true"]).status === 0;

async function* chunks(count: number, bytes: number) {
  for (let at = 0; at < count; at += 1) yield Buffer.alloc(bytes, at);
}

describe("receivePackage", () => {
  test("writes a private file and returns its digest and length", async () => {
    await using folder = await withFolder();
    const file = join(folder.path, "upload");
    const received = await receivePackage(chunks(3, 1_000), file);
    const stored = await readFile(file);
    expect(received).toEqual({ digest: digestOf(stored), bytes: 3_000 });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(stored[2_500]).toBe(2);
  });

  test.each([
    [2_999, true],
    [3_000, true],
    [3_001, false],
  ])("%d bytes under maxTotalBytes 3,000", async (bytes, isAllowed) => {
    await using folder = await withFolder();
    const file = join(folder.path, "upload");
    const act = () => receivePackage(chunks(1, bytes), file, { limits: { maxTotalBytes: 3_000 } });
    if (isAllowed) expect((await act()).bytes).toBe(bytes);
    else await expectRefusal(act, "PACKAGE_TOO_LARGE", "more than 3000 bytes");
    expect(existsSync(file)).toBe(isAllowed);
  });

  test("stops an endless upload at the bound and leaves no file", async () => {
    await using folder = await withFolder();
    const file = join(folder.path, "upload");
    let taken = 0;
    let isStopped = false;
    async function* endless() {
      try {
        for (;;) {
          taken += 1_000;
          yield new Uint8Array(1_000);
        }
      } finally {
        isStopped = true;
      }
    }
    await expectRefusal(
      () => receivePackage(endless(), file, { limits: { maxTotalBytes: 50_000 } }),
      "PACKAGE_TOO_LARGE",
      "stopped there",
    );
    expect({ taken, isStopped }).toEqual({ taken: 51_000, isStopped: true });
    expect(existsSync(file)).toBe(false);
  });

  test("removes the partial file when the source fails, is aborted, or has another digest", async () => {
    await using folder = await withFolder();
    const file = join(folder.path, "upload");
    async function* failing() {
      yield new Uint8Array(10);
      throw new Error("connection reset");
    }
    await expect(receivePackage(failing(), file)).rejects.toThrow("connection reset");
    expect(existsSync(file)).toBe(false);
    const stop = new AbortController();
    const silent = Promise.withResolvers<never>();
    async function* stalling() {
      yield new Uint8Array(10);
      stop.abort(new Error("enough"));
      await silent.promise;
    }
    await expect(receivePackage(stalling(), file, { signal: stop.signal })).rejects.toThrow(
      "enough",
    );
    expect(existsSync(file)).toBe(false);
    const expectedDigest = digestOf(new Uint8Array(1));
    await expectRefusal(
      () => receivePackage(chunks(1, 10), file, { expectedDigest }),
      "PACKAGE_DIGEST_MISMATCH",
      expectedDigest,
    );
    expect(existsSync(file)).toBe(false);
  });

  test("does not touch a file that exists", async () => {
    await using folder = await withFolder();
    const file = join(folder.path, "upload");
    await writeFile(file, "mine");
    await expectRefusal(() => receivePackage(chunks(1, 10), file), "FILE_EXISTS", "exists already");
    expect(await readFile(file, "utf8")).toBe("mine");
  });

  test.skipIf(!hasBubblewrap)(
    "says STORAGE_FULL on a full disk and gives the space back",
    async () => {
      await using folder = await withFolder();
      const disk = ["--size", String(1024 * 1024), "--tmpfs", folder.path];
      const script = fileURLToPath(new URL("receive-on-full-disk.ts", import.meta.url));
      const node = [process.execPath, "--conditions=berth-source", script, folder.path];
      const { stdout } = await run("bwrap", [...bubblewrap, ...disk, ...node]);
      expect(JSON.parse(stdout)).toEqual({ code: "STORAGE_FULL", left: [], after: 500_000 });
    },
  );
});
