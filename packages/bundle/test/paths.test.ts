import { unpack } from "@berth/bundle";
import { describe, expect, test } from "vitest";
import { archiveWith, type RawEntry } from "./hostile-archive.ts";
import { expectRefusal, refusal } from "./refusal.ts";

const refused: readonly (readonly [string, RegExp])[] = [
  ["/etc/passwd", /is absolute/],
  ["a//b", /empty segment/],
  ["../up", /segment \.\./],
  ["a/../../up", /segment \.\./],
  ["a/..", /segment \.\./],
  ["./a", /segment \./],
  ["a/./b", /segment \./],
  ["a\\b", /backslash/],
  ["a\tb", /control, invisible/],
  ["a\nb", /control, invisible/],
  ["a\u007fb", /control, invisible/],
  ["a\u0085b", /control, invisible/],
  ["a\u202eb", /control, invisible/],
  ["a\u200bb", /control, invisible/],
  ["a\u2028b", /control, invisible/],
  ["a\ufffdb", /control, invisible/],
  ["cafe\u0301", /NFC/],
  ["\u212b", /NFC/],
  ["con", /device name/],
  ["a/NUL.txt", /device name/],
  ["com1", /device name/],
  ["lPt9.tar.gz", /device name/],
  ["COM\u00b9", /device name/],
  ["conin$", /device name/],
  ["nul .txt", /device name/],
  ["C:/x", /Windows does not allow/],
  ["a:stream", /Windows does not allow/],
  ["what?", /Windows does not allow/],
  ['say"', /Windows does not allow/],
  ["a.", /ends in a dot or a space/],
  ["a /b", /ends in a dot or a space/],
];
const allowed = [
  "console",
  "nullable.txt",
  "com",
  "com10",
  ".hidden",
  "a b",
  "...x",
  "[id].ts",
  "ç",
];

const file = (name: string): RawEntry => ({ name, content: name });

describe("paths in an archive", () => {
  test.each(refused)("refuses %j", async (path, reason) => {
    const archive = await archiveWith(file(path));
    await expectRefusal(() => unpack(archive), "PACKAGE_ENTRY_REFUSED", reason);
  });

  test("accepts the lookalikes of refused paths", async () => {
    const archive = await archiveWith(...allowed.map(file));
    expect([...(await unpack(archive)).files.keys()].sort()).toEqual(
      [...allowed, "berth.json"].sort(),
    );
  });

  const together: readonly (readonly [readonly string[], RegExp])[] = [
    [["a", "A"], /"a" differs from "A" only by case/],
    [["straße", "STRASSE"], /only by case/],
    [["É", "é"], /only by case/],
    [["src/a", "Src/b"], /"src\/a" differs from "Src" only by case/],
    [["x", "X/y"], /"x" differs from "X" only by case/],
    [["a", "a/b"], /"a" to be both a file and a folder/],
    [["a/b", "a/b/c/d"], /"a\/b" to be both/],
    [["BERTH.JSON"], /only by case/],
    [["Berth.Digests.json"], /name of the digest index/],
    [["same", "same"], /appears twice/],
  ];
  test.each(together)("refuses %j beside each other", async (paths, reason) => {
    const archive = await archiveWith(...paths.map(file));
    await expectRefusal(() => unpack(archive), "PACKAGE_ENTRY_REFUSED", reason);
  });

  test("shows a hostile path escaped and cut", async () => {
    const archive = await archiveWith(file(`\u001b[31m\u202e${"x".repeat(150)}`));
    const { message, details } = await refusal(() => unpack(archive));
    expect(message).toContain('entry "\\u001b[31m\\u{202e}xxx');
    expect(message.length).toBeLessThan(250);
    expect(String(details?.entry).length).toBeLessThanOrEqual(120);
  });
});
