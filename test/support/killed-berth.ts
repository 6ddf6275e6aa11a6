/** Kills Berths at chosen moments of a run, and opens what they leave behind. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { type BerthClient, createClient } from "@berth/client";
import type { ApiRoutes, RouteArguments, RunView } from "@berth/protocol/api";
import { type Berth, createBerth } from "@berth/server";
import type { DatabaseKind } from "./databases.ts";
import { countLeftovers } from "./leftovers.ts";
import { silentLogger, startBerth } from "./start-berth.ts";
import { consentTo, type TestApp } from "./test-app.ts";

export interface Moment {
  readonly step: string;
  readonly phase: "begun" | "committing" | "committed";
  readonly direction: "do" | "undo";
}

export interface DeadlyTask {
  readonly folder: string;
  readonly databaseUrl?: string;
  readonly apiKey: string;
  readonly moment: Moment;
  /** Neither this nor `uninstall`: goes on with the run that is there. */
  readonly install?: RouteArguments<ApiRoutes["install"]>["body"];
  /** The installation to remove. */
  readonly uninstall?: string;
}

/** One Berth that dies again and again. */
export interface Scene extends AsyncDisposable {
  /**
   * Opens it in a process of its own, which goes on with the run and is killed at the moment. The
   * first time it begins the run: an install, or an uninstall when the app is installed.
   *
   * @throws Error when the moment does not come
   */
  killAt(moment: Moment): Promise<void>;
  /** Opens it here, and waits until the run has ended. */
  open(): Promise<Aftermath>;
}

export interface Aftermath extends AsyncDisposable {
  readonly berth: Berth;
  readonly client: BerthClient;
  /** The only run that was going on, when it has ended. */
  readonly run: RunView;
  /** See leftovers.ts. */
  leftovers(): Promise<Readonly<Record<string, number>>>;
}

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

/** A Berth with one published app, closed. */
export async function prepareScene(
  kind: DatabaseKind,
  app: TestApp,
  { isInstalled }: { readonly isInstalled: boolean },
): Promise<Scene> {
  const started = await startBerth({ database: kind });
  const published = await started.publisher.publish(app);
  const uninstall = isInstalled ? await started.install(published) : undefined;
  const consent = await consentTo(started.admin, published);
  const { adminId: personId, folder, databaseUrl } = started;
  const { secret: apiKey } = await started.berth.identity.createApiKey({ personId, name: "kill" });
  await started.berth.close();
  const place = { folder, ...(databaseUrl === undefined ? {} : { databaseUrl }) };
  const { app: name, version } = published;
  let isBegun = false;

  return {
    async killAt(moment) {
      const beginning =
        uninstall === undefined ? { install: { app: name, version, consent } } : { uninstall };
      await killOne({ ...place, apiKey, moment, ...(isBegun ? {} : beginning) });
      isBegun = true;
    },
    async open() {
      const aftermath = await openAftermath(place, apiKey);
      return { ...aftermath, [Symbol.asyncDispose]: () => aftermath.berth.close() };
    },
    [Symbol.asyncDispose]: () => started[Symbol.asyncDispose](),
  };
}

async function openAftermath(
  place: { readonly folder: string; readonly databaseUrl?: string },
  apiKey: string,
): Promise<Omit<Aftermath, typeof Symbol.asyncDispose>> {
  const berth = await createBerth({
    ...place,
    assets: { consoleFolder: null, frameBootstrap: "" },
    posture: "first-ask",
    logger: silentLogger,
  });
  const client = createClient({ baseUrl: `http://127.0.0.1:${berth.port}`, apiKey });
  const { kysely } = berth.database;
  const { id } = await kysely
    .selectFrom("run")
    .select("id")
    .orderBy("started_at", "desc")
    .executeTakeFirstOrThrow();
  let run: RunView | undefined;
  const params = { organization: "acme", run: id };
  for await (const { data } of client.follow("followRun", { params })) run = data;
  if (run === undefined) throw new Error(`The stream of the run ${id} was empty.`);
  return {
    berth,
    client,
    run,
    leftovers: () => countLeftovers(berth),
  };
}
