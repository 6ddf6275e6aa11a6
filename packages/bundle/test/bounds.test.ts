import { packFiles, unpack } from "@berth/bundle";
import { describe, expect, test } from "vitest";
import { archiveWith, indexEntry, manifest, rawArchive } from "./hostile-archive.ts";
import { expectRefusal } from "./refusal.ts";

const filled = (name: string, bytes: number) => ({ name, content: Buffer.alloc(bytes, "x") });

describe("bounds, just below, at and above", () => {
  test.each([
    [999, true],
    [1_000, true],
    [1_001, false],
  ])("a file of %d bytes under maxFileBytes 1,000", async (bytes, isAllowed) => {
    const archive = await archiveWith(filled("a", bytes));
    const act = () => unpack(archive, { limits: { maxFileBytes: 1_000 } });
    if (isAllowed) expect((await act()).files.get("a")?.byteLength).toBe(bytes);
    else
      await expectRefusal(
        act,
        "PACKAGE_TOO_LARGE",
        /"a" has 1001 bytes; at most 1000 .*maxFileBytes/,
      );
  });

  test.each([
    [2, true],
    [3, true],
    [4, false],
  ])("%d files under maxFiles 3", async (count, isAllowed) => {
    const others = Array.from({ length: count - 1 }, (_, at) => filled(`f${at}`, 1));
    const archive = await archiveWith(...others);
    const act = () => unpack(archive, { limits: { maxFiles: 3 } });
    if (isAllowed) expect((await act()).files.size).toBe(count);
    else await expectRefusal(act, "PACKAGE_TOO_LARGE", /4 files; at most 3 .*maxFiles/);
  });

  test.each([
    ["x".repeat(199), true],
    ["x".repeat(200), true],
    ["x".repeat(201), false],
    ["é".repeat(100), true],
    [`${"é".repeat(100)}x`, false],
  ])("the path %s under maxPathBytes 200", async (name, isAllowed) => {
    const archive = await archiveWith(filled(name, 1));
    const act = () => unpack(archive);
    if (isAllowed) expect((await act()).files.has(name)).toBe(true);
    else
      await expectRefusal(
        act,
        "PACKAGE_ENTRY_REFUSED",
        /is 201 bytes long; at most 200 .*maxPathBytes/,
      );
  });

  test.each([
    [1, true],
    [0, true],
    [-1, false],
  ])("an archive with %d bytes to spare under maxTotalBytes", async (spare, isAllowed) => {
    const archive = await archiveWith(filled("a", 5_000));
    const limits = { maxTotalBytes: archive.byteLength + spare };
    const files = [
      { path: "berth.json", bytes: Buffer.from("{}") },
      { path: "a", bytes: Buffer.alloc(5_000, "x") },
    ];
    if (isAllowed) {
      expect((await unpack(archive, { limits })).totalBytes).toBe(archive.byteLength);
      expect(Buffer.compare(await packFiles(files, limits), archive)).toBe(0);
    } else {
      await expectRefusal(() => unpack(archive, { limits }), "PACKAGE_TOO_LARGE", "maxTotalBytes");
      await expectRefusal(() => packFiles(files, limits), "PACKAGE_TOO_LARGE", "maxTotalBytes");
    }
  });

  test("sizes that are only claimed are refused before any content comes", async () => {
    const huge = { path: "a", bytes: 2 ** 52, sha256: "0".repeat(64) };
    const archive = await rawArchive([
      indexEntry([huge, { ...huge, path: "berth.json", bytes: 2 }]),
      manifest,
    ]);
    await expectRefusal(
      () => unpack(archive),
      "PACKAGE_TOO_LARGE",
      /"a" has 4503599627370496 bytes/,
    );
    const many = Array.from({ length: 3 }, (_, at) => ({
      ...huge,
      path: `a${at}`,
      bytes: 30_000_000,
    }));
    await expectRefusal(
      async () => unpack(await rawArchive([indexEntry(many)])),
      "PACKAGE_TOO_LARGE",
      /90000000 bytes up to "a2".*maxTotalBytes/,
    );
  });

  test("an index longer than its files can need is refused by its header", async () => {
    const archive = await rawArchive([filled("berth.digests.json", 2_000)]);
    await expectRefusal(
      () => unpack(archive, { limits: { maxFiles: 2 } }),
      "PACKAGE_TOO_LARGE",
      /berth\.digests\.json has 2000 bytes/,
    );
  });
});

/** Yields for ever, and counts what was taken of it. */
function endless(first: Uint8Array, then: Uint8Array) {
  const taken = { bytes: 0, isStopped: false };
  async function* chunks() {
    try {
      taken.bytes += first.byteLength;
      yield first;
      for (;;) {
        taken.bytes += then.byteLength;
        yield then;
      }
    } finally {
      taken.isStopped = true;
    }
  }
  return { taken, chunks: chunks() };
}

describe("endless sources", () => {
  const zeros = new Uint8Array(1_024);

  test("stops at maxTotalBytes within a file that is large by right", async () => {
    const whole = await archiveWith(filled("a", 3_000_000));
    const { taken, chunks } = endless(whole.subarray(0, 10_000), zeros);
    const limits = { maxTotalBytes: 2_000_000, maxFileBytes: 4_000_000 };
    await expectRefusal(() => unpack(chunks, { limits }), "PACKAGE_TOO_LARGE", "maxTotalBytes");
    expect(taken.isStopped).toBe(true);
    expect(taken.bytes).toBe(10_000);
    const second = endless(whole.subarray(0, 10_000), zeros);
    await expectRefusal(
      () => unpack(second.chunks, { limits: { ...limits, maxTotalBytes: 3_001_000 } }),
      "PACKAGE_TOO_LARGE",
      "stopped there",
    );
    expect(second.taken.isStopped).toBe(true);
    expect(second.taken.bytes).toBeLessThanOrEqual(3_001_000 + zeros.byteLength);
  });

  test.each([
    ["empty blocks from the start", new Uint8Array(0)],
    ["empty blocks after the end", undefined],
  ])("stops soon at %s", async (_what, start) => {
    const first = start ?? (await archiveWith(filled("a", 10)));
    const { taken, chunks } = endless(first, zeros);
    await expectRefusal(() => unpack(chunks), "PACKAGE_MALFORMED", "belong to no file");
    expect(taken.isStopped).toBe(true);
    expect(taken.bytes - first.byteLength).toBeLessThan(8_000);
  });

  test("stops soon within an extension record of a claimed megabyte", async () => {
    const record = await rawArchive([
      { name: "x", header: { pax: { comment: "y".repeat(1_000_000) } } },
    ]);
    const { taken, chunks } = endless(record.subarray(0, 600), Buffer.alloc(1_024, "y"));
    await expectRefusal(() => unpack(chunks), "PACKAGE_MALFORMED", "belong to no file");
    expect(taken.bytes).toBeLessThan(8_000);
  });

  test("ends at once on abort while the source is silent", async () => {
    const stop = new AbortController();
    const silent = Promise.withResolvers<never>();
    async function* chunks() {
      yield new Uint8Array(1);
      stop.abort(new Error("enough"));
      await silent.promise;
    }
    await expect(unpack(chunks(), { signal: stop.signal })).rejects.toThrow("enough");
  });
});
