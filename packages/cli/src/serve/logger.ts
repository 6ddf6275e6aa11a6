/** Where a running Berth writes what happens: a file in its data folder, or stderr. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { BerthError } from "@berth/protocol";
import { type Logger, pino } from "pino";

export const logFileName = "berth.log";

/** @throws BerthError FILE_UNREADABLE when the file cannot be written */
export function openLogger(folder: string, isVerbose: boolean): Logger {
  const level = isVerbose ? "debug" : "info";
  if (isVerbose) return pino({ level }, pino.destination({ dest: 2, sync: true }));
  const dest = join(folder, logFileName);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return pino({ level }, pino.destination({ dest, sync: true, mode: 0o600 }));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new BerthError(
      "FILE_UNREADABLE",
      `The log ${dest} cannot be written: ${code}; choose another folder by --data-dir.`,
      { cause },
    );
  }
}
