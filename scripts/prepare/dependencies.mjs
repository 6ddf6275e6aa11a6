/**
 * Brings `node_modules` to what `package-lock.json` says, and does nothing when it is there.
 *
 * Not `npm ci`: a registry that does not carry every platform's optional packages leaves them out
 * of the lockfile, and `npm ci` then refuses on all platforms. `npm install --no-save` takes what
 * the lockfile says, changes no file of the checkout, and what it installed is compared afterwards.
 *
 * npm writes `node_modules/.package-lock.json` last, so a broken-off install shows as one that
 * differs; comparing the two also spares a developer who just ran `npm install` a second one.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

export async function installDependencies(root) {
  const reason = whyStale(root);
  if (reason === undefined) return;
  console.log(`Installing the packages of package-lock.json (${reason}) …`);
  const options = ["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"];
  const npm = process.env.npm_execpath ?? besideNode();
  const child = npm?.endsWith("js")
    ? spawn(process.execPath, [npm, ...options], { cwd: root, stdio: "inherit" })
    : spawn("npm", options, { cwd: root, stdio: "inherit" });
  const [status] = await once(child, "exit");
  if (status !== 0) {
    throw new Error(
      "npm install failed (see above). Berth needs the npm registry once, to install what package-lock.json names.",
    );
  }
  const still = whyStale(root);
  if (still !== undefined) {
    throw new Error(
      `npm install ended well, yet ${still}: package.json and package-lock.json disagree. Run npm install and commit the lockfile.`,
    );
  }
}

/** Why an install is needed, or undefined when it is not. */
export function whyStale(root) {
  const installedPath = join(root, "node_modules/.package-lock.json");
  if (!existsSync(installedPath)) return "node_modules is missing or was left half-installed";
  const wanted = readPackages(join(root, "package-lock.json"));
  const installed = readPackages(installedPath);
  for (const [path, entry] of Object.entries(wanted)) {
    // Workspaces themselves stand in the tree; optional packages are for one platform each.
    if (!path.includes("node_modules/")) continue;
    const present = installed[path];
    if (present === undefined) {
      if (entry.optional || entry.devOptional || entry.peer) continue;
      return `${path} is not installed`;
    }
    if (present.version !== entry.version || present.integrity !== entry.integrity) {
      return `${path} is ${present.version ?? "linked"}, and the lockfile says ${entry.version}`;
    }
  }
  for (const [path, entry] of Object.entries(installed)) {
    if (path.includes("node_modules/") && wanted[path] === undefined && !entry.optional) {
      return `${path} is not in the lockfile`;
    }
  }
  return undefined;
}

function readPackages(path) {
  return JSON.parse(readFileSync(path, "utf8")).packages ?? {};
}

/** npm as it lies beside the running Node, for machines whose PATH has another. */
function besideNode() {
  const path = join(dirname(process.execPath), "../lib/node_modules/npm/bin/npm-cli.js");
  return existsSync(path) ? path : undefined;
}
