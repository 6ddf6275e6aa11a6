import {
  chownSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isBerthError } from "@berth/protocol";
import { afterEach, beforeEach, expect, it } from "vitest";
import { findUnreachable, giveDataFolder } from "../src/serve/data-folder.ts";
import { parseServerUser } from "../src/serve/server-user.ts";

const user = { name: "990", uid: 990, gid: 991 };
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "berth-user-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function errorOf(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}

it("takes an account, a number, or two", () => {
  expect(parseServerUser("nobody").uid).toBeGreaterThan(0);
  expect(parseServerUser("990")).toEqual({ name: "990", uid: 990, gid: 990 });
  expect(parseServerUser("990:991")).toEqual({ name: "990:991", uid: 990, gid: 991 });
});

it.each([
  "",
  "0",
  "0:990",
  "990:0",
  "root",
  "-1",
  "4294967295",
  "99999999999",
  "no-such-account",
  "--help",
  "a b",
])("refuses %j, by name", (text) => {
  const error = errorOf(() => parseServerUser(text));
  expect(isBerthError(error, "OPTION_INVALID")).toBe(true);
  expect(String(error)).toContain(JSON.stringify(text));
});

it("gives a folder of root's away, and nothing that a link in it names", () => {
  const data = join(folder, "data");
  const outside = join(folder, "outside");
  mkdirSync(join(data, "database"), { recursive: true, mode: 0o700 });
  for (const path of [outside, join(data, "berth.log")]) writeFileSync(path, "x");
  symlinkSync(outside, join(data, "link"));
  linkSync(outside, join(data, "second-name"));
  giveDataFolder(data, user);
  for (const path of [data, join(data, "database"), join(data, "berth.log")]) {
    const { uid, gid } = statSync(path);
    expect([path, uid, gid]).toEqual([path, user.uid, user.gid]);
  }
  expect(statSync(outside).uid).toBe(0);
});

it("leaves a folder of the user's as it is, and refuses what others could change meanwhile", () => {
  const mine = join(folder, "mine");
  mkdirSync(mine);
  writeFileSync(join(mine, "of root"), "x");
  chownSync(mine, user.uid, user.gid);
  giveDataFolder(mine, user);
  expect(statSync(join(mine, "of root")).uid).toBe(0);

  const theirs = join(folder, "theirs");
  mkdirSync(join(theirs, "data"), { recursive: true });
  chownSync(theirs, 4_242, 4_242);
  for (const path of [theirs, join(theirs, "data")]) {
    const error = errorOf(() => giveDataFolder(path, user));
    expect(isBerthError(error, "FILE_UNREADABLE")).toBe(true);
    expect(String(error)).toContain("chown -R 990:991");
  }
});

it("says which folder is closed to the user", () => {
  const data = join(folder, "data");
  mkdirSync(data, { mode: 0o700 });
  chownSync(data, user.uid, user.gid);
  // The folder above it is for root alone.
  expect(findUnreachable(data, user)).toMatch(/data folder .* cannot be reached by user 990/);
  expect([process.geteuid?.(), process.getegid?.()]).toEqual([0, 0]);
});
