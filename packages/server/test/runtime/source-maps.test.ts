import { SourceMap } from "node:module";
import { parseDigest } from "@berth/protocol";
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { findPositions } from "../../src/runtime/source-maps/find-positions.ts";
import { createStackMapper } from "../../src/runtime/source-maps/map-stacks.ts";
import { readModuleMap } from "../../src/runtime/source-maps/read-map.ts";

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

function encode(number: number): string {
  let rest = number < 0 ? -number * 2 + 1 : number * 2;
  let text = "";
  do {
    const digit = rest % 32;
    rest = Math.floor(rest / 32);
    text += digits[rest > 0 ? digit + 32 : digit];
  } while (rest > 0);
  return text;
}

/** Mappings of segments in order: `[line, column, source, original line, original column]`. */
function encodeMappings(segments: readonly (readonly number[])[]): string {
  let text = "";
  let line = 0;
  let before = [0, 0, 0, 0];
  let isFirst = true;
  for (const [row = 0, ...fields] of segments) {
    if (row > line) {
      text += ";".repeat(row - line);
      line = row;
      before = [0, ...before.slice(1)];
      isFirst = true;
    }
    if (!isFirst) text += ",";
    isFirst = false;
    text += fields.map((field, index) => encode(field - (before[index] ?? 0))).join("");
    before = before.map((field, index) => fields[index] ?? field);
  }
  return text;
}

const byPlace = (a: readonly number[], b: readonly number[]) =>
  (a[0] ?? 0) - (b[0] ?? 0) || (a[1] ?? 0) - (b[1] ?? 0);
const place = fc.tuple(fc.nat(5), fc.nat(40));
const segment = fc.tuple(fc.nat(5), fc.nat(40), fc.nat(2), fc.nat(300), fc.nat(300));

test("positions are found where Node's own reader finds them", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(segment, { selector: ([row, column]) => `${row}:${column}`, maxLength: 40 }),
      fc.array(place, { minLength: 1, maxLength: 10 }),
      (segments, places) => {
        const mappings = encodeMappings([...segments].sort(byPlace));
        const sources = ["0", "1", "2"];
        const reference = new SourceMap({ ...empty, sources, mappings });
        const wanted = [...places].sort(byPlace).map(([line, column]) => ({ line, column }));
        const found = findPositions(mappings, wanted);
        for (const [index, { line, column }] of wanted.entries()) {
          const entry = reference.findEntry(line, column);
          const isInLine = "generatedLine" in entry && entry.generatedLine === line;
          const expected = isInLine
            ? {
                source: Number(entry.originalSource),
                line: entry.originalLine,
                column: entry.originalColumn,
              }
            : undefined;
          expect(found[index]).toEqual(expected);
        }
      },
    ),
    { numRuns: 300 },
  );
});
/** This thread's own work in milliseconds: what else the machine does is not counted. */
const workedMs = () => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
};
const empty = { file: "", version: 3, sourcesContent: [], names: [], sourceRoot: "" };

test.each([
  ["no digits", "!!!!"],
  ["a number without an end", "g".repeat(1_000_000)],
  ["a million lines", ";".repeat(1_000_000)],
  ["numbers beyond all bounds", `${"+".repeat(6)}D,`.repeat(100_000)],
  ["too many fields", "AAAAAAAA"],
  ["what lies before the first", "DDDD"],
])("mappings of %s are read at once and lead nowhere", (_name, mappings) => {
  const before = workedMs();
  expect(findPositions(mappings, [{ line: 0, column: 5 }])).toEqual([undefined]);
  expect(workedMs() - before).toBeLessThan(1_000);
});

const filesOf = (texts: Record<string, string>) =>
  new Map(Object.entries(texts).map(([name, text]) => [name, Buffer.from(text)]));
const mapOf = (source: string, changes: object = {}) =>
  JSON.stringify({ version: 3, sources: [source], names: [], mappings: "AASE", ...changes });
const inline = (map: string) =>
  `x()\n//# sourceMappingURL=data:application/json;base64,${Buffer.from(map).toString("base64")}`;

describe("a module's map", () => {
  const sources = (texts: Record<string, string>, name = "dist/server.js") =>
    readModuleMap(filesOf(texts), name)?.sources;

  it("is found inline, by its name and beside the module", () => {
    expect(sources({ "dist/server.js": inline(mapOf("../src/a.ts")) })).toEqual(["src/a.ts"]);
    const named = { "dist/server.js": "x()\n//# sourceMappingURL=../maps/s.map\n" };
    expect(sources({ ...named, "maps/s.map": mapOf("../src/b.ts") })).toEqual(["src/b.ts"]);
    const beside = { "dist/server.js": "x()", "dist/server.js.map": mapOf("c.ts") };
    expect(sources(beside)).toEqual(["dist/c.ts"]);
    expect(sources({ "dist/server.js": "x()" })).toBeUndefined();
    expect(
      sources({ ...beside, "dist/server.js.map": mapOf("c.ts", { sourceRoot: "/lib" }) }),
    ).toEqual(["lib/c.ts"]);
  });

  it.each([
    ["no JSON", "{"],
    ["null", "null"],
    ["an index of maps", JSON.stringify({ version: 3, sections: [] })],
    ["mappings that are no text", mapOf("a.ts", { mappings: 7 })],
    ["mappings without end", mapOf("a.ts", { mappings: "A".repeat(4_194_305) })],
    ["sources that are no list", mapOf("a.ts", { sources: "a" })],
    ["sources without end", mapOf("a.ts", { sources: Array(10_001).fill("a") })],
    ["more bytes than it may have", mapOf("a.ts", { sourcesContent: ["x".repeat(8_400_000)] })],
  ])("is not taken when it holds %s", (_name, map) => {
    expect(sources({ "dist/server.js": "", "dist/server.js.map": map })).toBeUndefined();
  });

  it("names its sources by plain paths only", () => {
    const named = (source: unknown) =>
      sources({ "a.js": "", "a.js.map": mapOf("", { sources: [source] }) }, "a.js")?.[0];
    expect(named("../../../etc/passwd")).toBe("etc/passwd");
    expect(named("webpack://app/./src/a.ts")).toBe("src/a.ts");
    expect(named("src/a\u001b[31m\n<b>.ts")).toBe("src/a[31mb.ts");
    expect(named("%E0%A4%A")).toBe("");
    expect(named(null)).toBe("");
    expect(named({ toString: 1 })).toBe("");
    expect(named("x".repeat(400))).toHaveLength(200);
  });
});

describe("a stack", () => {
  const digest = parseDigest("a".repeat(64));
  const release = { installationId: "i1", digest };
  const stack =
    "Error: no\n    at f (server.js:1:1)\n    at berth-main.js:61:20\n    at async server.js:1:9";
  function create(texts: Record<string, string>, bounds = {}) {
    let now = 0;
    let opened = 0;
    const openPackage = async () => {
      opened += 1;
      return { files: filesOf(texts) };
    };
    const mapper = createStackMapper({ openPackage, clock: { now: () => now }, bounds });
    return { mapper, opened: () => opened, advance: () => (now += 1_000) };
  }

  it("shows the sources, and reads the package once", async () => {
    const { mapper, opened } = create({ "server.js": "", "server.js.map": mapOf("src/a.ts") });
    const expected = "Error: no\n    at f (src/a.ts:10:3)\n    at async src/a.ts:10:3";
    expect(await mapper.map(stack, release)).toBe(expected);
    expect(mapper.map(stack, release)).toBe(expected);
    expect(opened()).toBe(1);
    expect(mapper.map("no stack", release)).toBe("no stack");
  });

  it("stays as it is where there is no map, or no package", async () => {
    const bare = stack.replace("\n    at berth-main.js:61:20", "");
    expect(await create({ "server.js": "" }).mapper.map(stack, release)).toBe(bare);
    const openPackage = () => Promise.reject(new Error("gone"));
    const mapper = createStackMapper({ openPackage, clock: { now: () => 0 } });
    expect(await mapper.map(stack, release)).toBe(bare);
  });

  it("costs one installation and all together only so much in a second", async () => {
    const texts = { "server.js": "", "server.js.map": mapOf("a.ts") };
    const { mapper, advance } = create(texts, { perInstallation: 45_000, total: 70_000 });
    const isMapped = async (installationId: string) =>
      (await mapper.map(stack, { installationId, digest })).includes("a.ts");
    // The first reads the package and its map, for 30,000 and more.
    expect(await isMapped("i1")).toBe(true);
    expect(await isMapped("i1")).toBe(true);
    expect(await isMapped("i1")).toBe(false);
    expect(await isMapped("i2")).toBe(true);
    expect(await isMapped("i2")).toBe(true);
    expect(await isMapped("i3")).toBe(false);
    advance();
    expect(await isMapped("i1")).toBe(true);
  });

  it("of a hostile app is read at once", async () => {
    const { mapper } = create({});
    const lines = [
      "(".repeat(4_000),
      "\n    at ".repeat(400),
      `\n    at ${"at x:".repeat(700)}`,
      Array.from({ length: 80 }, (_, index) => `\n    at m${index}.js:1:1`).join(""),
    ];
    const before = workedMs();
    for (const text of lines) await mapper.map(`Error\n    at ${text}`, release);
    expect(workedMs() - before).toBeLessThan(2_000);
  });
});
