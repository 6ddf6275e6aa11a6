/**
 * A Berth in a process of its own that ends itself by SIGKILL when each of its runs has come to the
 * moment that was chosen for it. Started by `killed-berth.ts`; ends in another way when one does not.
 *
 * A run that has come to its moment is held there, so that all stand still when the process dies.
 */
import { createClient } from "@berth/client";
import { type Berth, createBerth } from "@berth/server";
import { pino } from "pino";
import type { DeadlyTask, DoomedPlace, Moment } from "./killed-berth.ts";

const { folder, databaseUrl, apiKey, places } = JSON.parse(process.argv[2] ?? "null") as DeadlyTask;
/** Of those that are not held yet: as many as a Berth drives by itself. */
const maxMoving = 4;

const opening = Promise.withResolvers<Berth>();
const placeOf = new Map(places.map((place) => [place.organization, place]));
const organizations = new Map<string, string>();
const moving = new Set<string>();
const waiting: (() => void)[] = [];
let heldCount = 0;

async function findOrganization(runId: string): Promise<string> {
  const known = organizations.get(runId);
  if (known !== undefined) return known;
  const { database } = await opening.promise;
  const { slug } = await database.kysely
    .selectFrom("run")
    .innerJoin("organization", "organization.id", "run.organization_id")
    .select("organization.slug")
    .where("run.id", "=", runId)
    .executeTakeFirstOrThrow();
  organizations.set(runId, slug);
  return slug;
}

async function waitForTurn(organization: string): Promise<void> {
  while (!moving.has(organization)) {
    if (moving.size < maxMoving) moving.add(organization);
    else await new Promise<void>((resolve) => waiting.push(resolve));
  }
}

/** For ever: the process dies with it. */
function hold(organization: string): Promise<never> {
  heldCount += 1;
  if (heldCount === places.length) process.kill(process.pid, "SIGKILL");
  moving.delete(organization);
  for (const wake of waiting.splice(0)) wake();
  return new Promise(() => undefined);
}

async function refuseEnd(runId: string, organization: string): Promise<void> {
  const { database } = await opening.promise;
  const { state } = await database.kysely
    .selectFrom("run")
    .select("state")
    .where("id", "=", runId)
    .executeTakeFirstOrThrow();
  if (state === "running" || state === "undoing") return;
  fail(new Error(`The run of ${organization} ended as ${state} before its moment came.`));
}

function fail(error: unknown): void {
  console.error(error);
  process.exit(1);
}

async function onStep(runId: string, now: Moment): Promise<void> {
  const organization = await findOrganization(runId);
  const moment = placeOf.get(organization)?.moment;
  if (moment === undefined) throw new Error(`Nothing is known of the run of ${organization}.`);
  await waitForTurn(organization);
  const { step, phase, direction } = now;
  const isNow = step === moment.step && phase === moment.phase && direction === moment.direction;
  if (isNow) await hold(organization);
  if (phase === "committed") await refuseEnd(runId, organization);
}

const berth = await createBerth({
  folder,
  assets: { consoleFolder: null, frameBootstrap: "" },
  posture: "first-ask",
  logger: pino({ level: process.env.BERTH_TEST_LOG ?? "silent" }),
  ...(databaseUrl === undefined ? {} : { databaseUrl }),
  maxRunningRuns: places.length,
  observers: { onStep: ({ runId, ...moment }) => onStep(runId, moment).catch(fail) },
});
opening.resolve(berth);
const client = createClient({ baseUrl: `http://127.0.0.1:${berth.port}`, apiKey });

/** Nothing is asked for a run that is there already. */
async function begin({ organization, install, uninstall }: DoomedPlace): Promise<void> {
  const params = { organization };
  if (install !== undefined) await client.call("install", { params, body: install });
  if (uninstall !== undefined) {
    await client.call("uninstall", { params: { ...params, installation: uninstall } });
  }
}

await Promise.all(places.map(begin));
