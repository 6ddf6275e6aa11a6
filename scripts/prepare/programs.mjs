/**
 * Sees to the programs that Berth takes from the system: the jail, and for tests two browsers and a
 * database server.
 *
 * Installs only as root on Debian and its kin, and says so; elsewhere it prints the one command.
 */
import { spawnSync } from "node:child_process";
import {
  accessSync,
  constants,
  existsSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { delimiter, join } from "node:path";

const programs = {
  bubblewrap: { why: "jails the cells", isPresent: () => isOnPath("bwrap") },
  chromium: { why: "runs the browser tests", isPresent: () => isOnPath("chromium") },
  "firefox-esr": {
    why: "runs what isolates views in a second browser",
    isPresent: () => process.env.FIREFOX_PATH !== undefined || isOnPath("firefox-esr"),
  },
  postgresql: { why: "runs the tests on PostgreSQL", isPresent: () => hasPostgresServer() },
};

/**
 * @param names - keys of `programs`
 * @param isRequired - whether to throw when one stays missing; otherwise it is said and that is all
 */
export function installPrograms(names, isRequired) {
  const missing = names.filter((name) => !programs[name].isPresent());
  if (missing.length === 0) return;
  const reasons = missing.map((name) => `${name} (${programs[name].why})`).join(", ");
  if (process.getuid?.() === 0 && isDebian()) {
    console.log(`Missing here: ${reasons}. Installing by apt-get …`);
    aptInstall(missing);
    const still = missing.filter((name) => !programs[name].isPresent());
    if (still.length === 0) return;
    report(`apt-get did not bring ${still.join(", ")} (see above).`, isRequired);
    return;
  }
  report(`Missing here: ${reasons}. ${howToInstall(missing)}`, isRequired);
}

function report(message, isRequired) {
  if (isRequired) throw new Error(message);
  console.warn(`\n${message}\nGoing on without: cells refuse to start until it is there.\n`);
}

function howToInstall(names) {
  if (process.platform !== "linux") {
    return "Cells need Linux: run Berth in a Linux container or virtual machine.";
  }
  if (isDebian()) return `Run: sudo apt-get install -y ${names.join(" ")}`;
  return `Install with your system's package manager: ${names.join(" ")}`;
}

function aptInstall(names) {
  // A fresh image has no package lists, an old one has stale ones: the first try may fail quietly.
  if (tryInstall(names, "ignore")) return;
  runApt(["update", "-qq"], "inherit");
  tryInstall(names, "inherit");
}

function tryInstall(names, errors) {
  const install = ["install", "-y", "-qq", "--no-install-recommends"];
  if (names.includes("postgresql")) {
    if (!runApt([...install, "postgresql-common"], errors)) return false;
    withoutDefaultCluster();
  }
  return runApt([...install, ...names], errors);
}

/** The tests start a server of their own; a standing one that nobody asked for is not wanted. */
function withoutDefaultCluster() {
  const path = "/etc/postgresql-common/createcluster.conf";
  if (!existsSync(path)) return;
  const text = readFileSync(path, "utf8");
  const setting = /^#?\s*create_main_cluster\s*=.*$/m;
  writeFileSync(path, text.replace(setting, "create_main_cluster = false"));
}

function runApt(options, errors) {
  const result = spawnSync("apt-get", options, {
    stdio: ["ignore", "ignore", errors],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
  return result.status === 0;
}

function isDebian() {
  return existsSync("/etc/debian_version") && isOnPath("apt-get");
}

function isOnPath(name) {
  return (process.env.PATH ?? "")
    .split(delimiter)
    .some((folder) => isExecutable(join(folder, name)));
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Not there or not for us: both mean "not present", which is the answer.
    return false;
  }
}

/** Debian keeps the server's programs off PATH, in a folder per version. */
function hasPostgresServer() {
  if (isOnPath("initdb")) return true;
  const versions = "/usr/lib/postgresql";
  return (
    existsSync(versions) &&
    readdirSync(versions).some((version) => isExecutable(join(versions, version, "bin/initdb")))
  );
}
