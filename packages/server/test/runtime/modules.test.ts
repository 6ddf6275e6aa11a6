import { expect, test } from "vitest";
import { collectModules } from "../../src/runtime/modules.ts";

const encoder = new TextEncoder();
const collect = (texts: Record<string, string>) => {
  const files = Object.entries(texts).map(([name, text]) => [name, encoder.encode(text)] as const);
  return Object.keys(collectModules(new Map(files), "server.js")).sort();
};

test("what an entry reaches by relative imports is found, however it is written", () => {
  const entry = `import"./a.js"; import  x  from  "./lib/b.js"; await import( './c.js' ); import(
    "./lib/d.js"
  ); import "node:fs"; import "./gone.js";`;
  const b = 'export * from "../e.js"; import "../server.js";';
  const rest = { "a.js": "", "lib/b.js": b, "c.js": "", "lib/d.js": "", "e.js": "", "f.js": "" };
  expect(collect({ "server.js": entry, ...rest })).toEqual(
    ["a.js", "c.js", "e.js", "lib/b.js", "lib/d.js", "server.js"].sort(),
  );
});

/** This thread's own work in milliseconds: what else the machine does is not counted. */
const workedMs = () => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
};

test.each([
  ["spaces after one import", `/*import${" ".repeat(1_000_000)}*/`],
  ["a bracket and spaces", `/*import(${" ".repeat(1_000_000)}*/`],
  ["imports and spaces in turn", `/*${`import${" ".repeat(30)}`.repeat(30_000)}*/`],
  ["openings without an end", `/*${'from"./'.repeat(140_000)}*/`],
])("a megabyte of %s is read at once", (_name, text) => {
  const before = workedMs();
  expect(collect({ "server.js": text })).toEqual(["server.js"]);
  expect(workedMs() - before).toBeLessThan(2_000);
});

test("so many imports may the modules have together and no more", () => {
  const importing = (count: number) =>
    Array.from({ length: count }, (_, index) => `import "./${index}.js";`).join("");
  const entry = importing(6_000);
  expect(collect({ "server.js": entry, "0.js": importing(4_000) })).toHaveLength(2);
  expect(() => collect({ "server.js": entry, "0.js": importing(4_001) })).toThrow(
    expect.objectContaining({ code: "MODULE_INVALID" }),
  );
});

test("a specifier that is no address is the module's fault", () => {
  expect(() => collect({ "server.js": 'import "./%E0%A4%A";' })).toThrow(
    expect.objectContaining({ code: "MODULE_INVALID" }),
  );
});
