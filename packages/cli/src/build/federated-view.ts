/**
 * The files of a federated app's view, which its own build made (`@berth/sdk/vite`): the list that
 * `entryPoint` names, every file on it, and the images and fonts beside them.
 *
 * Invariant: what is packed is what the list says, or nothing is packed.
 */
import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join, posix } from "node:path";
import type { PackageFile } from "@berth/bundle";
import { BerthError, type RemoteList, remoteListSchema } from "@berth/protocol";

const imagePath = /\.(?:png|jpe?g|webp|avif|gif|svg|woff2)$/;

export interface FederatedViewOptions {
  /** The app's folder. */
  readonly root: string;
  /** `entryPoint`: the list's path. */
  readonly path: string;
  /** Reads a regular file of the app's folder. @throws BerthError FILE_UNREADABLE */
  readonly read: (root: string, path: string) => Promise<PackageFile>;
}

/** @throws BerthError BUILD_FAILED, FILE_UNREADABLE, PACKAGE_ENTRY_REFUSED */
export async function readFederatedView(
  options: FederatedViewOptions,
): Promise<readonly PackageFile[]> {
  const { root, path, read } = options;
  const file = await read(root, path);
  const list = parseList(path, file.bytes);
  const folder = posix.dirname(path);
  const listed = await Promise.all(
    Object.entries(list.files).map(async ([name, { digest }]) => {
      const found = await read(root, posix.join(folder, name));
      if (createHash("sha256").update(found.bytes).digest("hex") !== digest)
        throw failed(`${found.path} is not what ${path} says it is; build the view again.`, path);
      return found;
    }),
  );
  const names = new Set([path, ...listed.map((each) => each.path)]);
  const beside = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
  const images = beside
    .filter((entry) => !entry.isDirectory() && imagePath.test(entry.name))
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(root.length + 1)
        .replaceAll("\\", "/"),
    )
    .filter((name) => !names.has(name) && !name.split("/").includes("node_modules"));
  return [file, ...listed, ...(await Promise.all(images.map((name) => read(root, name))))];
}

function parseList(path: string, bytes: Uint8Array): RemoteList {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    // What is wrong with it does not matter: another file was named.
    value = undefined;
  }
  const result = remoteListSchema.safeParse(value);
  if (result.success) return result.data;
  throw failed(
    `berth.json entryPoint is "${path}", which is no list of a federated app; name the one that @berth/sdk/vite wrote, such as dist/remote.json.`,
    "entryPoint",
  );
}

function failed(message: string, path: string): BerthError {
  return new BerthError("BUILD_FAILED", message, { details: { path } });
}
