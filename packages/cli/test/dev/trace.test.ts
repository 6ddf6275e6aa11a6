import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runBundler } from "../../src/build/bundle.ts";
import { createTracer, type Tracer } from "../../src/dev/trace.ts";

const source = `interface Point { readonly x: number }
// A comment that is not in what is built.

export function boom(point: Point): never {
  throw new Error(\`no \${point.x}\`);
}
`;
const entry = `import { boom } from "./boom.ts";\n\nboom({ x: 1 });\n`;
const linesBefore = 7;

let folder: string;
let tracer: Tracer;
let code: readonly string[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "berth-trace-"));
  await writeFile(join(folder, "boom.ts"), source);
  await writeFile(join(folder, "view.ts"), entry);
  const output = await runBundler({ root: folder, source: "view.ts", kind: "view" }, true);
  if (output.map === null) throw new Error("There is no map.");
  tracer = createTracer(output.map, folder);
  code = output.code.split("\n");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Where a text stands in what ran, as an engine writes it. */
function at(text: string): string {
  const line = code.findIndex((each) => each.includes(text));
  return `${line + 1 + linesBefore}:${(code[line] ?? "").indexOf(text) + 1}`;
}

describe("a stack", () => {
  it.each([
    [
      "Chromium's",
      () =>
        `Error: no\n    at boom (blob:null/1-2:${at("throw new")})\n    at blob:null/1-2:${at("boom({")}`,
    ],
    ["Firefox's", () => `boom@blob:null/1-2:${at("throw new")}\n@blob:null/1-2:${at("boom({")}`],
  ])("of %s form leads to the sources", (_, stack) => {
    const { excerpt, frames } = tracer.trace(stack(), linesBefore);
    expect(frames).toEqual([
      { name: "boom", place: { file: "boom.ts", line: 5, column: 3 }, isOwn: true },
      { place: { file: "view.ts", line: 3, column: 1 }, isOwn: true },
    ]);
    expect(excerpt?.firstLine).toBe(2);
    expect(excerpt?.lines[3]).toBe(source.split("\n")[4]);
  });

  it("gives nothing for lines that are none of the build's", () => {
    const hostile = [
      "at boom (blob:null/1-2:3:1)",
      "at boom (blob:null/1-2:999999999:1)",
      "at ../../etc/passwd:1:1",
      "at \u001b[31mboom (file:///etc/passwd:1:1)",
      `at ${"x".repeat(5_000)} (blob:null/1:9:1)`,
    ].join("\n");
    expect(tracer.trace(hostile, linesBefore)).toEqual({ frames: [], excerpt: null });
    expect(
      tracer.trace(`${"\n".repeat(200)}at boom (blob:null/1:${at("throw")})`, linesBefore).frames,
    ).toEqual([]);
  });
});
