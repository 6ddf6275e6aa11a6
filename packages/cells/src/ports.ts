/** The powers that a pool is given from outside, beside the file system and processes. */

/** The shape of pino, so that a pino logger fits as it is. */
export interface CellLogger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface CellClock {
  /** Milliseconds; only differences are used, and `at` of log entries. */
  now(): number;
}

export const systemClock: CellClock = Object.freeze({ now: () => Date.now() });
