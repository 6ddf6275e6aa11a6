/**
 * A PostgreSQL server for one test run: its own folder, port and password, gone at the end.
 *
 * Listens on 127.0.0.1 only. PostgreSQL refuses to run as root, so a root caller runs it as the
 * system's user `postgres`.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { accessSync, constants } from "node:fs";
import { chown, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);
const startTimeoutMs = 30_000;
const startAttempts = 3;
const undurable = [
  ...["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"],
];

export interface TestPostgres extends AsyncDisposable {
  /** A superuser's, with the password. */
  readonly url: string;
  readonly folder: string;
  /** Stops the server and removes its folder; safe to call twice. */
  close(): Promise<void>;
}

export interface PostgresOptions {
  /** Commits reach the disk, as a measurement wants and a test does not. Default false. */
  readonly isDurable?: boolean;
}

/** @throws Error when PostgreSQL is not installed or does not start */
export async function startPostgres({
  isDurable = false,
}: PostgresOptions = {}): Promise<TestPostgres> {
  const programs = await findPrograms();
  const owner = await findOwner();
  const folder = await mkdtemp(join(tmpdir(), "berth-test-postgres-"));
  const password = randomBytes(16).toString("hex");
  const data = join(folder, "data");
  try {
    const passwordFile = join(folder, "password");
    await writeFile(passwordFile, password);
    if (owner !== undefined) {
      for (const path of [folder, passwordFile]) await chown(path, owner.uid, owner.gid);
    }
    const initdb = asOwner(owner, join(programs, "initdb"), [
      ...["--pgdata", data, "--username", "postgres", "--pwfile", passwordFile],
      ...["--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C", "--no-sync"],
    ]);
    await execute(initdb.command, initdb.options, { cwd: folder });
    const { server, port } = await startServer({ programs, owner, data, folder, isDurable });
    let closing: Promise<void> | undefined;
    const close = (): Promise<void> => {
      closing ??= stopServer(server).then(() => rm(folder, { recursive: true, force: true }));
      return closing;
    };
    const url = `postgres://postgres:${password}@127.0.0.1:${port}/postgres`;
    return { url, folder, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

interface Owner {
  readonly uid: number;
  readonly gid: number;
}

interface ServerPlace {
  readonly programs: string;
  readonly owner: Owner | undefined;
  readonly data: string;
  readonly folder: string;
  readonly isDurable: boolean;
}

async function startServer(place: ServerPlace): Promise<{ server: ChildProcess; port: number }> {
  let lastLog = "";
  for (let attempt = 0; attempt < startAttempts; attempt += 1) {
    // Another program may take the port between the look and the start: then the next one.
    const port = await findFreePort();
    const postgres = asOwner(place.owner, join(place.programs, "postgres"), [
      ...["-D", place.data, "-p", String(port), "-h", "127.0.0.1", "-k", ""],
      ...(place.isDurable ? [] : undurable),
      ...["-c", "max_connections=200"],
    ]);
    const server = spawn(postgres.command, postgres.options, {
      cwd: place.folder,
      stdio: ["ignore", "ignore", "pipe"],
      // Its own group: Ctrl-C reaches the tests first, and they still need the database to end.
      detached: true,
    });
    const outcome = await waitUntilReady(server);
    if (outcome.isReady) return { server, port };
    lastLog = outcome.log;
  }
  throw new Error(`PostgreSQL did not start:\n${lastLog}`);
}

function waitUntilReady(server: ChildProcess): Promise<{ isReady: boolean; log: string }> {
  return new Promise((resolve) => {
    let log = "";
    const timer = setTimeout(() => finish(false), startTimeoutMs);
    const finish = (isReady: boolean): void => {
      clearTimeout(timer);
      if (!isReady) server.kill("SIGQUIT");
      resolve({ isReady, log });
    };
    server.once("error", (error) => {
      log += error.message;
      finish(false);
    });
    server.once("exit", () => finish(false));
    server.stderr?.setEncoding("utf8").on("data", (text: string) => {
      // Only the start is read; later the pipe is drained, so that the server never blocks on it.
      if (log.length < 65_536) log += text;
      if (log.includes("ready to accept connections")) finish(true);
    });
  });
}

async function stopServer(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, "exit");
  // "Fast" shutdown: open connections are ended, the data folder is left clean.
  server.kill("SIGINT");
  await exited;
}

function asOwner(owner: Owner | undefined, program: string, options: readonly string[]) {
  if (owner === undefined) return { command: program, options: [...options] };
  const identity = [`--reuid=${owner.uid}`, `--regid=${owner.gid}`, "--clear-groups"];
  return { command: "setpriv", options: [...identity, program, ...options] };
}

async function findOwner(): Promise<Owner | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const [uid, gid] = await Promise.all(
    ["-u", "-g"].map(async (flag) => Number((await execute("id", [flag, "postgres"])).stdout)),
  );
  if (uid === undefined || gid === undefined || !(uid > 0)) {
    throw new Error('There is no system user "postgres"; install PostgreSQL from your system.');
  }
  return { uid, gid };
}

/** The folder that holds `initdb` and `postgres`: on PATH, or where Debian keeps it, newest first. */
async function findPrograms(): Promise<string> {
  const debian = "/usr/lib/postgresql";
  const versions = await readdir(debian).catch((): string[] => []); // Not Debian: PATH decides.
  const newestFirst = versions.sort((a, b) => Number(b) - Number(a));
  const candidates = [
    ...newestFirst.map((version) => join(debian, version, "bin")),
    ...(process.env.PATH ?? "").split(delimiter),
  ];
  for (const folder of candidates) {
    if (isExecutable(join(folder, "initdb")) && isExecutable(join(folder, "postgres"))) {
      return folder;
    }
  }
  throw new Error("PostgreSQL's initdb is not on this machine; `npm test` says how to install it.");
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Absent or not executable: the next folder is tried.
    return false;
  }
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string")
    throw new Error("No free port on 127.0.0.1.");
  return address.port;
}
