/**
 * The built files of the page that `berth dev` shows: the console's package has them.
 *
 * Trust: a requested path is only looked up among the files that were found when it was opened.
 */
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { BerthError } from "@berth/protocol";

export interface PageFile {
  readonly type: string;
  read(): Promise<Uint8Array>;
}

/** By address: `/`, `/assets/…`. */
export type PageFiles = ReadonlyMap<string, PageFile>;

const types: Readonly<Record<string, string>> = Object.freeze({
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
});

/** @throws BerthError FILE_UNREADABLE when the page is not built */
export async function openPageFiles(): Promise<PageFiles> {
  const manifest = fileURLToPath(import.meta.resolve("@berth/console/package.json"));
  const folder = join(dirname(manifest), "dist");
  const page = join(folder, "dev.html");
  if (!existsSync(page))
    throw new BerthError(
      "FILE_UNREADABLE",
      `${page} is not there: the page of \`berth dev\` is not built; run \`npm run build\`.`,
    );
  const files = new Map<string, PageFile>();
  const add = (address: string, path: string, type: string) =>
    files.set(address, { type, read: () => readFile(path) });
  add("/", page, "text/html; charset=utf-8");
  for (const name of await readdir(join(folder, "assets"))) {
    const type = types[extname(name)];
    if (type !== undefined) add(`/assets/${name}`, join(folder, "assets", name), type);
  }
  for (const name of ["color-scheme.js", "favicon.svg"]) {
    add(`/${name}`, join(folder, name), types[extname(name)] ?? "");
  }
  return files;
}
