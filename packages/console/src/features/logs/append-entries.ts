import type { LogEntryView } from "@berth/protocol/api";

/** As many as a page can show without growing slow. */
export const maxEntries = 2_000;

/** Puts new entries after those held, each id once, and drops the oldest beyond the bound. */
export function appendEntries(
  held: readonly LogEntryView[],
  arrived: readonly LogEntryView[],
  max = maxEntries,
): readonly LogEntryView[] {
  const known = new Set(held.map((entry) => entry.id));
  const fresh = arrived.filter((entry) => !known.has(entry.id) && known.add(entry.id));
  return fresh.length === 0 ? held : [...held, ...fresh].slice(-max);
}
