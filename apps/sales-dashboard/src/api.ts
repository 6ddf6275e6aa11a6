/** What the view asks of its function. */
import type { View } from "@berth/sdk/view";
import type { Group, Measure, Totals } from "./aggregate.ts";
import type { Listing, Page } from "./list.ts";

export interface Options {
  readonly title: string;
  readonly measure: Measure;
  readonly genres: readonly string[];
  readonly distributors: readonly string[];
  readonly years: readonly number[];
}

export interface Summary {
  readonly totals: Totals;
  readonly byYear: readonly Group[];
  readonly byGenre: readonly Group[];
  readonly byDistributor: readonly Group[];
}

/** As the view keeps it; null: all. */
export interface Choice {
  readonly genre: string | null;
  readonly distributor: string | null;
  readonly from: string | null;
  readonly to: string | null;
}

export const everything: Choice = { genre: null, distributor: null, from: null, to: null };

export function fetchOptions(view: View): Promise<Options> {
  return ask(view, "/api/sales/options");
}

export function fetchSummary(view: View, choice: Choice): Promise<Summary> {
  return ask(view, `/api/sales/summary?${queryOf(choice)}`);
}

export function fetchFilms(view: View, choice: Choice, listing: Listing): Promise<Page> {
  const query = queryOf(choice);
  for (const [name, value] of Object.entries(listing)) query.set(name, String(value));
  return ask(view, `/api/sales/films?${query}`);
}

function queryOf(choice: Choice): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(choice)) if (value !== null) query.set(name, value);
  return query;
}

/** @throws Error with the function's own sentence */
async function ask<T>(view: View, path: string): Promise<T> {
  const answer = await view.fetch(path);
  if (answer.ok) return (await answer.json()) as T;
  const { error } = (await answer.json().catch(() => ({}))) as { error?: string };
  throw new Error(error ?? `The app answered ${answer.status}.`);
}
