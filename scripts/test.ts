/**
 * The whole test suite: `npm test`; one file or project: `npm test -- packages/cells`.
 *
 * Builds what tests need built, starts a PostgreSQL that nobody else uses, runs vitest on both
 * databases, and prints as its last line how many tests passed and failed.
 */
import { chmod, mkdtemp, rm, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { exitCode } from "./build/run.ts";
import { startPostgres } from "./test/postgres.ts";
import { readTotals } from "./test/totals.ts";

const quickFolderBytes = 4 * 2 ** 30;
const root = fileURLToPath(new URL("../", import.meta.url));

async function runTests(options: readonly string[]): Promise<number> {
  await build({ isWholeSuite: options.length === 0 });
  const folder = await mkdtemp(join(await findQuickFolder(), "berth-test-run-"));
  // Everything that tests and their children make goes there, and goes with it.
  process.env.TMPDIR = folder;
  // Databases and cells run under users of their own, who must pass through.
  await chmod(folder, 0o711);
  try {
    await using postgres = await startPostgres();
    const report = join(folder, "report.json");
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
    const code = await exitCode("vitest", ["run", ...reporters, ...options], {
      root,
      folder: root,
      env: {
        BERTH_TEST_DATABASES: "pglite,postgres",
        BERTH_TEST_POSTGRES_URL: postgres.url,
        // Many children load the same modules: all but the first take them as they were compiled.
        NODE_COMPILE_CACHE: join(folder, "compiled"),
      },
    });
    const totals = await readTotals(report, code);
    for (const problem of totals.problems) console.log(problem);
    console.log(`${totals.passed} passed, ${totals.failed} failed`);
    return totals.failed > 0 || totals.passed === 0 ? 1 : 0;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Tests make databases by the dozen; in memory that takes a tenth of what it takes on a disk. */
async function findQuickFolder(): Promise<string> {
  const memory = "/dev/shm";
  const { bavail, bsize } = await statfs(memory).catch(() => ({ bavail: 0, bsize: 0 })); // Linux only.
  return bavail * bsize > quickFolderBytes ? memory : tmpdir();
}

/** While one part is being written, its tests run although another part does not compile. */
async function build({ isWholeSuite }: { readonly isWholeSuite: boolean }): Promise<void> {
  const place = { root, folder: root };
  const code = await exitCode("node", ["--conditions=berth-source", "scripts/build.ts"], place);
  if (code === 0) return;
  if (isWholeSuite) throw new Error("The build failed (see above), so no test was run.");
  console.warn("The build failed (see above); tests that need what it makes will fail too.");
}

// The child processes get the terminal's signal too; this one stays to stop the database.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => undefined);

try {
  process.exitCode = await runTests(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  console.log("0 passed, 1 failed");
  process.exitCode = 1;
}
