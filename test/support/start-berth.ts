/**
 * A whole Berth for a test: real database, real cells, real HTTP, on a free port of loopback.
 *
 * `await using berth = await startBerth({ apps: [{ server: "…" }] })` gives one with the
 * organization `acme`, its admin, a publisher, and the apps published and installed through the
 * public API.
 */
import { request as httpRequest } from "node:http";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { type BerthClient, createClient } from "@berth/client";
import { BerthError, parseWireError } from "@berth/protocol";
import type { RunView } from "@berth/protocol/api";
import { type Berth, type BerthOptions, createBerth } from "@berth/server";
import { type Logger, pino } from "pino";
import { createPostgresDatabase, type DatabaseKind } from "./databases.ts";
import { countLeftovers } from "./leftovers.ts";
import {
  consentTo,
  createTestPublisher,
  type PublishedApp,
  type TestApp,
  type TestPublisher,
} from "./test-app.ts";
import { createTestFolder, prepareDatabase } from "./test-folder.ts";

export interface StartOptions {
  readonly apps?: readonly TestApp[];
  /** Default: the embedded one. */
  readonly database?: DatabaseKind;
  /** Everything else that a Berth can be made with. */
  readonly berth?: Partial<Omit<BerthOptions, "folder" | "databaseUrl">>;
}

export interface InstallTexts {
  readonly config?: Record<string, unknown>;
  readonly secrets?: Record<string, string>;
  readonly refuses?: readonly string[];
}

export interface StartedInstall {
  readonly installation: string;
  readonly run: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** @throws SyntaxError */
  json<T = unknown>(): T;
}

export interface CallInit {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface StartedBerth extends AsyncDisposable {
  readonly berth: Berth;
  readonly folder: string;
  /** What another process needs to open the same Berth. */
  readonly databaseUrl: string | undefined;
  /** Acts as the admin of `acme`, who is also the publisher `test`. */
  readonly admin: BerthClient;
  readonly adminId: string;
  readonly publisher: TestPublisher;
  /** Of the apps given, in their order. */
  readonly installed: readonly string[];
  /** The installation of the first app given. */
  readonly installation: string;
  /** Someone else, with an organization of their own. */
  addOrganization(slug: string): Promise<BerthClient>;
  startInstall(
    app: PublishedApp,
    texts?: InstallTexts,
    as?: { readonly client: BerthClient; readonly organization: string },
  ): Promise<StartedInstall>;
  /** Installs and waits. @throws what the run failed with */
  install(...args: Parameters<StartedBerth["startInstall"]>): Promise<string>;
  /** The run when it has ended, by its stream. */
  ended(run: string, client?: BerthClient, organization?: string): Promise<RunView>;
  viewToken(installation: string, client?: BerthClient, organization?: string): Promise<string>;
  /** A request to an installation's function, as its view makes it. */
  callFunction(
    installation: string,
    path: string,
    init?: CallInit & { readonly token?: string },
  ): Promise<Answer>;
  /** See leftovers.ts. */
  leftovers(): Promise<Readonly<Record<string, number>>>;
  /** Closes it and opens another on the same folder. */
  restart(options?: Partial<BerthOptions>): Promise<void>;
}

export const silentLogger: Logger = pino({ level: process.env.BERTH_TEST_LOG ?? "silent" });
/** No view is framed in these tests; browsers' tests give the real one. */
const assets = { consoleFolder: null, frameBootstrap: "" } as const;

/** A plain request, since no resolver knows the apps' hosts. */
export async function callHost(port: number, host: string, path: string, init: CallInit = {}) {
  const { method = "GET", headers = {}, body } = init;
  const response = await new Promise<import("node:http").IncomingMessage>((resolve, reject) => {
    const request = httpRequest(
      { host: "127.0.0.1", port, path, method, headers: { ...headers, host: `${host}:${port}` } },
      resolve,
    );
    request.on("error", reject);
    request.end(body);
  });
  const text = (await buffer(response)).toString();
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text,
    json: <T>() => JSON.parse(text) as T,
  } satisfies Answer;
}

export async function startBerth(options: StartOptions = {}): Promise<StartedBerth> {
  const kind = options.database ?? "pglite";
  const root = await createTestFolder();
  const folder = join(root.path, "data");
  const server = kind === "postgres" ? await createPostgresDatabase() : undefined;
  if (server === undefined) await prepareDatabase(folder);
  const open = (more: Partial<BerthOptions> = {}) =>
    createBerth({
      folder,
      assets,
      posture: "first-ask",
      logger: silentLogger,
      ...(server === undefined ? {} : { databaseUrl: server.url }),
      ...options.berth,
      ...more,
    });
  let berth = await open();

  const clientOf = async (personId: string): Promise<BerthClient> => {
    const { secret } = await berth.identity.createApiKey({ personId, name: "test" });
    return createClient({ baseUrl: `http://127.0.0.1:${berth.port}`, apiKey: secret });
  };
  const addPerson = async (name: string, slug: string) => {
    const person = await berth.identity.createPerson({ name, email: `${name}@${slug}.example` });
    await berth.identity.createOrganization({ slug, name: slug, ownerId: person.id });
    return person.id;
  };

  const adminId = await addPerson("ada", "acme");
  let admin = await clientOf(adminId);
  const publisher = await createTestPublisher(admin, "test");

  const installed: string[] = [];
  const started: StartedBerth = {
    get berth() {
      return berth;
    },
    get admin() {
      return admin;
    },
    get installation() {
      const [first] = installed;
      if (first === undefined) throw new Error("No app was given to startBerth.");
      return first;
    },
    adminId,
    folder,
    databaseUrl: server?.url,
    publisher,
    installed,
    async addOrganization(slug) {
      return clientOf(await addPerson("owner", slug));
    },
    async startInstall(app, texts = {}, as = { client: admin, organization: "acme" }) {
      const { config = {}, secrets = {}, refuses = [] } = texts;
      return as.client.call("install", {
        params: { organization: as.organization },
        body: {
          app: app.app,
          version: app.version,
          consent: await consentTo(as.client, app, refuses),
          config,
          secrets,
        },
      });
    },
    async install(app, texts, as) {
      const { installation, run } = await started.startInstall(app, texts, as);
      const { state, error } = await started.ended(run, as?.client, as?.organization);
      if (state === "done") return installation;
      throw error === null
        ? new BerthError("INSTALL_FAILED", `The run ended as ${state}.`)
        : parseWireError(error);
    },
    async ended(run, client = admin, organization = "acme") {
      let last: RunView | undefined;
      const params = { organization, run };
      for await (const { data } of client.follow("followRun", { params })) last = data;
      if (last === undefined) throw new Error(`The stream of the run ${run} was empty.`);
      return last;
    },
    async viewToken(installation, client = admin, organization = "acme") {
      const params = { organization, installation };
      return (await client.call("openView", { params, body: {} })).token;
    },
    async callFunction(installation, path, { token, ...init } = {}) {
      const bearer = token ?? (await started.viewToken(installation));
      return callHost(berth.port, `${installation}.apps.localhost`, path, {
        ...init,
        headers: { authorization: `Bearer ${bearer}`, ...init.headers },
      });
    },
    leftovers: () => countLeftovers(berth),
    async restart(more) {
      await berth.close();
      berth = await open(more);
      admin = await clientOf(adminId);
    },
    async [Symbol.asyncDispose]() {
      await berth.close();
      await server?.drop();
      await root.release();
    },
  };
  try {
    for (const app of options.apps ?? []) {
      installed.push(await started.install(await publisher.publish(app)));
    }
    return started;
  } catch (error) {
    await started[Symbol.asyncDispose]();
    throw error;
  }
}
