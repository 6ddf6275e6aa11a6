import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { errorTable } from "@berth/protocol";
import { beforeAll, describe, expect, it } from "vitest";
import { en } from "../../src/i18n/en/index.ts";
import { ptBr } from "../../src/i18n/pt-br/index.ts";

const sources = fileURLToPath(new URL("../../src/", import.meta.url));
const pluralSuffix = /_(?:zero|one|two|few|many|other)$/;

/** Dotted keys with their words. */
function flatten(value: object, path = ""): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(value).flatMap(([key, inner]): [string, string][] => {
      const at = path === "" ? key : `${path}.${key}`;
      return typeof inner === "string" ? [[at, inner]] : [...flatten(inner, at)];
    }),
  );
}

const english = flatten(en);
const portuguese = flatten(ptBr);
const baseKeys = (words: ReadonlyMap<string, string>) =>
  [...new Set([...words.keys()].map((key) => key.replace(pluralSuffix, "")))].sort();
const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}|<\/?(\w+)>/g)].map(String);

let code = "";
beforeAll(async () => {
  const files = await readdir(sources, { recursive: true });
  const read = files
    .filter((file) => /\.tsx?$/.test(file) && !file.startsWith("i18n/"))
    .map((file) => readFile(sources + file, "utf8"));
  code = (await Promise.all(read)).join("\n");
});

describe("the dictionaries", () => {
  it("have the same keys", () => {
    expect(baseKeys(portuguese)).toEqual(baseKeys(english));
  });

  it.each([
    ["en", english],
    ["pt-BR", portuguese],
  ])("have every plural form of %s, and no empty words", (language, words) => {
    const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    for (const key of words.keys()) {
      const base = key.replace(pluralSuffix, "");
      if (base === key) continue;
      for (const form of forms) expect(words.has(`${base}_${form}`), `${base}_${form}`).toBe(true);
    }
    expect([...words].filter(([, text]) => text.trim() === "")).toEqual([]);
  });

  it("fill in the same values", () => {
    for (const [key, text] of english) {
      const other = portuguese.get(key) ?? "";
      expect(placeholders(other).sort(), key).toEqual(placeholders(text).sort());
    }
  });

  it("hold nothing that no code says", () => {
    // Keys with a part that is known only at run time: `run.state.${state}`.
    const prefixes = [...code.matchAll(/`((?:\w+\.)+)\$\{/g)].map(([, prefix]) => prefix ?? "");
    const said = (key: string) =>
      code.includes(`"${key}"`) || prefixes.some((prefix) => key.startsWith(prefix));
    expect(baseKeys(english).filter((key) => !said(key))).toEqual([]);
  });

  it("hold everything that the code says", () => {
    const known = new Set(baseKeys(english));
    const asked = [...code.matchAll(/\bt\(\s*"([\w.-]+)"/g)].map(([, key]) => key ?? "");
    expect(asked.length).toBeGreaterThan(100);
    expect(asked.filter((key) => !known.has(key))).toEqual([]);
  });

  it("name only errors that exist", () => {
    const codes = Object.keys(en.errors.byCode);
    expect(codes.filter((each) => !Object.hasOwn(errorTable, each))).toEqual([]);
  });
});
