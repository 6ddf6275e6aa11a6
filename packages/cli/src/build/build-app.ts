/** Makes the files of a package from an app's folder. */
import { constants, type Dirent } from "node:fs";
import { lstat, open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { digestOf, manifestName, type PackageFile, packFiles } from "@berth/bundle";
import { BerthError, type Digest, isBerthError } from "@berth/protocol";
import type { AppFolder } from "./app-folder.ts";
import { type BundleKind, bundle } from "./bundle.ts";
import { findSource } from "./find-source.ts";

const documents = ["README.md", "LICENSE", "LICENSE.md", "LICENSE.txt", "NOTICE"];
const assetsFolder = "assets";

export interface BuiltEntry {
  readonly kind: BundleKind;
  /** Path in the package. */
  readonly path: string;
  readonly source: string;
  readonly bytes: number;
}

export interface BuiltApp {
  readonly archive: Uint8Array;
  readonly digest: Digest;
  readonly entries: readonly BuiltEntry[];
  readonly files: readonly { readonly path: string; readonly bytes: number }[];
}

/**
 * Builds and packs. The same sources give the same archive, wherever the folder lies.
 *
 * @throws BerthError BUILD_FAILED, PACKAGE_ENTRY_REFUSED, PACKAGE_TOO_LARGE, FILE_UNREADABLE
 */
export async function buildApp(app: AppFolder): Promise<BuiltApp> {
  const { manifest, manifestBytes, root } = app;
  const wanted: readonly (readonly [BundleKind, string, string | undefined])[] = [
    ["view", "entryPoint", manifest.entryPoint],
    ["view", "workerScript", manifest.workerScript],
    ["server", "server.entry", manifest.server?.entry],
  ];
  const files: PackageFile[] = [{ path: manifestName, bytes: manifestBytes }];
  const entries: BuiltEntry[] = [];
  for (const [kind, field, path] of wanted) {
    if (path === undefined) continue;
    const source = await findSource(root, path, field);
    const { code, map } = await bundle({ root, source, kind, path });
    files.push({ path, bytes: code });
    if (map !== undefined) files.push({ path: `${path}.map`, bytes: map });
    entries.push({ kind, path, source, bytes: code.byteLength });
  }
  files.push(...(await readDocuments(root)), ...(await readAssets(root)));
  const archive = await packFiles(files);
  return {
    archive,
    digest: digestOf(archive),
    entries,
    files: files.map(({ bytes, path }) => ({ path, bytes: bytes.byteLength })),
  };
}

async function readDocuments(root: string): Promise<PackageFile[]> {
  const names = new Set(await readdir(root));
  const found = documents.filter((name) => names.has(name));
  return Promise.all(found.map((path) => readPlainFile(root, path)));
}

async function readAssets(root: string): Promise<PackageFile[]> {
  let entries: Dirent[];
  try {
    if (!(await lstat(join(root, assetsFolder))).isDirectory()) throw notPlain(assetsFolder);
    entries = await readdir(join(root, assetsFolder), { recursive: true, withFileTypes: true });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw cause;
  }
  const paths = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(root.length + 1)
        .replaceAll("\\", "/"),
    );
  return Promise.all(paths.map((path) => readPlainFile(root, path)));
}

/** A link would publish whatever it points at, so none is followed. */
async function readPlainFile(root: string, path: string): Promise<PackageFile> {
  try {
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    await using file = await open(join(root, path), flags);
    const found = await file.stat();
    if (!found.isFile()) throw notPlain(path);
    return { path, bytes: await file.readFile() };
  } catch (cause) {
    if (isBerthError(cause)) throw cause;
    const { code } = cause as NodeJS.ErrnoException;
    if (code === "ELOOP") throw notPlain(path);
    throw new BerthError("FILE_UNREADABLE", `${path} cannot be read: ${code}.`, { cause });
  }
}

function notPlain(path: string): BerthError {
  return new BerthError(
    "PACKAGE_ENTRY_REFUSED",
    `${path} is not a regular file; a package holds regular files only, so put a copy there.`,
    { details: { path } },
  );
}
