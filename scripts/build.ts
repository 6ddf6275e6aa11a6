/**
 * Builds what is not run from source: `npm run build`.
 *
 * With `--for-start`, only the files that a running Berth hands to browsers: each package's own
 * `build` script, skipped while its inputs are unchanged. Without, also every package's `dist`, as
 * it is published.
 */
import { fileURLToPath } from "node:url";
import { buildAssets } from "./build/assets.ts";
import { run } from "./build/run.ts";
import { typeCheckEnvironment } from "./build/type-check-environment.ts";
import { publishedTypeScript, readWorkspaces } from "./build/workspaces.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const isForStart = process.argv.includes("--for-start");
const workspaces = await readWorkspaces(root);

try {
  // Assets first: sources may import what a build generates.
  await buildAssets(root, workspaces);
  if (!isForStart) {
    // More checkers than one do the same work anew: twice the processor time.
    const options = ["-b", "--checkers", "1", ...publishedTypeScript(workspaces)];
    await run("tsc", options, { root, folder: root, env: typeCheckEnvironment });
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
