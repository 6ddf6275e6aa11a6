/**
 * A module's source map out of its package: inline, named by the module, or beside it.
 *
 * Trust: the map is a publisher's. Only its mappings and the names of its sources are kept, and a
 * name comes out as a plain path without anything that a reader of logs could mistake for more.
 */

import { sourceMapLimits } from "@berth/protocol";

export interface ModuleMap {
  readonly mappings: string;
  /** Plain paths in the package's tree; empty where the map names none. */
  readonly sources: readonly string[];
}

export const maxMapBytes = sourceMapLimits.maxBytes;
const { maxMappings } = sourceMapLimits;
const maxSources = 10_000;
const maxSourceLength = 200;
const marker = "//# sourceMappingURL=";
const maxNameLength = 512;
const inlinePrefix = /^data:application\/json;(?:charset=utf-?8;)?base64,/i;

/** @returns undefined when there is none, or none that is well-formed and within its bounds */
export function readModuleMap(
  files: ReadonlyMap<string, Uint8Array>,
  name: string,
): ModuleMap | undefined {
  const module = files.get(name);
  if (module === undefined) return undefined;
  const reference = findReference(module);
  if (reference !== undefined && inlinePrefix.test(reference)) {
    return parseMap(Buffer.from(reference.slice(reference.indexOf(",") + 1), "base64"), name);
  }
  const named = reference === undefined ? undefined : resolvePath(reference, name);
  for (const path of [named, `${name}.map`]) {
    const bytes = path === undefined ? undefined : files.get(path);
    if (path !== undefined && bytes !== undefined) return parseMap(bytes, path);
  }
  return undefined;
}

/** What stands behind the last marker, if that is the module's last line. */
function findReference(module: Uint8Array): string | undefined {
  const bytes = Buffer.from(module.buffer, module.byteOffset, module.byteLength);
  const at = bytes.lastIndexOf(marker);
  if (at === -1 || bytes.length - at > (maxMapBytes * 4) / 3) return undefined;
  const text = bytes.toString("latin1", at + marker.length).trim();
  const isInline = inlinePrefix.test(text.slice(0, 64));
  return /\s/.test(text) || (!isInline && text.length > maxNameLength) ? undefined : text;
}

function parseMap(bytes: Uint8Array, path: string): ModuleMap | undefined {
  if (bytes.length > maxMapBytes) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString());
  } catch {
    // A map that cannot be read leaves stacks as they are.
    return undefined;
  }
  const { mappings, sources, sourceRoot } = (parsed ?? {}) as Record<string, unknown>;
  if (typeof mappings !== "string" || mappings.length > maxMappings) return undefined;
  if (!Array.isArray(sources) || sources.length > maxSources) return undefined;
  const root = typeof sourceRoot === "string" && sourceRoot !== "" ? `${sourceRoot}/` : "";
  return {
    mappings,
    sources: sources.map((source: unknown) =>
      typeof source === "string" && source !== "" ? cleanSource(root + source, path) : "",
    ),
  };
}

function cleanSource(source: string, mapPath: string): string {
  const path = source.length > maxNameLength ? undefined : resolvePath(source, mapPath);
  return path?.replace(/[^\w./@+~$[\] -]/g, "").slice(-maxSourceLength) ?? "";
}

function resolvePath(relative: string, from: string): string | undefined {
  try {
    return decodeURI(new URL(relative, `file:///${from}`).pathname).replace(/^\/+/, "");
  } catch {
    // No address of a file.
    return undefined;
  }
}
