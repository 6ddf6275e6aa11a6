/**
 * Writes the snapshot of every package's public names: `node scripts/write-public-surface.ts`.
 * Run it when a name is meant to be added or removed; the difference is then seen in review.
 */
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { readPublicSurface } from "./house/public-surface.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const target = new URL("../test/house/public-surface.json", import.meta.url);
await writeFile(target, `${JSON.stringify(await readPublicSurface(root), null, 2)}\n`);
