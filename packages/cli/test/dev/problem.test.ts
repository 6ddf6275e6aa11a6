import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isBerthError } from "@berth/protocol";
import type { DevProblem } from "@berth/protocol/dev";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openAppFolder } from "../../src/build/app-folder.ts";
import { runBundler } from "../../src/build/bundle.ts";
import { problemOf } from "../../src/dev/problem.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "berth-problem-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function problemWith(path: string, text: string): Promise<DevProblem> {
  await writeFile(join(folder, path), text);
  const build = { root: folder, source: path, kind: "view" } as const;
  try {
    await (path === "berth.json" ? openAppFolder(folder) : runBundler(build, true));
  } catch (error) {
    if (isBerthError(error)) return problemOf(error, folder);
    throw error;
  }
  throw new Error("There is nothing wrong with it.");
}

describe("what is wrong", () => {
  it("in a source is told with its place and the lines around it", async () => {
    expect(await problemWith("view.ts", 'const a = 1;\n\tconst b = "\u202e<b>" + ;\n')).toEqual({
      message: "Unexpected token.",
      place: { file: "view.ts", line: 2, column: 21 },
      excerpt: {
        firstLine: 1,
        lines: ["const a = 1;", ' const b = "<b>" + ;'],
        place: { file: "view.ts", line: 2, column: 21 },
      },
      others: [],
    });
  });

  it("in berth.json is told with its line where it has one, and every problem of it", async () => {
    const broken = await problemWith("berth.json", '{\n  "id": "x" "name": "X"\n}\n');
    expect(broken.message).toMatch(/^It is not JSON: /);
    expect(broken.place).toEqual({ file: "berth.json", line: 2, column: 13 });
    expect(broken.excerpt?.lines[1]).toBe('  "id": "x" "name": "X"');
    const wrong = await problemWith("berth.json", '{ "id": "X", "version": "one" }');
    expect(wrong.place).toEqual({ file: "berth.json" });
    expect(wrong.message).toMatch(/^id: "X" is not a slug/);
    expect(wrong.others.length).toBeGreaterThan(1);
  });
});
