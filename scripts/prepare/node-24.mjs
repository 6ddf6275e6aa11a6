/** Finds the Node 24 that the lockfile brings, or says what to do where there is none. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

const wantedMajor = 24;

export function findNode24(root) {
  const installed = join(root, "node_modules/.bin/node");
  if (existsSync(installed)) {
    const version = versionOf(installed);
    if (version >= wantedMajor) return installed;
    throw new Error(
      `node_modules/.bin/node does not run here (${version === 0 ? "it did not start" : `it is version ${version}`}). ` +
        `Install Node ${wantedMajor} from your system, remove the optional dependency's folder and try again.`,
    );
  }
  if (Number(process.versions.node.split(".")[0]) >= wantedMajor) return process.execPath;
  throw new Error(
    `Berth runs on Node ${wantedMajor}; this is ${process.version}, and the registry's Node packages have none for ` +
      `${process.platform}-${process.arch}. Install Node ${wantedMajor} or later and run the command again.`,
  );
}

function versionOf(path) {
  const result = spawnSync(path, ["--version"], { encoding: "utf8" });
  return Number(/^v(\d+)\./.exec(result.stdout ?? "")?.[1] ?? 0);
}
