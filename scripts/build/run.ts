/** Runs a program of this checkout and waits for it. */
import { spawn } from "node:child_process";
import { delimiter, join } from "node:path";

export interface RunPlace {
  /** The repository, whose `node_modules/.bin` comes first on PATH: Node 24 is found there. */
  readonly root: string;
  readonly folder: string;
  readonly isShell?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

/** @throws Error when the program does not start or exits with anything but 0 */
export async function run(
  command: string,
  options: readonly string[],
  place: RunPlace,
): Promise<void> {
  const code = await exitCode(command, options, place);
  if (code !== 0) {
    throw new Error(`${[command, ...options].join(" ")} failed with exit code ${code}.`);
  }
}

/** A program that a signal ended counts as exit code 1. */
export function exitCode(
  command: string,
  options: readonly string[],
  { root, folder, isShell = false, env = {} }: RunPlace,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...options], {
      cwd: folder,
      shell: isShell,
      stdio: ["ignore", "inherit", "inherit"],
      env: { ...process.env, ...env, PATH: pathOf(root) },
    });
    child.once("error", (error) => reject(new Error(`${command} did not start`, { cause: error })));
    child.once("exit", (code) => resolve(code ?? 1));
  });
}

export function pathOf(root: string): string {
  return [join(root, "node_modules/.bin"), process.env.PATH ?? ""].join(delimiter);
}
