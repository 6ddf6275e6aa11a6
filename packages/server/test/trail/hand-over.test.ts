/** Decisions of two processes that have the two places of one data folder, and of whoever takes their places. */
import { randomBytes } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type KeyRing, openKeyRing } from "../../src/storage/keys.ts";
import { trailMigrations } from "../../src/trail/migrations.ts";
import { type OpenedTrail, openTrail } from "../../src/trail/open-trail.ts";
import {
  createTestFolder,
  databasesUnderTest,
  openTestDatabase,
  silentLogger,
  type TestDatabase,
} from "../support/databases.ts";
import { decisionOf } from "./decision.ts";

const ground = { clock: { now: () => Date.now() }, random: randomBytes, logger: silentLogger };

describe.each(databasesUnderTest())("decisions at a hand-over on %s", (kind) => {
  let database: TestDatabase;
  let folder: string;
  let keys: KeyRing;
  let open: (OpenedTrail & { readonly place: number })[] = [];
  beforeAll(async () => {
    database = await openTestDatabase(kind, trailMigrations);
    folder = await createTestFolder();
    keys = await openKeyRing({ folder, ...ground });
  });
  afterAll(async () => {
    await database?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  const folderOf = (place: number) => join(folder, `spool-${place}`);

  /** A process that takes a place; the other is taken up when nobody has it. */
  async function openAt(place: number): Promise<OpenedTrail> {
    const trail = await openTrail({ database, keys, ground, spoolFolder: folderOf(place) });
    open.push({ ...trail, place });
    await settle(trail, place);
    return trail;
  }
  const settle = (trail: OpenedTrail, place: number) =>
    trail.adopt(folderOf(1 - place), () => open.every((each) => each.place === place));

  let noted = 0;
  function note(trail: OpenedTrail, count = 5): void {
    for (let n = 0; n < count; n += 1) trail.decisions.note(decisionOf(`d${noted++}`));
  }
  async function close(trail: OpenedTrail, place: number): Promise<void> {
    await trail.close();
    open = open.filter((each) => each.place !== place);
  }

  it("are all in the log, each once, however often the places change", async () => {
    let before = await openAt(0);
    note(before);
    for (let round = 1; round <= 3; round += 1) {
      const place = round % 2;
      const next = await openAt(place);
      // Both serve: what one writes the other must leave alone, also when it looks more than once.
      for (let look = 0; look < 3; look += 1) {
        note(next);
        note(before);
        await before.flush();
        await before.flush();
        await next.flush();
      }
      note(before);
      note(next);
      await close(before, 1 - place);
      expect(await settle(next, place)).toBe(true);
      note(next);
      before = next;
    }
    await close(before, 1);
    const rows = await database.kysely
      .selectFrom("trail_entry")
      .select("target_id")
      .where("action", "=", "access.decide")
      .execute();
    const wanted = Array.from({ length: noted }, (_, at) => `d${at}`);
    expect(rows.map(({ target_id }) => target_id).sort()).toEqual(wanted.sort());
  });

  it("that were left by a process which died are taken up, and those of one that lives are not", async () => {
    const dead = await openTrail({ database, keys, ground, spoolFolder: folderOf(1) });
    note(dead, 3);
    const trail = await openTrail({ database, keys, ground, spoolFolder: folderOf(0) });
    expect(await trail.adopt(folderOf(1), () => false)).toBe(false);
    const count = async () => {
      await trail.flush();
      const rows = await database.kysely
        .selectFrom("trail_entry")
        .select("index")
        .where(
          "target_id",
          "in",
          [1, 2, 3].map((n) => `d${noted - n}`),
        )
        .execute();
      return rows.length;
    };
    expect(await count()).toBe(0);
    expect(await trail.adopt(folderOf(1), () => true)).toBe(true);
    expect(await count()).toBe(3);
    await trail.close();
    await dead.close();
  });
});
