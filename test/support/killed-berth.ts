/** Kills Berths in the middle of many runs at once, and opens what they leave behind. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { type BerthClient, createClient } from "@berth/client";
import type { ApiRoutes, RouteArguments, RunView } from "@berth/protocol/api";
import { type Berth, createBerth } from "@berth/server";
import type { DatabaseKind } from "./databases.ts";
import { countLeftovers } from "./leftovers.ts";
import { type StartedBerth, silentLogger, startBerth } from "./start-berth.ts";
import { consentTo, type PublishedApp, type TestAppFiles } from "./test-app.ts";

export interface Moment {
  readonly step: string;
  readonly phase: "begun" | "committing" | "committed";
  readonly direction: "do" | "undo";
}

/** One run, in an organization of its own, and when it is interrupted. */
export interface DoomedRun {
  readonly organization: string;
  readonly kind: "install" | "uninstall";
  /** Those of the same name are published once. */
  readonly app: TestAppFiles & { readonly manifest: { readonly id: string } };
  /** One for each process, in the order in which a run comes to them. */
  readonly moments: readonly Moment[];
}

/** Where a run stands when its process dies. Without a beginning it is there already. */
export interface DoomedPlace {
  readonly organization: string;
  readonly moment: Moment;
  readonly install?: RouteArguments<ApiRoutes["install"]>["body"];
  /** The installation to remove. */
  readonly uninstall?: string;
}

export interface DeadlyTask {
  readonly folder: string;
  readonly databaseUrl?: string;
  readonly apiKey: string;
  readonly places: readonly DoomedPlace[];
}

/** One Berth that dies again and again. */
export interface Scene extends AsyncDisposable {
  /**
   * Opens it in a process of its own, which begins the runs the first time and goes on with them
   * after that, and is killed when each has come to its next moment.
   *
   * @throws Error when a moment does not come
   */
  killNext(): Promise<void>;
  /** Opens it here, and waits until the runs have ended. */
  open(): Promise<Aftermath>;
}

export interface Aftermath extends AsyncDisposable {
  readonly berth: Berth;
  readonly client: BerthClient;
  /** By organization: its newest run, when it has ended. */
  readonly runs: ReadonlyMap<string, RunView>;
  /** Of one installation; see leftovers.ts. */
  leftovers(installation?: string): Promise<Readonly<Record<string, number>>>;
}

type Place = Pick<DeadlyTask, "folder" | "databaseUrl">;

const script = fileURLToPath(new URL("dying-berth.ts", import.meta.url));

/** Ends by SIGKILL. @throws Error when it ends in another way */
async function killOne(task: DeadlyTask): Promise<void> {
  const child = spawn(
    process.execPath,
    ["--conditions=berth-source", "--no-warnings", script, JSON.stringify(task)],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  const [code, signal] = await once(child, "exit");
  if (signal === "SIGKILL") return;
  const [out, err] = await output;
  throw new Error(`The Berth ended with ${code ?? signal} and was not killed.\n${out}${err}`);
}

/** A Berth where each run can begin, closed. */
export async function prepareScene(kind: DatabaseKind, runs: readonly DoomedRun[]): Promise<Scene> {
  const started = await startBerth({ database: kind });
  const { adminId: personId, folder, databaseUrl } = started;
  const beginnings = await prepareRuns(started, runs);
  const { secret: apiKey } = await started.berth.identity.createApiKey({ personId, name: "kill" });
  await started.berth.close();
  const place: Place = { folder, ...(databaseUrl === undefined ? {} : { databaseUrl }) };
  let killed = 0;

  return {
    async killNext() {
      const places = runs.map(({ organization, moments }): DoomedPlace => {
        const moment = moments[killed];
        if (moment === undefined) throw new Error(`${organization} has no moment ${killed}.`);
        return { organization, moment, ...(killed === 0 ? beginnings.get(organization) : {}) };
      });
      await killOne({ ...place, apiKey, places });
      killed += 1;
    },
    open: () => openAftermath(place, apiKey, runs),
    [Symbol.asyncDispose]: () => started[Symbol.asyncDispose](),
  };
}

type Beginning = Pick<DoomedPlace, "install" | "uninstall">;

async function prepareRuns(
  { berth, admin, adminId, publisher, install }: StartedBerth,
  runs: readonly DoomedRun[],
): Promise<ReadonlyMap<string, Beginning>> {
  const published = new Map<string, PublishedApp>();
  const beginnings = new Map<string, Beginning>();
  for (const { organization, kind, app } of runs) {
    const release = published.get(app.manifest.id) ?? (await publisher.publish(app));
    published.set(app.manifest.id, release);
    const owned = { slug: organization, name: organization, ownerId: adminId };
    await berth.identity.createOrganization(owned);
    const { app: name, version } = release;
    beginnings.set(
      organization,
      kind === "uninstall"
        ? { uninstall: await install(release, {}, { client: admin, organization }) }
        : { install: { app: name, version, consent: await consentTo(admin, release) } },
    );
  }
  return beginnings;
}

async function openAftermath(
  place: Place,
  apiKey: string,
  doomed: readonly DoomedRun[],
): Promise<Aftermath> {
  const berth = await createBerth({
    ...place,
    assets: { consoleFolder: null, frameBootstrap: "" },
    posture: "first-ask",
    logger: silentLogger,
  });
  try {
    const client = createClient({ baseUrl: `http://127.0.0.1:${berth.port}`, apiKey });
    const runs = new Map<string, RunView>();
    for (const { organization } of doomed) {
      const id = await findNewestRun(berth, organization);
      const params = { organization, run: id };
      for await (const { data } of client.follow("followRun", { params })) {
        runs.set(organization, data);
      }
    }
    return {
      berth,
      client,
      runs,
      leftovers: (installation) => countLeftovers(berth, installation),
      [Symbol.asyncDispose]: () => berth.close(),
    };
  } catch (error) {
    await berth.close();
    throw error;
  }
}

async function findNewestRun({ database }: Berth, organization: string): Promise<string> {
  const { id } = await database.kysely
    .selectFrom("run")
    .innerJoin("organization", "organization.id", "run.organization_id")
    .select("run.id")
    .where("organization.slug", "=", organization)
    .orderBy("run.started_at", "desc")
    .executeTakeFirstOrThrow();
  return id;
}
