/** Each house rule finds a planted violation, and leaves what is right alone. */
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { checkFile, limits } from "../../scripts/house/rules.ts";
import { readTree } from "../../scripts/house/tree.ts";

const messages = (path: string, text: string): readonly string[] =>
  checkFile({ path, text }).map(({ line, message }) => `${line}: ${message}`);

const lines = (count: number): string => "const a = 1;\n".repeat(count);

describe("lengths", () => {
  it("allows a source file at the limit and refuses one line more", () => {
    expect(messages("packages/a/src/b.ts", lines(limits.sourceLines))).toEqual([]);
    expect(messages("packages/a/src/b.ts", lines(limits.sourceLines + 1))).toEqual([
      "501: has 501 lines; 500 at most: split it.",
    ]);
  });

  it("allows a test file its own limit", () => {
    expect(messages("packages/a/test/b.test.ts", lines(limits.testLines))).toEqual([]);
    expect(messages("packages/a/test/b.test.ts", lines(limits.testLines + 1))).toHaveLength(1);
  });

  it("leaves schema tables and generated files alone", () => {
    expect(messages("packages/server/src/storage/tables.ts", lines(900))).toEqual([]);
    expect(messages("packages/a/src/schema.generated.ts", lines(900))).toEqual([]);
    expect(messages("packages/a/src/vegetables.ts", lines(900))).toHaveLength(1);
  });
});

describe("index files", () => {
  const path = "packages/a/src/index.ts";

  it("allows named re-exports with comments, over several lines", () => {
    const text = `/** All of it. */\nexport { a, type B } from "./a.ts";\n// more\nexport type {\n  C,\n  D as E,\n} from "./c.ts";\n`;
    expect(messages(path, text)).toEqual([]);
  });

  it("refuses a star", () => {
    expect(messages(path, 'export { a } from "./a.ts";\nexport * from "./b.ts";\n')).toEqual([
      "2: re-exports by `*`: name what is public.",
    ]);
    expect(messages(path, 'export * as b from "./b.ts";\n')).toHaveLength(1);
    expect(messages(path, 'export type * from "./b.ts";\n')).toHaveLength(1);
  });

  it("refuses logic, in nested entries too", () => {
    expect(messages(path, "export const a = 1;\n")).toHaveLength(1);
    expect(messages(path, 'import "./a.ts";\nexport { b } from "./b.ts";\n')).toHaveLength(1);
    expect(messages("packages/a/src/deep/index.ts", "start();\n")).toHaveLength(1);
  });
});

it("refuses folders named after nothing", () => {
  for (const name of ["utils", "util", "helpers", "common"]) {
    expect(messages(`packages/a/src/${name}/retry.ts`, "")).toHaveLength(1);
  }
  expect(messages("packages/a/src/common-name/retry.ts", "")).toEqual([]);
});

describe("empty catches", () => {
  const path = "packages/a/src/b.ts";

  it("refuses one without a sentence", () => {
    expect(messages(path, "try { a(); } catch {}\n")).toHaveLength(1);
    expect(messages(path, "try { a(); } catch (error) {\n}\n")).toHaveLength(1);
    expect(messages(path, "try { a(); } catch {\n  // ignore\n}\n")).toHaveLength(1);
    expect(messages(path, "await a().catch(() => {});\n")).toHaveLength(1);
    expect(messages(path, "await a().catch(() => undefined);\n")).toHaveLength(1);
  });

  it("allows one that says why", () => {
    const why = "// Already gone: that is what was wanted.";
    expect(messages(path, `try { a(); } catch {\n  ${why}\n}\n`)).toEqual([]);
    expect(messages(path, `await a().catch(() => {\n  ${why}\n});\n`)).toEqual([]);
    expect(messages(path, `${why}\nawait a().catch(() => undefined);\n`)).toEqual([]);
    expect(messages(path, `await a().catch(() => undefined); ${why}\n`)).toEqual([]);
    expect(messages(path, "try { a(); } catch (error) { log(error); }\n")).toEqual([]);
  });
});

it("refuses tests that are switched off", () => {
  const path = "packages/a/test/b.test.ts";
  // Put together, so that this file does not hold what it forbids.
  for (const word of ["skip", "only", "todo"]) {
    expect(messages(path, `it.${word}("does", () => {});\n`)).toHaveLength(1);
    expect(messages(path, `describe.concurrent.${word}("does", () => {});\n`)).toHaveLength(1);
  }
  expect(messages(path, 'it("does", () => { list.only(1); });\n')).toEqual([]);
  expect(messages(path, 'it.skipIf(isMac)("does", () => {});\n')).toEqual([]);
});

describe("words of one machine", () => {
  const folder = (name: string): string => ["", name, "x"].join("/");

  it("refuses folders of one machine outside of tests", () => {
    for (const name of ["work", "root", "tmp"]) {
      const text = `const a = "${folder(name)}";\n`;
      expect(messages("packages/a/src/b.ts", text)).toHaveLength(1);
      expect(messages("docs/a.md", text)).toHaveLength(1);
      expect(messages("packages/a/test/b.test.ts", text)).toEqual([]);
    }
    expect(
      messages("packages/a/src/b.ts", 'const a = "./work/x"; const b = "src/tmp/x";\n'),
    ).toEqual([]);
  });

  it("refuses hosts of registries everywhere", () => {
    const host = ["registry", "npmjs", "org"].join(".");
    expect(messages("package-lock.json", `"resolved": "https://${host}/a"`)).toHaveLength(1);
    expect(messages("packages/a/test/b.test.ts", `"https://${host}/a"`)).toHaveLength(1);
  });
});

it("reads the repository's own files", async () => {
  const tree = await readTree(fileURLToPath(new URL("../../", import.meta.url)));
  const paths = tree.map(({ path }) => path);
  expect(paths).toContain("packages/protocol/src/errors.ts");
  expect(paths).toContain("package-lock.json");
  expect(paths).toContain(".dependency-cruiser.cjs");
  expect(paths.filter((path) => path.includes("node_modules"))).toEqual([]);
});
