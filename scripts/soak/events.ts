import type { Berth } from "@berth/server";

/** Counts what the pool tells of its cells from now on, with the cause where there is one. */
export function countEvents(cells: Berth["cells"]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  cells.onEvent((event) => {
    const cause = event.type === "cell-lost" ? ` by ${event.cause}` : "";
    const reason = event.type === "cell-stopped" ? `: ${event.reason}` : "";
    const limit = event.type === "limit-exceeded" ? `: ${event.limit}` : "";
    const name = `${event.type}${cause}${reason}${limit}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  });
  return counts;
}
