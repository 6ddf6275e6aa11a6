/** Writes `src/data/box-office.json` from the data set: `node scripts/take-data.ts`. */
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cleanFilms, type RawFilm } from "./clean.ts";

const entry = createRequire(import.meta.url).resolve("vega-datasets");
const source = join(dirname(entry), "../data/movies.json");
const target = fileURLToPath(new URL("../src/data/box-office.json", import.meta.url));
const films = cleanFilms(JSON.parse(await readFile(source, "utf8")) as RawFilm[]);
const lines = films.map((film) => JSON.stringify(film)).join(",\n");
await writeFile(target, `{"source":"vega-datasets 3.2.1, movies.json","films":[\n${lines}\n]}\n`);
