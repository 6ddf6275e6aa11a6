import { digestOf, packFiles, unpack } from "@berth/bundle";
import { isBerthError } from "@berth/protocol";
import fc from "fast-check";
import type { Header } from "tar-stream";
import { describe, expect, test } from "vitest";
import {
  archiveWith,
  extensionBlocks,
  headerAt,
  indexEntry,
  insertAt,
  list,
  manifest,
  patchHeader,
  type RawEntry,
  rawArchive,
} from "./hostile-archive.ts";
import { expectRefusal } from "./refusal.ts";

const app: RawEntry = { name: "app.js", content: "export default 1;" };
const z: RawEntry = { name: "z", content: "z" };
const canonical = () => archiveWith(app, z);

describe("what an archive may hold", () => {
  const kinds: readonly (readonly [Partial<Header>, RegExp])[] = [
    [{ type: "symlink", linkname: "/etc/passwd" }, /"x" is a symbolic link/],
    [{ type: "link", linkname: "berth.json" }, /"x" is a hard link/],
    [{ type: "character-device", devmajor: 1, devminor: 5 }, /"x" is a character device/],
    [{ type: "block-device" }, /"x" is a block device/],
    [{ type: "fifo" }, /"x" is a named pipe/],
    [{ type: "directory" }, /"x\/?" is a folder entry/],
    [{ type: "contiguous-file" }, /"x" is of a kind/],
  ];
  test.each(kinds)("refuses %j", async (header, reason) => {
    const archive = await archiveWith({ name: "x", header });
    await expectRefusal(() => unpack(archive), "PACKAGE_ENTRY_REFUSED", reason);
  });

  test.each(["S", "M", "V", "D", "A", "\u0080"])("refuses the GNU kind %j", async (flag) => {
    const archive = await canonical();
    const at = headerAt(archive, "app.js");
    const patched = patchHeader(archive, at, (header) => header.write(flag, 156, "latin1"));
    await expectRefusal(() => unpack(patched), "PACKAGE_ENTRY_REFUSED", /"app\.js" is of a kind/);
  });

  test("refuses an entry that is not listed, and a listed one that does not come", async () => {
    const unlisted = await rawArchive([indexEntry(list([manifest])), manifest, z]);
    await expectRefusal(() => unpack(unlisted), "PACKAGE_ENTRY_REFUSED", '"z" is not listed');
    const missing = await rawArchive([indexEntry(list([manifest, z])), manifest]);
    await expectRefusal(() => unpack(missing), "PACKAGE_MALFORMED", /lists "z", which the archive/);
    const skipped = await rawArchive([indexEntry(list([app, manifest, z])), app, z]);
    await expectRefusal(
      () => unpack(skipped),
      "PACKAGE_MALFORMED",
      /"z" stands where .* "berth.json"/,
    );
  });

  test("refuses an entry that comes twice", async () => {
    const index = indexEntry(list([manifest, z]));
    const file = await rawArchive([index, manifest, manifest, z]);
    await expectRefusal(() => unpack(file), "PACKAGE_ENTRY_REFUSED", '"berth.json" appears twice');
    const indices = await rawArchive([index, index, manifest, z]);
    await expectRefusal(
      () => unpack(indices),
      "PACKAGE_ENTRY_REFUSED",
      'digests.json" appears twice',
    );
  });

  test("refuses content of another size or digest than listed", async () => {
    const index = indexEntry(list([manifest, z]));
    const longer = await rawArchive([index, manifest, { ...z, content: "zz" }]);
    await expectRefusal(
      () => unpack(longer),
      "PACKAGE_DIGEST_MISMATCH",
      /"z" has 2 bytes.*lists 1/,
    );
    const other = await rawArchive([index, manifest, { ...z, content: "y" }]);
    await expectRefusal(() => unpack(other), "PACKAGE_DIGEST_MISMATCH", /"z" has the SHA-256/);
  });

  test("refuses an index that is not first, or has any form but the canonical one", async () => {
    const entries = [manifest, z];
    const listed = list(entries);
    const attempt = (first: RawEntry) => async () => unpack(await rawArchive([first, ...entries]));
    const withText = (content: string | Uint8Array) => attempt({ ...indexEntry([]), content });
    await expectRefusal(attempt(app), "PACKAGE_MALFORMED", /first entry is "app\.js"/);
    await expectRefusal(withText("{"), "PACKAGE_MALFORMED", "is not JSON");
    await expectRefusal(
      withText(Buffer.from([0x22, 0xff, 0x22])),
      "PACKAGE_MALFORMED",
      "is not JSON",
    );
    await expectRefusal(withText("[]"), "PACKAGE_MALFORMED", "format");
    await expectRefusal(withText('{"format":2,"files":[]}'), "PACKAGE_MALFORMED", "format 1 only");
    await expectRefusal(withText('{"format":1,"files":{}}'), "PACKAGE_MALFORMED", "no list");
    await expectRefusal(attempt(indexEntry([null])), "PACKAGE_MALFORMED", "files[0]");
    await expectRefusal(
      attempt(indexEntry([{ ...listed[0], bytes: -1 }])),
      "PACKAGE_MALFORMED",
      "files[0]",
    );
    await expectRefusal(
      attempt(indexEntry([{ ...listed[0], bytes: 1.5 }])),
      "PACKAGE_MALFORMED",
      "files[0]",
    );
    await expectRefusal(
      attempt(indexEntry([{ ...listed[0], sha256: "0" }])),
      "PACKAGE_MALFORMED",
      "files[0]",
    );
    await expectRefusal(
      attempt(indexEntry([{ ...listed[0], more: 1 }])),
      "PACKAGE_MALFORMED",
      "canonical",
    );
    await expectRefusal(
      attempt(indexEntry(listed.toReversed())),
      "PACKAGE_MALFORMED",
      "byte order",
    );
    await expectRefusal(attempt(indexEntry(list([z]))), "PACKAGE_MALFORMED", "has no berth.json");
    const spaced = JSON.stringify({ format: 1, files: listed }, null, 1);
    await expectRefusal(withText(spaced), "PACKAGE_MALFORMED", "canonical");
  });

  test("refuses a digest that is not the expected one, whole or streamed", async () => {
    const archive = await canonical();
    const expectedDigest = digestOf(Buffer.from("another"));
    async function* stream() {
      yield archive;
    }
    for (const source of [archive, stream()]) {
      await expectRefusal(
        () => unpack(source, { expectedDigest }),
        "PACKAGE_DIGEST_MISMATCH",
        `expected ${expectedDigest}`,
      );
    }
  });
});

describe("what may hide in an archive", () => {
  const headerChanges: readonly (readonly [string, (header: Buffer) => unknown])[] = [
    ["mode", (header) => header.write("000755 ", 100)],
    ["owner id", (header) => header.write("001750 ", 108)],
    ["group id", (header) => header.write("001750 ", 116)],
    ["size in another notation", (header) => header.write("         21 ", 124)],
    [
      "size in base 256",
      (header) => header.fill(0, 124, 136).writeUInt8(0x80, 124) && header.writeUInt8(17, 135),
    ],
    ["time", (header) => header.write("00000000001 ", 136)],
    ["kind as NUL", (header) => header.writeUInt8(0, 156)],
    ["link name", (header) => header.write("hidden", 157)],
    ["magic of GNU", (header) => header.write("ustar  \0", 257)],
    ["owner name", (header) => header.write("root", 265)],
    ["group name", (header) => header.write("root", 297)],
    ["device numbers", (header) => header.write("000001 ", 329)],
    ["bytes after the name's end", (header) => header.write("hidden", 20)],
    ["bytes after the header's fields", (header) => header.write("hidden", 502)],
  ];
  test("the tests change what they say and nothing else", async () => {
    const archive = await canonical();
    const at = headerAt(archive, "app.js");
    expect(patchHeader(archive, at, () => undefined).equals(archive)).toBe(true);
    expect((await unpack(archive)).files.size).toBe(3);
  });

  test.each(headerChanges)("refuses a header with another %s", async (_what, patch) => {
    const archive = await canonical();
    const patched = patchHeader(archive, headerAt(archive, "app.js"), patch);
    await expectRefusal(() => unpack(patched), "PACKAGE_MALFORMED", "not in canonical form");
  });

  test("judges the path that an extension gives, not the header's", async () => {
    const archive = await canonical();
    const at = headerAt(archive, "app.js");
    for (const blocks of [
      extensionBlocks("x", "19 path=../../evil\n"),
      extensionBlocks("L", "../../evil\0"),
      extensionBlocks("N", "../../evil\0"),
    ]) {
      await expectRefusal(
        () => unpack(insertAt(archive, at, blocks)),
        "PACKAGE_ENTRY_REFUSED",
        '"../../evil" has the segment ..',
      );
    }
  });

  test.each([
    ["a pax path where none is needed", "x", "15 path=app.js\n"],
    ["a pax comment", "x", "13 comment=x\n"],
    ["a pax size", "x", "11 size=17\n"],
    ["a global pax header", "g", "13 comment=x\n"],
    ["a GNU long name", "L", "app.js\0"],
    ["a GNU long link name", "K", "app.js\0"],
  ])("refuses %s", async (_what, flag, record) => {
    const archive = await canonical();
    const changed = insertAt(archive, headerAt(archive, "app.js"), extensionBlocks(flag, record));
    await expectRefusal(() => unpack(changed), "PACKAGE_MALFORMED", "not in canonical form");
  });

  test.each(["10 size=-1\n", "11 size=1e9\n", "11 size=abc\n", "19 size=99999999999\n"])(
    "refuses the pax record %j",
    async (record) => {
      const archive = await canonical();
      const changed = insertAt(archive, headerAt(archive, "app.js"), extensionBlocks("x", record));
      await expect(unpack(changed)).rejects.toSatisfy((error) => isBerthError(error));
    },
  );

  test("refuses anything after the end, a second end included", async () => {
    const archive = await canonical();
    for (const tail of [Buffer.from("x"), Buffer.alloc(512), Buffer.alloc(1_024), archive]) {
      const longer = Buffer.concat([archive, tail]);
      await expect(unpack(longer)).rejects.toSatisfy((error) => isBerthError(error));
    }
  });

  test("refuses an archive cut at any block, and within one", async () => {
    const archive = await canonical();
    for (let at = 0; at < archive.byteLength; at += 256) {
      await expectRefusal(() => unpack(archive.subarray(0, at)), "PACKAGE_MALFORMED", "");
    }
  });

  test.each([0x80, 0xbe, 0xff])("refuses a size that begins with the byte %d", async (first) => {
    const archive = await canonical();
    for (const name of ["berth.digests.json", "app.js"]) {
      const at = headerAt(archive, name);
      const changed = patchHeader(archive, at, (header) => header.writeUInt8(first, 124));
      await expect(unpack(changed)).rejects.toSatisfy((error) => isBerthError(error));
    }
  });

  test("refuses, and never waits for ever on, blocks that are moved and changed", async () => {
    const archive = Buffer.from(await archiveWith(app, { name: "é", content: "x".repeat(700) }));
    const block = fc.nat({ max: archive.byteLength / 512 - 1 }).map((number) => number * 512);
    const change = fc.oneof(
      fc.record({ kind: fc.constant("move" as const), from: block, to: block }),
      fc.record({
        kind: fc.constant("write" as const),
        to: block,
        at: fc.constantFrom(0, 50, 100, 124, 125, 135, 156, 157, 257, 345, 511),
        byte: fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(0, 32, 48, 55, 103, 120, 128, 255)),
      }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 5 }), async (changes) => {
        let changed: Buffer = Buffer.from(archive);
        for (const one of changes) {
          if (one.kind === "move") changed.copyWithin(one.to, one.from, one.from + 512);
          else changed.writeUInt8(one.byte, one.to + one.at);
        }
        for (let at = 0; at < changed.byteLength; at += 512) {
          const isHeader = changed.toString("latin1", at + 257, at + 262) === "ustar";
          if (isHeader) changed = patchHeader(changed, at, () => undefined);
        }
        if (digestOf(changed) === digestOf(archive)) return;
        const outcome = await unpack(changed).then(
          () => "accepted",
          (error: unknown) => isBerthError(error),
        );
        expect(outcome).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test("refuses every single changed byte", async () => {
    const archive = Buffer.from(
      await packFiles([
        { path: "berth.json", bytes: Buffer.from("{}") },
        { path: "língua.txt", bytes: Buffer.from("olá") },
      ]),
    );
    for (let at = 0; at < archive.byteLength; at += 1) {
      const changed = Buffer.from(archive);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      await expect(unpack(changed), `byte ${at}`).rejects.toSatisfy((error) => isBerthError(error));
    }
  });

  test("refuses what is no tar archive", async () => {
    await expectRefusal(
      () => unpack(Buffer.alloc(2_000, "x")),
      "PACKAGE_MALFORMED",
      "not a readable tar",
    );
    await expectRefusal(() => unpack(new Uint8Array()), "PACKAGE_MALFORMED", "no entry");
  });
});
