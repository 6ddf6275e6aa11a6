import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type FolderWatch, watchFolder } from "../../src/dev/watch-folder.ts";

let root: string;
let elsewhere: string;
let watch: FolderWatch;
let wanted: { readonly path: string; readonly resolve: () => void } | undefined;
const seen: string[] = [];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "berth-watch-"));
  elsewhere = await mkdtemp(join(tmpdir(), "berth-linked-"));
  for (const folder of ["src", "node_modules/x", "dist", ".git"])
    await mkdir(join(root, folder), { recursive: true });
  seen.length = 0;
  const onChange = (path: string) => {
    seen.push(path);
    if (path === wanted?.path) wanted.resolve();
  };
  watch = await watchFolder({ root, onChange, onFull: () => undefined });
});
afterEach(async () => {
  watch.close();
  await rm(root, { recursive: true, force: true });
  await rm(elsewhere, { recursive: true, force: true });
});

/** Resolves when the change was told. */
async function told(path: string, work: () => Promise<void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  wanted = { path, resolve };
  await work();
  await promise;
}

it("tells of what is written, moved into place, and made in new folders", async () => {
  const file = join(root, "src/view.ts");
  await told(file, () => writeFile(file, "1"));
  await told(file, async () => {
    await writeFile(`${file}~`, "2");
    await rename(`${file}~`, file);
  });
  const deep = join(root, "src/new/deep/part.ts");
  await told(deep, async () => {
    await mkdir(join(root, "src/new/deep"), { recursive: true });
    await writeFile(deep, "3");
  });
  await told(deep, () => writeFile(deep, "4"));
  expect(seen.filter((path) => path.endsWith("~"))).toEqual([]);
});

it("leaves out what is installed, built or hidden, but not a linked module", async () => {
  for (const path of ["node_modules/x/a.js", "dist/b.js", ".git/c"])
    await writeFile(join(root, path), "1");
  const linked = join(elsewhere, "linked.ts");
  watch.include([linked, join(root, "node_modules/x/a.js")]);
  // Of one folder's watcher after another: when this has been told, those before were not.
  await told(linked, () => writeFile(linked, "1"));
  await writeFile(join(root, "node_modules/x/a.js"), "2");
  const last = join(root, "src/last.ts");
  await told(last, () => writeFile(last, "1"));
  expect(new Set(seen)).toEqual(new Set([linked, last]));
});
