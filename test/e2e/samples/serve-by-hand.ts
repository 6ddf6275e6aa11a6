/** `berth serve` as a person starts it: plain output, and Ctrl-C to end it. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const linkPattern = /https?:\/\/\S+\/sign-in\/link#token=\S+/;

export interface ServingBerth extends AsyncDisposable {
  readonly origin: string;
  /** The address that was printed, with its single-use token. */
  readonly signInLink: string;
  /** What had been printed when the link appeared, on both outputs. */
  readonly printed: { readonly stdout: string; stderr(): string };
  /** As Ctrl-C in a terminal: every process of the group gets the signal. Returns the exit code. */
  interrupt(): Promise<number | null>;
}

/** Resolves once the sign-in link is printed. @throws Error with its stderr when it ends before */
export async function serveByHand(argv: readonly string[]): Promise<ServingBerth> {
  const child = spawn(
    process.execPath,
    ["--conditions=berth-source", "packages/cli/src/main.ts", "serve", ...argv],
    { cwd: root, stdio: ["ignore", "pipe", "pipe"], detached: true },
  );
  const exited = once(child, "exit") as Promise<[number | null]>;
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    errors += chunk;
  });
  const interrupt = async () => {
    const isOver = child.exitCode !== null || child.signalCode !== null;
    if (!isOver && child.pid !== undefined) process.kill(-child.pid, "SIGINT");
    return (await exited)[0];
  };
  let stdout = "";
  for await (const line of createInterface(child.stdout)) {
    stdout += `${line}\n`;
    const [signInLink] = linkPattern.exec(line) ?? [];
    if (signInLink === undefined) continue;
    // Nothing more is read from it, but a full pipe would hold it up.
    child.stdout.resume();
    return {
      origin: new URL(signInLink).origin,
      signInLink,
      printed: { stdout, stderr: () => errors },
      interrupt,
      [Symbol.asyncDispose]: async () => void (await interrupt()),
    };
  }
  throw new Error(`berth serve ended with ${(await exited)[0]}:\n${stdout}${errors}`);
}

/** `berth serve` where it cannot: runs to its end. */
export async function serveInVain(argv: readonly string[]) {
  const child = spawn(
    process.execPath,
    ["--conditions=berth-source", "packages/cli/src/main.ts", "serve", ...argv],
    { cwd: root, stdio: ["ignore", "pipe", "pipe"] },
  );
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "exit") as Promise<[number | null]>,
  ]);
  return { code, stdout, stderr };
}

/** A port that nobody listens on now. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("No port was given.");
  return address.port;
}
