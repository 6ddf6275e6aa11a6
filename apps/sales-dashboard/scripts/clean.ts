/** From the raw data set to what the dashboard holds; README says what is mended and why. */
import type { FilmRow } from "../src/film.ts";

export interface RawFilm {
  readonly Title: string | number | null;
  readonly "Release Date": string;
  readonly Distributor: string | null;
  readonly "Major Genre": string | null;
  readonly "Production Budget": number | null;
  readonly "US Gross": number | null;
  readonly "Worldwide Gross": number | null;
}

/** The data set was gathered in 2010; a later year is a two-digit year of the last century. */
const lastYear = 2011;
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Films with a title and with sales, in order of release, then of title. */
export function cleanFilms(raw: readonly RawFilm[]): readonly FilmRow[] {
  const rows = raw.flatMap((film): FilmRow[] => {
    const worldwide = film["Worldwide Gross"];
    if (film.Title === null || !worldwide) return [];
    return [
      [
        String(film.Title),
        isoDate(film["Release Date"]),
        film.Distributor ?? "Unknown",
        film["Major Genre"] ?? "Unknown",
        film["Production Budget"],
        film["US Gross"] ?? 0,
        worldwide,
      ],
    ];
  });
  const order = (row: FilmRow) => `${row[1]} ${row[0]} ${row[6]}`;
  return rows.sort((a, b) => (order(a) < order(b) ? -1 : 1));
}

function isoDate(text: string): string {
  const [, month = "", day, year] = /^(\w{3}) (\d{2}) (\d{4})$/.exec(text) ?? [];
  const number = months.indexOf(month) + 1;
  if (number === 0)
    throw new Error(`The release date ${JSON.stringify(text)} is not like Jun 12 1998.`);
  const given = Number(year);
  const actual = given > lastYear ? given - 100 : given;
  return `${actual}-${String(number).padStart(2, "0")}-${day}`;
}
