/** The `berth` command as a person runs it: a process, without a terminal, with a home of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../packages/cli/src/main.ts", import.meta.url));

export interface CommandPlace {
  readonly cwd: string;
  /** Holds what the person keeps: login and keys. */
  readonly configFolder: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** stdout as JSON. @throws SyntaxError */
  json<T = Record<string, unknown>>(): T;
}

function start(argv: readonly string[], { configFolder, cwd, env = {} }: CommandPlace) {
  return spawn(process.execPath, ["--conditions=berth-source", main, ...argv], {
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, HOME: cwd, XDG_CONFIG_HOME: configFolder, ...env },
  });
}

async function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const [code] = (await once(child, "exit")) as [number | null];
  return code;
}

export async function berthCommand(
  argv: readonly string[],
  place: CommandPlace,
): Promise<CommandResult> {
  const child = start(argv, place);
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    exitOf(child),
  ]);
  return { code, stdout, stderr, json: <T>() => JSON.parse(stdout) as T };
}

export interface ServedBerth extends AsyncDisposable {
  readonly origin: string;
  readonly port: number;
  readonly signInLink: string;
  readonly operatorLink: string;
  readonly pid: number;
  /** Its exit code, once it has ended. */
  readonly exited: Promise<number | null>;
  /** Asks it to end and returns its exit code. */
  stop(signal?: "SIGINT" | "SIGTERM"): Promise<number | null>;
}

/** `berth serve --json`, once it is open. @throws Error with its stderr when it ends before */
export async function berthServe(
  argv: readonly string[],
  place: CommandPlace,
): Promise<ServedBerth> {
  const child = start(["serve", "--json", ...argv], place);
  const stderr = text(child.stderr);
  const stop = async (signal: "SIGINT" | "SIGTERM" = "SIGTERM") => {
    child.kill(signal);
    return exitOf(child);
  };
  for await (const line of createInterface(child.stdout)) {
    const event = JSON.parse(line) as { type: string } & Omit<
      ServedBerth,
      "stop" | "pid" | "exited"
    >;
    if (event.type !== "open") continue;
    const { origin, port, signInLink, operatorLink } = event;
    // Nothing more is awaited from it, but a full pipe would hold it up.
    child.stdout.resume();
    return {
      origin,
      port,
      signInLink,
      operatorLink,
      pid: child.pid ?? -1,
      exited: exitOf(child),
      stop,
      [Symbol.asyncDispose]: async () => void (await stop()),
    };
  }
  throw new Error(`berth serve ended with ${await exitOf(child)}: ${await stderr}`);
}
