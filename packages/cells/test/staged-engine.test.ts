import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { stageEngine } from "../src/workerd/engine.ts";

const program = "the engine's program";
const isRoot = process.getuid?.() === 0;

let folder: string;
let source: string;
let shared: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "berth-staged-"));
  source = join(folder, "private", "workerd");
  shared = join(folder, "shared");
  mkdirSync(join(folder, "private"), { mode: 0o700 });
  writeFileSync(source, program);
  chmodSync(source, 0o755);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const stage = () =>
  stageEngine({ binary: source, version: "1.20250101.0", releasedAt: 0 }, shared).binary;

function expectSound(staged: string): void {
  const status = lstatSync(staged);
  expect(readFileSync(staged, "utf8")).toBe(program);
  expect(status.isFile()).toBe(true);
  expect(status.uid).toBe(process.getuid?.());
  expect(status.mode & 0o027).toBe(0o005);
  expect(lstatSync(shared).mode & 0o777).toBe(0o755);
  expect(readdirSync(shared)).toEqual([basename(staged)]);
}

describe("an engine staged where others may have been before", () => {
  it("is linked once and then used as it is", () => {
    const staged = stage();
    expectSound(staged);
    const { ino } = lstatSync(staged);
    expect(stage()).toBe(staged);
    expect(lstatSync(staged).ino).toBe(ino);
  });

  it("is a copy, closed to others' writing, when its source is open to it", () => {
    chmodSync(source, 0o777);
    const staged = stage();
    expectSound(staged);
    const { ino } = lstatSync(staged);
    stage();
    expect(lstatSync(staged).ino).toBe(ino);
    expect(lstatSync(source).ino).not.toBe(ino);
  });

  const planted: [string, (staged: string) => void][] = [
    ["another program of the same size", (at) => writeFileSync(at, program.replace("the", "not"))],
    [
      "one that others may write to",
      (at) => {
        writeFileSync(at, program);
        chmodSync(at, 0o777);
      },
    ],
    ["a link", (at) => symlinkSync(source, at)],
    ["a folder", (at) => mkdirSync(at)],
  ];
  it.each(planted)("replaces %s", (_name, plant) => {
    const staged = stage();
    rmSync(staged);
    chmodSync(shared, 0o777);
    plant(staged);
    if (!lstatSync(staged).isSymbolicLink() && (lstatSync(staged).mode & 0o022) === 0)
      chmodSync(staged, 0o755);
    expect(stage()).toBe(staged);
    expectSound(staged);
  });

  it.runIf(isRoot)("replaces another user's file and refuses another user's folder", () => {
    const staged = stage();
    rmSync(staged);
    writeFileSync(staged, program, { mode: 0o755 });
    chownSync(staged, 65_534, 65_534);
    expectSound(stage());
    chownSync(shared, 65_534, 65_534);
    expect(stage).toThrow(expect.objectContaining({ code: "CELL_START_FAILED" }));
  });
});
