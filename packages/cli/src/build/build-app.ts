/** Makes the files of a package from an app's folder. */
import type { Dirent } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { digestOf, manifestName, type PackageFile, packFiles } from "@berth/bundle";
import type { Digest } from "@berth/protocol";
import type { AppFolder } from "./app-folder.ts";
import { type BundleKind, bundle } from "./bundle.ts";
import { readFederatedView } from "./federated-view.ts";
import { findPage, findSource } from "./find-source.ts";
import { buildPage } from "./page/build-page.ts";
import { notPlain, readPlainFile } from "./plain-file.ts";

const documents = ["README.md", "LICENSE", "LICENSE.md", "LICENSE.txt", "NOTICE"];
const assetsFolder = "assets";

export interface BuiltEntry {
  readonly kind: BundleKind;
  /** Path in the package. */
  readonly path: string;
  readonly source: string;
  readonly bytes: number;
  /** Hosts that a page of the app's own HTML names; its code may name others. */
  readonly remoteHosts: readonly string[];
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
  const { entryPoint, ui } = manifest;
  const { mode } = ui;
  const wanted: readonly (readonly [BundleKind, string, string | undefined])[] = [
    ["view", "entryPoint", mode === "catalog" ? entryPoint : undefined],
    ["view", "workerScript", manifest.workerScript],
    ["server", "server.entry", manifest.server?.entry],
  ];
  const files: PackageFile[] = [{ path: manifestName, bytes: manifestBytes }];
  const entries: BuiltEntry[] = [];
  if (mode === "html" && entryPoint !== undefined) {
    const source = await findPage(root, entryPoint);
    const { bytes, remoteHosts } = await buildPage({ root, source });
    files.push({ path: entryPoint, bytes });
    entries.push(viewOf(entryPoint, source, bytes.byteLength, remoteHosts));
  }
  if (mode === "federated" && entryPoint !== undefined) {
    const view = await readFederatedView({ root, path: entryPoint, read: readPackageFile });
    files.push(...view);
    const bytes = view.reduce((sum, file) => sum + file.bytes.byteLength, 0);
    entries.push(viewOf(entryPoint, entryPoint, bytes));
  }
  for (const [kind, field, path] of wanted) {
    if (path === undefined) continue;
    const source = await findSource(root, path, field);
    const { code, map } = await bundle({ root, source, kind, path });
    files.push({ path, bytes: code });
    if (map !== undefined) files.push({ path: `${path}.map`, bytes: map });
    entries.push({ kind, path, source, bytes: code.byteLength, remoteHosts: [] });
  }
  const taken = new Set(files.map(({ path }) => path));
  const others = [...(await readDocuments(root)), ...(await readAssets(root))];
  files.push(...others.filter(({ path }) => !taken.has(path)));
  const archive = await packFiles(files);
  return {
    archive,
    digest: digestOf(archive),
    entries,
    files: files.map(({ bytes, path }) => ({ path, bytes: bytes.byteLength })),
  };
}

function viewOf(
  path: string,
  source: string,
  bytes: number,
  remoteHosts: readonly string[] = [],
): BuiltEntry {
  return { kind: "view", path, source, bytes, remoteHosts };
}

async function readDocuments(root: string): Promise<PackageFile[]> {
  const names = new Set(await readdir(root));
  const found = documents.filter((name) => names.has(name));
  return Promise.all(found.map((path) => readPackageFile(root, path)));
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
  return Promise.all(paths.map((path) => readPackageFile(root, path)));
}

async function readPackageFile(root: string, path: string): Promise<PackageFile> {
  return { path, bytes: await readPlainFile(root, path) };
}
