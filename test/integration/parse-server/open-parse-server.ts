/** A real Parse Server on a real PostgreSQL, both on loopback and gone when the tests are. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startPostgres, type TestPostgres } from "../../../scripts/test/postgres.ts";
import { createPostgresDatabase } from "../../support/databases.ts";

export const applicationId = "product";
export const restApiKey = "rest";

export interface User {
  readonly id: string;
  readonly token: string;
}

export interface ParseServerUnderTest extends AsyncDisposable {
  readonly baseURL: string;
  readonly process: ChildProcess;
  signUp(name: string): Promise<User>;
  /** A call without Berth. */
  call(
    method: string,
    path: string,
    options?: { readonly token?: string; readonly body?: unknown },
  ): Promise<{ readonly status: number; readonly json: Record<string, unknown> }>;
}

export async function openParseServer(): Promise<ParseServerUnderTest> {
  await using stack = new AsyncDisposableStack();
  const database = await openDatabase(stack);
  // It writes its logs where it stands.
  const folder = await mkdtemp(join(tmpdir(), "berth-parse-server-"));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  const child = fork(fileURLToPath(new URL("serve.ts", import.meta.url)), {
    cwd: folder,
    execArgv: ["--no-warnings"],
    env: { ...process.env, DATABASE_URL: database },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  stack.defer(async () => {
    if (child.exitCode !== null) return;
    const exited = once(child, "exit");
    child.kill("SIGCONT");
    child.disconnect();
    await exited;
  });
  const [{ port }] = (await Promise.race([
    once(child, "message"),
    once(child, "exit").then(([code]) => {
      throw new Error(`Parse Server did not start; it ended with ${String(code)}.`);
    }),
  ])) as [{ port: number }];
  const baseURL = `http://127.0.0.1:${port}/parse`;
  const call: ParseServerUnderTest["call"] = async (method, path, { token, body } = {}) => {
    const response = await fetch(baseURL + path, {
      method,
      headers: {
        "x-parse-application-id": applicationId,
        "x-parse-rest-api-key": restApiKey,
        "content-type": "application/json",
        ...(token === undefined ? {} : { "x-parse-session-token": token }),
      },
      body: body === undefined ? null : JSON.stringify(body),
    });
    return { status: response.status, json: (await response.json()) as Record<string, unknown> };
  };
  const owned = stack.move();
  return {
    baseURL,
    process: child,
    call,
    async signUp(username) {
      const { json } = await call("POST", "/users", { body: { username, password: username } });
      return { id: String(json.objectId), token: String(json.sessionToken) };
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** The test run's own server where there is one; a file that is run alone starts its own. */
async function openDatabase(stack: AsyncDisposableStack): Promise<string> {
  if (process.env.BERTH_TEST_POSTGRES_URL === undefined) {
    const postgres: TestPostgres = stack.use(await startPostgres());
    return postgres.url;
  }
  const database = await createPostgresDatabase();
  stack.defer(() => database.drop());
  return database.url;
}
