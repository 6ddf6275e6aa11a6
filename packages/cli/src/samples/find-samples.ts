/** The sample apps: packed files in the published package, folders in a checkout. */
import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The same from `src` and from `dist`. */
export const packedSamplesFolder = fileURLToPath(new URL("../../samples/", import.meta.url));
const checkoutApps = fileURLToPath(new URL("../../../../apps/", import.meta.url));

/** Absolute paths, for `openPackageSource`. */
export async function findSamples(): Promise<readonly string[]> {
  if (existsSync(packedSamplesFolder)) {
    const files = await readdir(packedSamplesFolder);
    const packed = files.filter((file) => file.endsWith(".berth"));
    if (packed.length > 0) return packed.sort().map((file) => join(packedSamplesFolder, file));
  }
  return findSampleFolders();
}

/** The sample apps' sources; none outside a checkout. */
export async function findSampleFolders(): Promise<readonly string[]> {
  if (!existsSync(checkoutApps)) return [];
  const names = (await readdir(checkoutApps)).sort();
  return names
    .map((name) => join(checkoutApps, name))
    .filter((folder) => existsSync(join(folder, "berth.json")));
}
