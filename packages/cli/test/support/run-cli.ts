/** Runs the real command as a process of its own, without a terminal, with a home of its own. */
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

const { PATH, NODE_COMPILE_CACHE } = process.env;
const nodeEnv = { PATH, ...(NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE }) };

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** stdout as JSON. @throws SyntaxError */
  json<T = Record<string, unknown>>(): T;
}

export interface Home extends AsyncDisposable {
  /** An empty folder to work in. */
  readonly path: string;
  run(argv: readonly string[], options?: RunOptions): Promise<CliResult>;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export async function createHome(): Promise<Home> {
  const path = await mkdtemp(join(tmpdir(), "berth-cli-"));
  return {
    path,
    async run(argv, { cwd = path, env = {} } = {}) {
      const child = spawn(process.execPath, ["--conditions=berth-source", main, ...argv], {
        cwd,
        stdio: ["ignore", "pipe", "pipe"],
        env: { ...nodeEnv, HOME: path, XDG_CONFIG_HOME: join(path, "config"), ...env },
      });
      const exited = new Promise<number | null>((resolve, reject) => {
        child.once("error", reject);
        child.once("exit", resolve);
      });
      const [stdout, stderr, code] = await Promise.all([
        ...([text(child.stdout), text(child.stderr), exited] as const),
      ]);
      return { code, stdout, stderr, json: <T>() => JSON.parse(stdout) as T };
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}
