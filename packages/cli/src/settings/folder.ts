/** Where the command line keeps what is the person's own: `$XDG_CONFIG_HOME/berth`. */
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import { BerthError } from "@berth/protocol";
import type { CliContext } from "../context.ts";

export function settingsFolder({
  env,
  homeFolder,
}: Pick<CliContext, "env" | "homeFolder">): string {
  const base = env.XDG_CONFIG_HOME;
  // The XDG specification asks that relative values be ignored.
  return join(base && isAbsolute(base) ? base : join(homeFolder, ".config"), "berth");
}

/**
 * Writes a file that only its owner can read (0600, folder 0700), whole or not at all.
 *
 * @throws BerthError FILE_UNREADABLE when it cannot be written
 */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  const unfinished = `${path}.${process.pid}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await writeFile(unfinished, text, { mode: 0o600, flag: "wx" });
    await rename(unfinished, path);
  } catch (cause) {
    await rm(unfinished, { force: true });
    const code = (cause as NodeJS.ErrnoException).code ?? "unknown error";
    throw new BerthError(
      "FILE_UNREADABLE",
      `${path} cannot be written: ${code}. Check the folder's owner and space, or set XDG_CONFIG_HOME.`,
      { cause },
    );
  }
}
