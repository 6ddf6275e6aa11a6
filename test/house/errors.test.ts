/** The error table is documented, every code is raised by some source, and named by some test. */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { errorTable } from "@berth/protocol";
import { expect, it } from "vitest";
import { codesMissingFrom, renderErrorsDoc } from "../../scripts/house/errors-doc.ts";
import { readTree, type TreeFile } from "../../scripts/house/tree.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

async function textsWhere(matches: (file: TreeFile) => boolean): Promise<readonly string[]> {
  const files = (await readTree(root)).filter((file) => /\.tsx?$/.test(file.path) && matches(file));
  expect(files.length).toBeGreaterThan(20);
  return files.map(({ text }) => text);
}

it("finds a code that no text names", () => {
  const all = Object.keys(errorTable).map((code) => `"${code}"`);
  expect(codesMissingFrom(all)).toEqual([]);
  expect(codesMissingFrom(all.slice(1))).toEqual(Object.keys(errorTable).slice(0, 1));
  expect(codesMissingFrom(["REQUEST_INVALID without quotes"])).toHaveLength(all.length);
});

it("documents the table: run scripts/write-errors-doc.ts when this fails", async () => {
  expect(await readFile(`${root}docs/errors.md`, "utf8")).toBe(renderErrorsDoc());
});

it("raises every code in some source file", async () => {
  const sources = await textsWhere(
    ({ path }) =>
      /^packages\/[^/]+\/src\//.test(path) && path !== "packages/protocol/src/errors.ts",
  );
  expect(codesMissingFrom(sources)).toEqual([]);
});

it("names every code in some test", async () => {
  const tests = await textsWhere(
    ({ path }) => /(?:^|\/)test\//.test(path) && !path.startsWith("test/house/"),
  );
  expect(codesMissingFrom(tests)).toEqual([]);
});
