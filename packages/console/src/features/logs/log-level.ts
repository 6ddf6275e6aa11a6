import type { LogEntryView } from "@berth/protocol/api";

/** From the least to the most important. */
export const logLevels = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof logLevels)[number];

export function isAtLeast(level: LogLevel, wanted: LogLevel): boolean {
  return logLevels.indexOf(level) >= logLevels.indexOf(wanted);
}

/** One entry a line, for a file or a message. */
export function logText(entries: readonly LogEntryView[]): string {
  return entries
    .map(({ at, level, source, requestId, message }) =>
      [at, level.toUpperCase(), source, requestId ?? "-", message].join(" "),
    )
    .join("\n");
}
