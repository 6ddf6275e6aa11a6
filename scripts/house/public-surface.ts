/**
 * The names that each package makes public, by entry, read from its barrels.
 *
 * Barrels hold only named re-exports (a house rule), so their text is the public surface; where an
 * entry is one file, its exported declarations are.
 */
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** Entry as an importer writes it (`@berth/sdk/view`) → sorted names; types read `type Name`. */
export type PublicSurface = Readonly<Record<string, readonly string[]>>;

interface PackageJson {
  readonly name: string;
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
}

export async function readPublicSurface(root: string): Promise<PublicSurface> {
  const surface: Record<string, readonly string[]> = {};
  for (const folder of (await readdir(join(root, "packages"))).sort()) {
    const manifestPath = join(root, "packages", folder, "package.json");
    if (!existsSync(manifestPath)) continue;
    // Our own committed file.
    const manifest = JSON.parse(await readFile(manifestPath, "utf8")) as PackageJson;
    for (const [entry, target] of Object.entries(manifest.exports ?? {})) {
      const source = typeof target === "string" ? undefined : target["berth-source"];
      if (source === undefined) continue;
      const text = await readFile(join(root, "packages", folder, source), "utf8");
      surface[`${manifest.name}${entry.slice(1)}`] = exportedNames(text);
    }
  }
  return surface;
}

/** @throws Error when an item is not one that it understands: nothing public goes unseen */
export function exportedNames(barrel: string): readonly string[] {
  const code = barrel.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, "");
  const names: string[] = [];
  for (const [, type, list] of code.matchAll(/export\s+(type\s+)?\{([^}]*)\}/g)) {
    for (const item of (list ?? "").split(",")) {
      const text = item.trim();
      if (text === "") continue;
      const match = /^(type\s+)?([\w$]+)(?:\s+as\s+([\w$]+))?$/.exec(text);
      if (match === null) throw new Error(`An export is not understood: "${text}".`);
      const isType = type !== undefined || match[1] !== undefined;
      names.push(`${isType ? "type " : ""}${match[3] ?? match[2]}`);
    }
  }
  // An entry may also be the one file that it is about.
  const declarations = /^export\s+(?:async\s+)?(function|const|class|interface|type)\s+([\w$]+)/gm;
  for (const [, kind, name] of code.matchAll(declarations)) {
    names.push(kind === "interface" || kind === "type" ? `type ${name}` : String(name));
  }
  return names.sort(byName);
}

function byName(a: string, b: string): number {
  const [left, right] = [a, b].map((name) => name.replace(/^type /, ""));
  return (left ?? "") < (right ?? "") ? -1 : 1;
}
