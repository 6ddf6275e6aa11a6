import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { digestOf, packFiles, unpack } from "@berth/bundle";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expectRefusal } from "./refusal.ts";
import { withFolder } from "./temporary-folder.ts";

const run = promisify(execFile);
const text = (content: string) => new TextEncoder().encode(content);

/** One path of each way in which a tar header can carry it: short, split in two, extended. */
const fixture = [
  { path: "berth.json", bytes: text('{"id":"fixture"}') },
  { path: "dist/main.js", bytes: text("export default 1;\n") },
  { path: "empty", bytes: new Uint8Array() },
  { path: `${"folder/".repeat(16)}deep.txt`, bytes: text("deep") },
  { path: "língua/日本.txt", bytes: text("olá") },
  { path: "\u{1f600}", bytes: text("beyond the basic plane") },
  { path: "\uffe6", bytes: text("sorts before it in bytes, after it in UTF-16") },
];

const pathSegment = fc
  .array(fc.constantFrom("a", "B", "é", "日", "-", "_", "7", "\u{1f600}", "."), {
    minLength: 1,
    maxLength: 12,
  })
  .map((chars) => `x${chars.join("")}x`);
const someFiles = fc
  .uniqueArray(fc.array(pathSegment, { minLength: 1, maxLength: 4 }), {
    maxLength: 12,
    selector: (segments) => segments[0]?.toLowerCase(),
  })
  .chain((paths) =>
    fc.tuple(
      ...paths.map((segments) =>
        fc.record({
          path: fc.constant(segments.join("/")),
          bytes: fc.uint8Array({ maxLength: 1_500 }),
        }),
      ),
    ),
  );

describe("packFiles", () => {
  test("gives the same bytes on any machine, for ever", async () => {
    expect(digestOf(await packFiles(fixture))).toBe(
      "ea3f70dd07284e6b7c5882f60bb52ce76630060bd48921d87d128cc8f1d58fbe",
    );
  });

  test("gives the same bytes whatever the order of the files", async () => {
    const digest = digestOf(await packFiles(fixture));
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(fixture, { minLength: fixture.length }),
        async (files) => {
          expect(digestOf(await packFiles(files))).toBe(digest);
        },
      ),
      { numRuns: 20 },
    );
  });

  test("is undone by unpack, in pieces of any size", async () => {
    await fc.assert(
      fc.asyncProperty(someFiles, fc.integer({ min: 1, max: 5_000 }), async (files, pieceBytes) => {
        const all = [...files, { path: "berth.json", bytes: text("{}") }];
        const archive = await packFiles(all);
        async function* pieces() {
          for (let at = 0; at < archive.byteLength; at += pieceBytes) {
            yield archive.subarray(at, at + pieceBytes);
          }
        }
        const unpacked = await unpack(pieces(), { expectedDigest: digestOf(archive) });
        expect(unpacked.totalBytes).toBe(archive.byteLength);
        const inByteOrder = all
          .map(({ path, bytes }) => [path, Buffer.from(bytes)] as const)
          .sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
        expect([...unpacked.files].map(([path, bytes]) => [path, Buffer.from(bytes)])).toEqual(
          inByteOrder,
        );
      }),
      { numRuns: 60 },
    );
  });

  test("lists every file in the first entry, as the README says", async () => {
    const archive = Buffer.from(await packFiles([{ path: "berth.json", bytes: text("{}") }]));
    expect(archive.toString("latin1", 0, 19)).toBe("berth.digests.json\0");
    const listed = `{"format":1,"files":[{"path":"berth.json","bytes":2,"sha256":"${digestOf(text("{}"))}"}]}`;
    expect(archive.toString("utf8", 512, 512 + listed.length)).toBe(listed);
  });

  test("is listed and extracted by GNU tar", async () => {
    await using folder = await withFolder();
    const file = join(folder.path, "app.tar");
    await writeFile(file, await packFiles(fixture));
    const options = { env: { ...process.env, LC_ALL: "C.UTF-8" } };
    const { stdout, stderr } = await run("tar", ["--quoting-style=literal", "-tf", file], options);
    expect(stderr).toBe("");
    const names = stdout.trimEnd().split("\n");
    expect(names[0]).toBe("berth.digests.json");
    expect(new Set(names.slice(1))).toEqual(new Set(fixture.map(({ path }) => path)));
    const deep = await run("tar", ["-xOf", file, `${"folder/".repeat(16)}deep.txt`], options);
    expect(deep.stdout).toBe("deep");
  });

  test("refuses what unpack refuses", async () => {
    const pack = (path: string) => () =>
      packFiles([
        { path: "berth.json", bytes: text("{}") },
        { path, bytes: text("") },
      ]);
    await expectRefusal(pack("../up"), "PACKAGE_ENTRY_REFUSED", "has the segment ..");
    await expectRefusal(pack("berth.json"), "PACKAGE_ENTRY_REFUSED", "appears twice");
    await expectRefusal(pack("Berth.json"), "PACKAGE_ENTRY_REFUSED", "only by case");
    await expectRefusal(pack("berth.digests.json"), "PACKAGE_ENTRY_REFUSED", "digest index");
    await expectRefusal(pack("\ud800"), "PACKAGE_ENTRY_REFUSED", "undecodable");
    await expectRefusal(
      () => packFiles([{ path: "a", bytes: text("") }]),
      "PACKAGE_MALFORMED",
      "has no berth.json",
    );
  });
});
