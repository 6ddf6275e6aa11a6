/** Assets are built when something they are made of changed, and only then; needed packages first. */
import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { buildAssets } from "../../scripts/build/assets.ts";
import { publishedTypeScript, readWorkspaces } from "../../scripts/build/workspaces.ts";

let root = "";
// Writes one character a run, so that the runs can be counted.
const build = "mkdir -p dist && printf x >> dist/runs";

async function addPackage(name: string, manifest: object, tsconfig: string): Promise<void> {
  const folder = join(root, "packages", name);
  await mkdir(join(folder, "src"), { recursive: true });
  await writeFile(join(folder, "src/index.ts"), "export {};\n");
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ extends: tsconfig }));
  const full = { name: `@berth/${name}`, ...manifest };
  await writeFile(join(folder, "package.json"), JSON.stringify(full));
}

async function runsAfterBuild(): Promise<number> {
  await buildAssets(root, await readWorkspaces(root));
  return (await readFile(join(root, "packages/page/dist/runs"), "utf8")).length;
}

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "berth-build-"));
  await writeFile(join(root, "package-lock.json"), "{}");
  const page = { scripts: { build }, dependencies: { "@berth/words": "0.1.0" } };
  await addPackage("page", page, "../../tsconfig.check.base.json");
  await addPackage("words", {}, "../../tsconfig.base.json");
});
afterEach(async () => {
  await rm(root, { recursive: true });
});

it("puts needed packages first, and compiles those that publish their sources", async () => {
  const workspaces = await readWorkspaces(root);
  expect(workspaces.map(({ name }) => name)).toEqual(["@berth/words", "@berth/page"]);
  expect(publishedTypeScript(workspaces)).toEqual(["packages/words"]);
});

it("refuses packages that need each other in a circle", async () => {
  const circle = { dependencies: { "@berth/page": "0.1.0" } };
  await addPackage("words", circle, "../../tsconfig.base.json");
  await expect(readWorkspaces(root)).rejects.toThrow(/circle: @berth\/page, @berth\/words/);
});

it("builds once, and again after each kind of change", async () => {
  expect(await runsAfterBuild()).toBe(1);
  expect(await runsAfterBuild()).toBe(1);
  await appendFile(join(root, "packages/page/src/index.ts"), "// new\n");
  expect(await runsAfterBuild()).toBe(2);
  await appendFile(join(root, "packages/words/src/index.ts"), "// new\n");
  expect(await runsAfterBuild()).toBe(3);
  await appendFile(join(root, "package-lock.json"), " ");
  expect(await runsAfterBuild()).toBe(4);
  await writeFile(join(root, "packages/page/README.md"), "words only");
  expect(await runsAfterBuild()).toBe(4);
  await rm(join(root, "packages/page/dist"), { recursive: true });
  expect(await runsAfterBuild()).toBe(1);
});

it("builds again when a folder that it generated is gone", async () => {
  const generating = `mkdir -p src/generated && touch src/generated/a.ts && ${build}`;
  await addPackage("page", { scripts: { build: generating } }, "x");
  expect(await runsAfterBuild()).toBe(1);
  expect(await runsAfterBuild()).toBe(1);
  await rm(join(root, "packages/page/src/generated"), { recursive: true });
  expect(await runsAfterBuild()).toBe(2);
});

it("fails when a build fails, and tries again the next time", async () => {
  await addPackage("page", { scripts: { build: `${build} && exit 3` } }, "x");
  await expect(runsAfterBuild()).rejects.toThrow(/failed with exit code 3/);
  await expect(runsAfterBuild()).rejects.toThrow(/failed with exit code 3/);
});
