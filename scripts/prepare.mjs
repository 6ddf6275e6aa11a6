/**
 * Makes a checkout ready: `node scripts/prepare.mjs test` or `… start`; npm runs it as `pretest`
 * and `prestart`.
 *
 * Plain JavaScript on purpose: it runs on whatever Node the machine has (20 and up), before
 * anything is installed. All that follows runs on the Node 24 which the lockfile brings.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { installDependencies } from "./prepare/dependencies.mjs";
import { findNode24 } from "./prepare/node-24.mjs";
import { installPrograms } from "./prepare/programs.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));

/** What each purpose needs of the machine, and whether it can go on without. */
const purposes = {
  test: { programs: ["bubblewrap", "chromium", "firefox-esr", "postgresql"], isRequired: true },
  start: { programs: ["bubblewrap"], isRequired: false },
};

async function prepare(purposeName) {
  const purpose = purposes[purposeName];
  if (purpose === undefined) {
    throw new Error(`scripts/prepare.mjs takes "test" or "start", not "${purposeName ?? ""}".`);
  }
  // npm works on in a process of its own while the system's installer is waited for.
  const outcomes = await Promise.allSettled([
    installDependencies(root),
    new Promise((resolve) => resolve(installPrograms(purpose.programs, purpose.isRequired))),
  ]);
  for (const { reason, status } of outcomes) if (status === "rejected") throw reason;
  const node = findNode24(root);
  if (purposeName === "start") {
    const build = spawnSync(
      node,
      ["--conditions=berth-source", "scripts/build.ts", "--for-start"],
      { cwd: root, stdio: "inherit" },
    );
    if (build.status !== 0) throw new Error("The console or the browser runtime did not build.");
  }
}

try {
  await prepare(process.argv[2]);
} catch (error) {
  console.error(`\n${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
