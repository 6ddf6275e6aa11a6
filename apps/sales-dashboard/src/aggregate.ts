/** Sums over films. Money is in whole US dollars. */
import { type Film, yearOf } from "./film.ts";

export type Measure = "worldwide" | "domestic";

export interface Totals {
  readonly films: number;
  readonly sales: number;
  /** Of the films whose budget is known. */
  readonly budget: number;
  /** Sales over budget, of the films whose budget is known; null without any. */
  readonly returnOnBudget: number | null;
  readonly best: { readonly title: string; readonly sales: number } | null;
}

export interface Group {
  readonly name: string;
  readonly films: number;
  readonly sales: number;
}

export function totalsOf(films: readonly Film[], measure: Measure): Totals {
  let sales = 0;
  let budget = 0;
  let budgetedSales = 0;
  let best: Film | undefined;
  for (const film of films) {
    sales += film[measure];
    if (film.budget !== null) {
      budget += film.budget;
      budgetedSales += film[measure];
    }
    if (!best || film[measure] > best[measure]) best = film;
  }
  return {
    films: films.length,
    sales,
    budget,
    returnOnBudget: budget > 0 ? budgetedSales / budget : null,
    best: best ? { title: best.title, sales: best[measure] } : null,
  };
}

/** One group a year from the first to the last, years without films included. */
export function byYear(films: readonly Film[], measure: Measure): readonly Group[] {
  const groups = groupBy(films, measure, (film) => String(yearOf(film)));
  const years = [...groups.keys()].map(Number);
  if (years.length === 0) return [];
  const first = Math.min(...years);
  return Array.from({ length: Math.max(...years) - first + 1 }, (_, index) => {
    const name = String(first + index);
    return groups.get(name) ?? { name, films: 0, sales: 0 };
  });
}

/** The groups with most sales first; several beyond `top` are summed as "Others". */
export function byField(
  films: readonly Film[],
  measure: Measure,
  field: "genre" | "distributor",
  top: number,
): readonly Group[] {
  const groups = [...groupBy(films, measure, (film) => film[field]).values()];
  groups.sort((a, b) => b.sales - a.sales || (a.name < b.name ? -1 : 1));
  const others = groups.slice(top);
  if (others.length <= 1) return groups;
  return [
    ...groups.slice(0, top),
    {
      name: `Others (${others.length})`,
      films: others.reduce((sum, group) => sum + group.films, 0),
      sales: others.reduce((sum, group) => sum + group.sales, 0),
    },
  ];
}

function groupBy(
  films: readonly Film[],
  measure: Measure,
  nameOf: (film: Film) => string,
): Map<string, Group> {
  const groups = new Map<string, Group>();
  for (const film of films) {
    const name = nameOf(film);
    const group = groups.get(name) ?? { name, films: 0, sales: 0 };
    groups.set(name, { name, films: group.films + 1, sales: group.sales + film[measure] });
  }
  return groups;
}
