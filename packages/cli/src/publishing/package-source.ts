/** What is published: an app's folder, which is built first, or a file of `berth pack`. */
import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { defaultPackageLimits, digestOf, manifestName, unpack } from "@berth/bundle";
import { BerthError, type Digest, type ParsedManifest, parseManifest } from "@berth/protocol";
import { openAppFolder } from "../build/app-folder.ts";
import { buildApp } from "../build/build-app.ts";

export interface PackageSource {
  readonly manifest: ParsedManifest;
  readonly archive: Uint8Array;
  readonly digest: Digest;
}

/** @throws BerthError as building and unpacking do */
export async function openPackageSource(cwd: string, path = "."): Promise<PackageSource> {
  const full = resolve(cwd, path);
  if (!full.endsWith(".berth") || !(await isFile(full))) {
    const app = await openAppFolder(cwd, path);
    const { archive, digest } = await buildApp(app);
    return { manifest: app.manifest, archive, digest };
  }
  const { size } = await stat(full);
  if (size > defaultPackageLimits.maxTotalBytes) {
    throw new BerthError(
      "PACKAGE_TOO_LARGE",
      `${full} has ${size} bytes; a package has at most ${defaultPackageLimits.maxTotalBytes}.`,
    );
  }
  const archive = await readFile(full);
  const { files } = await unpack(archive);
  const manifest = JSON.parse(new TextDecoder().decode(files.get(manifestName))) as unknown;
  return { manifest: parseManifest(manifest), archive, digest: digestOf(archive) };
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (cause) {
    throw new BerthError("FILE_UNREADABLE", `${path} cannot be read; check the path.`, { cause });
  }
}
