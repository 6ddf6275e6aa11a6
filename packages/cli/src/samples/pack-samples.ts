/** Packs the sample apps into this package before it is published: `npm pack` runs it. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openPackageSource } from "../publishing/package-source.ts";
import { findSampleFolders, packedSamplesFolder } from "./find-samples.ts";

await rm(packedSamplesFolder, { recursive: true, force: true });
await mkdir(packedSamplesFolder);
for (const folder of await findSampleFolders()) {
  const { archive, manifest } = await openPackageSource(folder);
  const file = `${manifest.id}-${manifest.version}.berth`;
  await writeFile(join(packedSamplesFolder, file), archive);
}
