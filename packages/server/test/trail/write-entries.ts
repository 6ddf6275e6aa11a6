/**
 * A program for killed.test.ts: acts, each with a row of its own in one transaction, and decisions, until
 * it is killed. Says each act that was acknowledged and each decision that could have been answered.
 */
import { randomBytes } from "node:crypto";
import { writeSync } from "node:fs";
import { join } from "node:path";
import { sql } from "kysely";
import { openDatabase } from "../../src/storage/database.ts";
import { openKeyRing } from "../../src/storage/keys.ts";
import { openTrail } from "../../src/trail/open-trail.ts";
import { silentLogger } from "../support/databases.ts";
import { decisionOf } from "./decision.ts";

const [folder, round, url] = process.argv.slice(2);
if (folder === undefined) throw new Error("Name the data folder.");
const database = await openDatabase({
  folder,
  logger: silentLogger,
  ...(url === undefined ? {} : { url }),
});
const ground = { clock: { now: () => Date.now() }, random: randomBytes, logger: silentLogger };
const keys = await openKeyRing({ folder, ...ground });
const trail = await openTrail({ database, keys, ground, spoolFolder: join(folder, "spool") });
for (let count = 0; ; count += 1) {
  const name = `${round}-${count}`;
  trail.decisions.note(decisionOf(`decision-${name}`));
  writeSync(1, `decision-${name}\n`);
  await database.kysely.transaction().execute(async (trx) => {
    await sql`insert into done values (${`act-${name}`})`.execute(trx);
    await trail.record(trx, {
      action: "test.act",
      organizationId: null,
      actor: { kind: "system", id: "berth" },
      target: { kind: "host", id: `act-${name}` },
    });
  });
  writeSync(1, `act-${name}\n`);
}
