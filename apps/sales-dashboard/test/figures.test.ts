import { describe, expect, it } from "vitest";
import { byField, byYear, totalsOf } from "../src/aggregate.ts";
import kept from "../src/data/box-office.json" with { type: "json" };
import { type Film, type FilmRow, filmOf } from "../src/film.ts";
import { filterFilms, parseFilter } from "../src/filter.ts";
import { pageOf, pageSize, parseListing } from "../src/list.ts";
import { formatMoney } from "../src/money.ts";

const all = (kept.films as unknown as FilmRow[]).map(filmOf);

function film(over: Partial<Film>): Film {
  const base = { title: "A", releasedOn: "2000-01-01", distributor: "X", genre: "Drama" };
  return { ...base, budget: null, domestic: 1, worldwide: 2, ...over };
}

const query = (text: string) => new URLSearchParams(text);

describe("totalsOf", () => {
  it("counts the return only over films whose budget is known", () => {
    const films = [film({ worldwide: 30, budget: 10 }), film({ title: "B", worldwide: 100 })];
    expect(totalsOf(films, "worldwide")).toEqual({
      ...{ films: 2, sales: 130, budget: 10, returnOnBudget: 3 },
      best: { title: "B", sales: 100 },
    });
  });

  it("has no return and no best seller without films", () => {
    const nothing = { films: 0, sales: 0, budget: 0, returnOnBudget: null, best: null };
    expect(totalsOf([], "domestic")).toEqual(nothing);
  });

  it("finds the best seller of the real data", () => {
    expect(totalsOf(all, "worldwide").best).toEqual({ title: "Avatar", sales: 2_767_891_499 });
  });
});

describe("groups", () => {
  it("gives every year between the first and the last", () => {
    const films = [film({ releasedOn: "1999-05-01" }), film({ releasedOn: "2001-05-01" })];
    expect(byYear(films, "domestic")).toEqual([
      { name: "1999", films: 1, sales: 1 },
      { name: "2000", films: 0, sales: 0 },
      { name: "2001", films: 1, sales: 1 },
    ]);
    expect(byYear([], "domestic")).toEqual([]);
  });

  it("sums what is beyond the top, so that nothing is lost", () => {
    const groups = byField(all, "worldwide", "distributor", 10);
    expect(groups).toHaveLength(11);
    expect(groups.at(-1)?.name).toMatch(/^Others \(\d+\)$/);
    const sum = groups.reduce((total, { sales }) => total + sales, 0);
    expect(sum).toBe(totalsOf(all, "worldwide").sales);
  });
});

it("names a group rather than calling it the only other", () => {
  const films = ["a", "b", "c"].map((genre) => film({ genre }));
  const names = (top: number) => byField(films, "domestic", "genre", top).map(({ name }) => name);
  expect(names(2)).toEqual(["a", "b", "c"]);
  expect(names(1)).toEqual(["a", "Others (2)"]);
});

describe("filter", () => {
  it("keeps films within all limits together, years included", () => {
    const chosen = filterFilms(all, parseFilter(query("from=1998&to=1999&genre=Drama&search=THE")));
    expect(chosen.length).toBeGreaterThan(0);
    for (const { genre, releasedOn, title } of chosen) {
      expect(genre).toBe("Drama");
      expect(releasedOn.slice(0, 4)).toMatch(/1998|1999/);
      expect(title.toLowerCase()).toContain("the");
    }
  });

  it("names a wrong year and years in the wrong order", () => {
    expect(() => parseFilter(query("from=98"))).toThrow('from is "98"; expected a year');
    expect(() => parseFilter(query("from=2001&to=2000"))).toThrow(
      "from is 2001, which is after to",
    );
  });
});

describe("list", () => {
  it("shows each film once over all pages, in order", () => {
    const listing = parseListing(query("sort=budget"), "worldwide");
    const { pages, total } = pageOf(all, listing);
    const seen = Array.from(
      { length: pages },
      (_, at) => pageOf(all, { ...listing, page: at + 1 }).films,
    ).flat();
    expect(seen).toHaveLength(total);
    expect(new Set(seen).size).toBe(total);
    const known = seen.map(({ budget }) => budget).filter((budget) => budget !== null);
    expect(known).toEqual([...known].sort((a, b) => b - a));
    expect(seen.at(-1)?.budget ?? null).toBe(known.length === total ? known.at(-1) : null);
  });

  it("gives the last page for one beyond it", () => {
    const page = pageOf(all.slice(0, pageSize + 1), parseListing(query("page=9"), "worldwide"));
    expect(page).toMatchObject({ page: 2, pages: 2, total: pageSize + 1 });
    expect(page.films).toHaveLength(1);
  });

  it.each(["sort=constructor", "direction=up", "page=0", "page=1e3"])("refuses %s", (text) => {
    expect(() => parseListing(query(text), "worldwide")).toThrow(/expected/);
  });
});

it("writes money short", () => {
  expect([0, 999, 146_083, 9_900_000, 760_167_650, 2_767_891_499].map(formatMoney)).toEqual([
    ...["$0", "$999", "$146K", "$9.9M", "$760M", "$2.8B"],
  ]);
});
