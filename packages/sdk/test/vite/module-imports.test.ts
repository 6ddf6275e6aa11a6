import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { remoteWords } from "@berth/protocol";
import { parseAst } from "vite";
import { describe, expect, it } from "vitest";
import { readModuleImports } from "../../src/vite/module-imports.ts";

const read = (code: string) => readModuleImports(code, parseAst(code));
const found = (code: string) =>
  read(code).imports.map(([at, length, kind]) => [code.slice(at, at + length), kind]);

describe("the imports of a built module", () => {
  it("are found in every form, and told from words that look like them", () => {
    const code = [
      `import a from "./a.js"; import * as b from './b.js'; import "./c.js";`,
      `export * from "./d.js"; export { e } from "./e.js"; export * as f from "./f.js";`,
      `const x = import("./g.js"), y = import (/* import("no") */ \`./\${a}.js\`);`,
      `const at = import.meta.url; /import("no")/.test("import('no')"); // import "no"`,
      `const o = { import: 1, from: "no" }; o.import; o.from; export { x, y, at };`,
      `const é = "𝒳"; import("./h.js");`,
    ].join("\n");
    expect(found(code)).toEqual([
      ['"./a.js"', "static"],
      ["'./b.js'", "static"],
      ['"./c.js"', "static"],
      ['"./d.js"', "static"],
      ['"./e.js"', "static"],
      ['"./f.js"', "static"],
      ["import", "dynamic"],
      ["import", "dynamic"],
      ["import.meta", "meta"],
      ["import", "dynamic"],
    ]);
    const { imports, words } = read(code);
    const all = new Set([...imports.map(([at]) => at), ...words]);
    expect(remoteWords(code).every((at) => all.has(at))).toBe(true);
  });

  it("come with the names that the module declares at its top, and no others", () => {
    const code = `import a, { b as c, d } from "x"; import * as e from "x";
      const { f, g: { h }, ...i } = a, [j = 1, , k] = c; let l; class M {} function n(o) { var p; }
      if (d) { var q; let r; } for (var s of e) {} export const t = () => { var u; };
      export default class V {} export { l as w };`;
    expect(read(code).declares).toEqual(
      ["a", "c", "d", "e", "f", "h", "i", "j", "k", "l", "M", "n", "q", "s", "t", "V"].sort(),
    );
  });

  it.each(["vite", "zod/mini", "@module-federation/runtime"])(
    "are read in real code: %s",
    async (name) => {
      const path = import.meta.resolve(name);
      const code = await readFile(fileURLToPath(path), "utf8");
      const { imports } = read(code);
      expect(imports.length).toBeGreaterThan(0);
      for (const [at, length, kind] of imports) {
        const text = code.slice(at, at + length);
        expect(text).toMatch(kind === "static" ? /^["'][^"']+["']$/ : /^import(?:\.meta)?$/);
      }
    },
  );
});
