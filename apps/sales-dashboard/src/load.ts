/** Puts the data set into the installation's state, and reads it back. */
import type { State } from "@berth/sdk/server";
import data from "./data/box-office.json";
import { type Film, type FilmRow, filmOf, yearOf } from "./film.ts";

const prefix = "films/";
/** Written last: its presence says that all years are there. */
const markKey = "loaded";
const yearsPerCall = 50;

/** Loads the data set; loading it again writes the same. */
export async function loadFilms(state: State): Promise<number> {
  // The file is this app's own; its test holds it against the data set.
  const films = (data.films as unknown as FilmRow[]).map(filmOf);
  const byYear = Map.groupBy(films, yearOf);
  const entries = [...byYear].map(([year, value]) => ({ key: `${prefix}${year}`, value }));
  for (let at = 0; at < entries.length; at += yearsPerCall) {
    await state.putMany(entries.slice(at, at + yearsPerCall));
  }
  await state.put(markKey, { source: data.source, films: films.length });
  return films.length;
}

export async function isLoaded(state: State): Promise<boolean> {
  return (await state.get(markKey)) !== undefined;
}

/** Every film, by year of release. */
export async function readFilms(state: State): Promise<readonly Film[]> {
  const films: Film[] = [];
  for await (const { value } of state.entries<Film[]>(prefix)) films.push(...value);
  return films;
}
