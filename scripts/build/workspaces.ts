/** The packages of this repository, those that others depend on first. */
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

export interface Workspace {
  readonly name: string;
  /** Relative to the repository. */
  readonly folder: string;
  readonly buildScript: string | undefined;
  readonly isTypeScriptPublished: boolean;
  /** Names of the workspaces that this one depends on, directly. */
  readonly needs: readonly string[];
}

interface PackageJson {
  readonly name: string;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

export async function readWorkspaces(root: string): Promise<readonly Workspace[]> {
  const found: Workspace[] = [];
  for (const name of await readdir(join(root, "packages"))) {
    const folder = `packages/${name}`;
    if (!existsSync(join(root, folder, "package.json"))) continue;
    const manifest = await readJson<PackageJson>(join(root, folder, "package.json"));
    const dependencies = { ...manifest.dependencies, ...manifest.devDependencies };
    found.push({
      name: manifest.name,
      folder,
      buildScript: manifest.scripts?.build,
      isTypeScriptPublished: await emits(join(root, folder, "tsconfig.json")),
      needs: Object.keys(dependencies).filter((dependency) => dependency.startsWith("@berth/")),
    });
  }
  return inOrder(found);
}

/** Folders for `tsc -b`: every package whose `dist` holds its compiled sources. */
export function publishedTypeScript(workspaces: readonly Workspace[]): readonly string[] {
  return workspaces.filter((each) => each.isTypeScriptPublished).map((each) => each.folder);
}

async function emits(tsconfig: string): Promise<boolean> {
  if (!existsSync(tsconfig)) return false;
  const { extends: base } = await readJson<{ readonly extends?: string }>(tsconfig);
  return base?.endsWith("tsconfig.base.json") ?? false;
}

async function readJson<Shape>(path: string): Promise<Shape> {
  // Our own committed files: their shape is what this repository says it is.
  return JSON.parse(await readFile(path, "utf8")) as Shape;
}

/** @throws Error when packages need each other in a circle */
function inOrder(workspaces: readonly Workspace[]): readonly Workspace[] {
  const ordered: Workspace[] = [];
  const waiting = new Map(workspaces.map((each) => [each.name, each]));
  while (waiting.size > 0) {
    const ready = [...waiting.values()].filter(
      (each) => !each.needs.some((name) => waiting.has(name) && name !== each.name),
    );
    if (ready.length === 0) {
      throw new Error(`Packages need each other in a circle: ${[...waiting.keys()].join(", ")}.`);
    }
    for (const each of ready) {
      ordered.push(each);
      waiting.delete(each.name);
    }
  }
  return ordered;
}
