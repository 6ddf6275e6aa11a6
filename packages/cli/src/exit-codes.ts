/** What the exit code of `berth` means; scripts depend on it, so a code is never reused. */
import { errorTable, isBerthError } from "@berth/protocol";

export const exitCodes = Object.freeze({
  ok: 0,
  /** It failed, and neither another command line nor waiting mends it by itself. */
  failed: 1,
  /** The command line has an unknown or wrong option. */
  usage: 2,
  notFound: 3,
  /** Not signed in, not allowed, or a question was answered with no. */
  refused: 4,
  /** Something is in the way: the version, the file or the state. */
  conflict: 5,
  /** The server does not answer, or says that the same command may succeed later. */
  retryable: 6,
  /** What was to be verified was read, and does not hold. */
  disproved: 7,
  /** Ended by Ctrl-C or SIGTERM. */
  interrupted: 130,
});

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** The exit code that an error ends the command with. */
export function exitCodeOf(error: unknown): ExitCode {
  if (!isBerthError(error)) return exitCodes.failed;
  if (error.code === "OPTION_INVALID") return exitCodes.usage;
  const { httpStatus, isRetryable } = errorTable[error.code];
  if (isRetryable) return exitCodes.retryable;
  if (httpStatus === 404) return exitCodes.notFound;
  if (httpStatus === 401 || httpStatus === 403) return exitCodes.refused;
  if (httpStatus === 409) return exitCodes.conflict;
  return exitCodes.failed;
}
