/** Which films a request is about, from its query; wrong values are named. */
import { type Film, yearOf } from "./film.ts";

export interface Filter {
  readonly fromYear: number | undefined;
  readonly toYear: number | undefined;
  readonly genre: string | undefined;
  readonly distributor: string | undefined;
  readonly search: string | undefined;
}

/** What the app answers with status 400. */
export class BadQuery extends Error {
  override readonly name = "BadQuery";
}

/** @throws BadQuery naming the parameter, its value and what was expected */
export function parseFilter(query: URLSearchParams): Filter {
  const fromYear = parseYear(query, "from");
  const toYear = parseYear(query, "to");
  if (fromYear !== undefined && toYear !== undefined && fromYear > toYear) {
    throw new BadQuery(`from is ${fromYear}, which is after to, ${toYear}; exchange them.`);
  }
  return {
    fromYear,
    toYear,
    genre: query.get("genre") || undefined,
    distributor: query.get("distributor") || undefined,
    search: query.get("search")?.trim().toLowerCase() || undefined,
  };
}

function parseYear(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (!text) return undefined;
  if (/^\d{4}$/.test(text)) return Number(text);
  throw new BadQuery(
    `${name} is ${JSON.stringify(text.slice(0, 40))}; expected a year, such as 1998.`,
  );
}

export function filterFilms(films: readonly Film[], filter: Filter): readonly Film[] {
  const { distributor, fromYear, genre, search, toYear } = filter;
  return films.filter((film) => {
    const year = yearOf(film);
    return (
      (fromYear === undefined || year >= fromYear) &&
      (toYear === undefined || year <= toYear) &&
      (genre === undefined || film.genre === genre) &&
      (distributor === undefined || film.distributor === distributor) &&
      (search === undefined || film.title.toLowerCase().includes(search))
    );
  });
}
