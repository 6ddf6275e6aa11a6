/**
 * The source map of a server module, as it goes into a package: positions and the names of files.
 *
 * The sources' own text stays with the publisher. Names are paths in the app's folder or below
 * `node_modules`, so that nothing of the machine gets in, and the same sources give the same bytes.
 */
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, isAbsolute, join, posix, relative, resolve, sep } from "node:path";
import { sourceMapLimits } from "@berth/protocol";

interface BuiltMap {
  readonly mappings: string;
  readonly names: readonly string[];
  /** Relative to where the bundler would have written, or absolute. */
  readonly sources: readonly (string | null)[];
}

const modulesFolder = "node_modules/";

/**
 * @param path - of the built module in the package; sources are named relative to it
 * @returns undefined for a map that is too large to be read again
 */
export function formatSourceMap(
  { mappings, names, sources }: BuiltMap,
  { path, root }: { readonly path: string; readonly root: string },
): Uint8Array | undefined {
  const from = posix.dirname(path);
  const map = {
    version: 3,
    sources: sources.map((source) =>
      source === null ? null : encodeURI(posix.relative(from, nameSource(source, root))),
    ),
    names,
    mappings,
  };
  const bytes = new TextEncoder().encode(JSON.stringify(map));
  const { maxBytes, maxMappings } = sourceMapLimits;
  return bytes.byteLength > maxBytes || mappings.length > maxMappings ? undefined : bytes;
}

/** As from the app's folder, with `/` between its parts. */
export function nameSource(source: string, root: string): string {
  // A module that the bundler made up has no file.
  if (source.startsWith("\0")) return source.slice(1);
  const file = isAbsolute(source) ? source : resolve(root, outFolder, source);
  const within = relative(root, file).split(sep).join("/");
  const at = within.lastIndexOf(modulesFolder);
  if (at !== -1) return within.slice(at);
  return within.startsWith("../") || isAbsolute(within) ? nameLinked(file) : within;
}

/** The bundler's own default; nothing is written there. */
const outFolder = "dist";

/** A linked package lies anywhere; it is named as if it were installed. */
function nameLinked(file: string): string {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = join(folder, "package.json");
    if (!existsSync(manifest)) continue;
    const { name } = JSON.parse(readFileSync(manifest, "utf8")) as { readonly name?: unknown };
    if (typeof name !== "string") break;
    return `${modulesFolder}${name}/${relative(folder, file).split(sep).join("/")}`;
  }
  return `${modulesFolder}${basename(file)}`;
}
