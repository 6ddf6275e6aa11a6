import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { cleanFilms, type RawFilm } from "../scripts/clean.ts";
import kept from "../src/data/box-office.json" with { type: "json" };

function readRaw(): RawFilm[] {
  const entry = createRequire(import.meta.url).resolve("vega-datasets");
  return JSON.parse(readFileSync(join(dirname(entry), "../data/movies.json"), "utf8")) as RawFilm[];
}

const raw: RawFilm = {
  Title: "A",
  "Release Date": "Jun 12 1998",
  Distributor: null,
  "Major Genre": null,
  "Production Budget": null,
  "US Gross": null,
  "Worldwide Gross": 5,
};

describe("cleanFilms", () => {
  it("gives what the app ships, from the data set itself", () => {
    expect(cleanFilms(readRaw())).toEqual(kept.films);
    expect(kept.films.length).toBe(3146);
  });

  it("moves a release after the data set's last year back by a century", () => {
    expect(cleanFilms([{ ...raw, "Release Date": "Feb 08 2015" }])[0]?.[1]).toBe("1915-02-08");
    expect(cleanFilms([{ ...raw, "Release Date": "Feb 08 2011" }])[0]?.[1]).toBe("2011-02-08");
  });

  it("names what is unknown and leaves out films without a title or sales", () => {
    expect(cleanFilms([raw])).toEqual([["A", "1998-06-12", "Unknown", "Unknown", null, 0, 5]]);
    expect(
      cleanFilms([
        { ...raw, Title: null },
        { ...raw, "Worldwide Gross": 0 },
      ]),
    ).toEqual([]);
  });

  it("refuses a date that it does not know", () => {
    expect(() => cleanFilms([{ ...raw, "Release Date": "1998" }])).toThrow(/release date "1998"/);
  });
});
