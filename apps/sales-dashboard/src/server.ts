/** The dashboard's function: loads the data at install, answers figures. */
import { type BerthContext, defineApp } from "@berth/sdk/server";
import { byField, byYear, type Measure, totalsOf } from "./aggregate.ts";
import { type Film, yearOf } from "./film.ts";
import { BadQuery, filterFilms, parseFilter } from "./filter.ts";
import { pageOf, parseListing } from "./list.ts";
import { isLoaded, loadFilms, readFilms } from "./load.ts";

interface Config {
  readonly title?: string;
  readonly measure?: Measure;
  readonly topN?: number;
}

type Berth = BerthContext<Config>;

// The data does not change after the install, and an isolate serves one installation: reading
// it once is enough. A failed reading is not kept.
let films: Promise<readonly Film[]> | undefined;

function allFilms(berth: Berth): Promise<readonly Film[]> {
  films ??= readFilms(berth.state).catch((error: unknown) => {
    films = undefined;
    throw error;
  });
  return films;
}

const measureOf = ({ config }: Berth): Measure => config.measure ?? "worldwide";

async function options(berth: Berth): Promise<Response> {
  const all = await allFilms(berth);
  const names = (field: "genre" | "distributor") =>
    byField(all, measureOf(berth), field, 60)
      .map(({ name }) => name)
      .filter((name) => all.some((film) => film[field] === name))
      .sort();
  return Response.json({
    title: berth.config.title ?? "Box-office sales",
    measure: measureOf(berth),
    genres: names("genre"),
    distributors: names("distributor"),
    years: [...new Set(all.map(yearOf))].sort((a, b) => a - b),
  });
}

async function summary(berth: Berth, query: URLSearchParams): Promise<Response> {
  const chosen = filterFilms(await allFilms(berth), parseFilter(query));
  const measure = measureOf(berth);
  return Response.json({
    totals: totalsOf(chosen, measure),
    byYear: byYear(chosen, measure),
    byGenre: byField(chosen, measure, "genre", 12),
    byDistributor: byField(chosen, measure, "distributor", berth.config.topN ?? 10),
  });
}

async function list(berth: Berth, query: URLSearchParams): Promise<Response> {
  const chosen = filterFilms(await allFilms(berth), parseFilter(query));
  return Response.json(pageOf(chosen, parseListing(query, measureOf(berth))));
}

async function answer(request: Request, berth: Berth): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  if (request.method !== "GET") {
    const error = `${request.method} changes nothing here; send GET.`;
    return Response.json({ error }, { status: 405, headers: { allow: "GET" } });
  }
  switch (pathname) {
    case "/health":
      return Response.json({ status: "ok" });
    case "/api/sales/options":
      return options(berth);
    case "/api/sales/summary":
      return summary(berth, searchParams);
    case "/api/sales/films":
      return list(berth, searchParams);
    default:
      return Response.json({ error: `There is nothing at ${pathname}.` }, { status: 404 });
  }
}

export default defineApp<Config>({
  async fetch(request, berth) {
    try {
      return await answer(request, berth);
    } catch (error) {
      if (error instanceof BadQuery)
        return Response.json({ error: error.message }, { status: 400 });
      throw error;
    }
  },
  health: (berth) => isLoaded(berth.state),
  lifecycle: {
    async install(berth) {
      const count = await loadFilms(berth.state);
      berth.log.info(`loaded ${count} films`);
    },
  },
});
