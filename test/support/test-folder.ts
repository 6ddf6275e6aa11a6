/**
 * A fresh folder for a test's data, kept when the test fails.
 *
 * The embedded database is made once per machine and version of the tables, and copied: 0.2 s instead
 * of three.
 */
import { createHash } from "node:crypto";
import { cp, glob, mkdir, mkdtemp, readFile, rename, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Berth, createBerth } from "@berth/server";
import { pino } from "pino";
import { onTestFinished } from "vitest";

const logTables = [
  "trail_act",
  "trail_entry",
  "trail_node",
  "trail_key",
  "trail_checkpoint",
] as const;
const root = fileURLToPath(new URL("../../", import.meta.url));

export interface TestFolder {
  readonly path: string;
  /** Removes it, unless the test that asked for it fails. */
  release(): Promise<void>;
}

export async function createTestFolder(): Promise<TestFolder> {
  const path = await mkdtemp(join(tmpdir(), "berth-it-"));
  const remove = () => rm(path, { recursive: true, force: true });
  let isJudged = false;
  try {
    // Comes after the test's own disposals; only then is it known how the test ended.
    onTestFinished(async ({ task }) => {
      if (task.result?.state === "fail") console.error(`The test's data is kept in ${path}`);
      else await remove();
    });
    isJudged = true;
  } catch {
    // Outside a test, such as in beforeAll: nobody will say how it ended.
  }
  return { path, release: async () => (isJudged ? undefined : await remove()) };
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function schemaHash(): Promise<string> {
  const files: string[] = [];
  const cwd = root;
  for await (const file of glob("packages/server/src/**/migrations.ts", { cwd })) files.push(file);
  const hash = createHash("sha256");
  for (const file of [...files.sort(), "package-lock.json"])
    hash.update(await readFile(join(root, file)));
  return hash.digest("hex").slice(0, 16);
}

async function openTemplate(): Promise<string> {
  const template = join(tmpdir(), `berth-it-template-${await schemaHash()}`);
  if (await isThere(template)) return template;
  const made = await mkdtemp(join(tmpdir(), "berth-it-new-"));
  const berth = await createBerth({
    folder: made,
    assets: { consoleFolder: null, frameBootstrap: "" },
    posture: "first-ask",
    logger: pino({ level: "silent" }),
  });
  await emptyLog(berth);
  // Each copy has a master key of its own.
  await berth.database.kysely.deleteFrom("host_key").execute();
  await berth.close();
  try {
    await rename(join(made, "database"), template);
  } catch (error) {
    // Another test process was first: its template is as good.
    if (!(await isThere(template))) throw error;
  } finally {
    await rm(made, { recursive: true, force: true });
  }
  return template;
}

/** Its key is sealed under the master key of a folder that is gone: who copies it makes another. */
async function emptyLog({ database }: Berth): Promise<void> {
  await database.kysely.transaction().execute(async (trx) => {
    await trx.updateTable("trail_head").set({ size: 0, frontier: "" }).execute();
    for (const table of logTables) await trx.deleteFrom(table).execute();
  });
}

/** Puts an embedded database with its tables into a data folder that has none. */
export async function prepareDatabase(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await cp(await openTemplate(), join(folder, "database"), { recursive: true });
}
