/**
 * Runs the packages' own `build` scripts, each only when something it is made of has changed.
 *
 * The stamp holds a digest over the contents of the package and of the packages it needs, and the
 * lockfile; and which folders the build left files in: it counts only while they still have some.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./run.ts";
import type { Workspace } from "./workspaces.ts";

const stampName = ".build-stamp";
/** Where builds put what they make, relative to their package. */
const outputs = ["dist", "dist/generated", "generated", "src/generated"];
const notInputs = new Set(["node_modules", "dist", "generated", "test", stampName, "README.md"]);

export async function buildAssets(root: string, workspaces: readonly Workspace[]): Promise<void> {
  const byName = new Map(workspaces.map((each) => [each.name, each]));
  for (const workspace of workspaces) {
    if (workspace.buildScript === undefined) continue;
    const digest = await digestOf(root, [workspace, ...everythingNeeded(workspace, byName)]);
    const stamp = join(root, workspace.folder, stampName);
    if (await isFresh(join(root, workspace.folder), digest)) continue;
    console.log(`Building ${workspace.name} …`);
    await rm(stamp, { force: true });
    await run(workspace.buildScript, [], {
      root,
      folder: join(root, workspace.folder),
      isShell: true,
    });
    await writeFile(stamp, [digest, ...(await filled(join(root, workspace.folder)))].join("\n"));
  }
}

async function isFresh(folder: string, digest: string): Promise<boolean> {
  const stamp = join(folder, stampName);
  if (!existsSync(stamp)) return false;
  const [stampedDigest, ...stampedOutputs] = (await readFile(stamp, "utf8")).split("\n");
  if (stampedDigest !== digest || stampedOutputs.length === 0) return false;
  const present = await filled(folder);
  return stampedOutputs.every((output) => present.includes(output));
}

/** Those of the output folders that hold something. */
async function filled(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const output of outputs) {
    const path = join(folder, output);
    if (existsSync(path) && (await readdir(path)).length > 0) found.push(output);
  }
  return found;
}

function everythingNeeded(
  workspace: Workspace,
  byName: ReadonlyMap<string, Workspace>,
): readonly Workspace[] {
  const found = new Map<string, Workspace>();
  const queue = [...workspace.needs];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    const next = byName.get(name);
    if (next === undefined || found.has(name)) continue;
    found.set(name, next);
    queue.push(...next.needs);
  }
  return [...found.values()];
}

async function digestOf(root: string, workspaces: readonly Workspace[]): Promise<string> {
  const hash = createHash("sha256");
  hash.update(await readFile(join(root, "package-lock.json")));
  for (const folder of workspaces.map((each) => each.folder).sort()) {
    for (const path of await inputsOf(join(root, folder))) {
      hash.update(`\n${folder}/${path}\n`);
      hash.update(await readFile(join(root, folder, path)));
    }
  }
  return hash.digest("hex");
}

async function inputsOf(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((path) => !path.split("/").some((part) => notInputs.has(part)))
    .filter((path) => !path.endsWith(".tsbuildinfo"))
    .sort();
}
