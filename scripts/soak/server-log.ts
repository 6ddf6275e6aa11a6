/** The server's log, counted instead of kept: hostile apps make it long. */
import { Writable } from "node:stream";
import { type Logger, pino } from "pino";

const maxMessages = 200;

export interface ServerLog {
  readonly logger: Logger;
  /** Warnings and errors by level and message. */
  readonly counts: ReadonlyMap<string, number>;
}

export function countServerLog(): ServerLog {
  const counts = new Map<string, number>();
  const sink = new Writable({
    decodeStrings: false,
    write(line: string, _encoding, done) {
      const { level, msg, err } = JSON.parse(line) as {
        readonly level: number;
        readonly msg: string;
        readonly err?: { readonly message?: string };
      };
      const cause = err?.message === undefined ? "" : `: ${err.message.slice(0, 160)}`;
      const name = `${level >= 50 ? "error" : "warn"}: ${msg}${cause}`;
      if (counts.has(name) || counts.size < maxMessages) {
        counts.set(name, (counts.get(name) ?? 0) + 1);
      }
      done();
    },
  });
  return { logger: pino({ level: "warn" }, sink), counts };
}
