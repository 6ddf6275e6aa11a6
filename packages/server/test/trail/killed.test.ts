import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { sql } from "kysely";
import { describe, expect, it } from "vitest";
import { openDatabase } from "../../src/storage/database.ts";
import { openKeyRing } from "../../src/storage/keys.ts";
import { migrate } from "../../src/storage/migrate.ts";
import { trailMigrations } from "../../src/trail/migrations.ts";
import { openTrail } from "../../src/trail/open-trail.ts";
import {
  createPostgresDatabase,
  createTestFolder,
  databasesUnderTest,
  prepareDataFolder,
  silentLogger,
} from "../support/databases.ts";

const program = fileURLToPath(new URL("./write-entries.ts", import.meta.url));
/** Lines after which each process is killed: in the midst of its first group, and after some. */
const deaths = [3, 200];

describe.each(databasesUnderTest())("kill -9 on %s", (kind) => {
  it("loses no act and no decision, and has each once", async () => {
    const folder = await createTestFolder();
    const server = kind === "postgres" ? await createPostgresDatabase() : undefined;
    if (server === undefined) await prepareDataFolder(folder);
    const place = { folder, ...(server === undefined ? {} : { url: server.url }) };
    const open = () => openDatabase({ ...place, logger: silentLogger });
    const prepared = await open();
    await migrate(prepared, trailMigrations);
    await sql`create table done (id text primary key)`.execute(prepared.kysely);
    await prepared.close();

    const said: string[] = [];
    for (const [round, death] of deaths.entries()) {
      const args = [program, folder, String(round), ...(server === undefined ? [] : [server.url])];
      const writer = spawn(
        process.execPath,
        ["--conditions=berth-source", "--no-warnings", "--liftoff-only", ...args],
        {
          stdio: ["ignore", "pipe", "inherit"],
        },
      );
      const exited = once(writer, "exit");
      let lines = 0;
      for await (const line of createInterface({ input: writer.stdout })) {
        said.push(line);
        lines += 1;
        if (lines === death) writer.kill("SIGKILL");
      }
      expect((await exited)[1]).toBe("SIGKILL");
    }

    const database = await open();
    const ground = { clock: { now: () => Date.now() }, random: randomBytes, logger: silentLogger };
    const keys = await openKeyRing({ folder, ...ground });
    const spoolFolder = join(folder, "spool");
    const trail = await openTrail({ database, keys, ground, spoolFolder });
    await trail.flush();
    const entries = await database.kysely
      .selectFrom("trail_entry")
      .select("target_id")
      .where("action", "in", ["test.act", "access.decide"])
      .execute();
    const inLog = entries.map(({ target_id }) => target_id ?? "");
    expect(new Set(inLog).size).toBe(inLog.length);
    expect(said.filter((line) => !inLog.includes(line))).toEqual([]);
    const { rows } = await sql<{ id: string }>`select id from done`.execute(database.kysely);
    const acts = inLog.filter((id) => id.startsWith("act-"));
    expect(acts.sort()).toEqual(rows.map(({ id }) => id).sort());
    expect(await readdir(spoolFolder)).toEqual([]);
    await trail.close();
    await database.close();
    await server?.drop();
    await rm(folder, { recursive: true });
  }, 240_000);
});
