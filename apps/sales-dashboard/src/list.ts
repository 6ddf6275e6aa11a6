/** The list of films: sorted, a page at a time. */
import type { Film } from "./film.ts";
import { BadQuery } from "./filter.ts";

const sortKeys = [
  "title",
  "releasedOn",
  "distributor",
  "genre",
  "budget",
  "domestic",
  "worldwide",
] as const;
export type SortKey = (typeof sortKeys)[number];

export interface Listing {
  readonly sort: SortKey;
  readonly direction: "ascending" | "descending";
  /** From 1. */
  readonly page: number;
}

export const pageSize = 15;

/** @throws BadQuery */
export function parseListing(query: URLSearchParams, sortByDefault: SortKey): Listing {
  const sort = query.get("sort") ?? sortByDefault;
  const direction = query.get("direction") ?? "descending";
  const page = query.get("page") ?? "1";
  if (!isSortKey(sort)) {
    throw new BadQuery(
      `sort is ${JSON.stringify(sort.slice(0, 40))}; expected one of ${sortKeys.join(", ")}.`,
    );
  }
  if (direction !== "ascending" && direction !== "descending") {
    throw new BadQuery(
      `direction is ${JSON.stringify(direction.slice(0, 40))}; expected ascending or descending.`,
    );
  }
  if (!/^[1-9]\d{0,4}$/.test(page)) {
    throw new BadQuery(`page is ${JSON.stringify(page.slice(0, 40))}; expected a number from 1.`);
  }
  return { sort, direction, page: Number(page) };
}

function isSortKey(text: string): text is SortKey {
  return (sortKeys as readonly string[]).includes(text);
}

export interface Page {
  readonly films: readonly Film[];
  readonly total: number;
  readonly page: number;
  readonly pages: number;
}

/** A page beyond the last is the last. Unknown budgets stand at the end either way. */
export function pageOf(films: readonly Film[], { direction, page, sort }: Listing): Page {
  const sign = direction === "ascending" ? 1 : -1;
  const sorted = [...films].sort((a, b) => {
    const [left, right] = [a[sort], b[sort]];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    if (left !== right) return left < right ? -sign : sign;
    return a.title < b.title ? -1 : 1;
  });
  const pages = Math.max(1, Math.ceil(films.length / pageSize));
  const current = Math.min(page, pages);
  const start = (current - 1) * pageSize;
  return {
    films: sorted.slice(start, start + pageSize),
    total: films.length,
    page: current,
    pages,
  };
}
