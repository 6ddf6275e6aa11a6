/** The evaluator as browsers get it, in a real Chromium, against the one that servers run. */
import { fileURLToPath } from "node:url";
import { evaluate } from "@berth/protocol";
import { chromium } from "playwright-core";
import { build, type Rolldown } from "vite";
import { expect, it } from "vitest";
import { caseOf, factsOf, tapesOf } from "../../../../test/support/permission-cases.ts";

const cases = fileURLToPath(
  new URL("../../../../test/support/permission-cases.ts", import.meta.url),
);
const count = 20_000;
const seed = 5;

/** A script that leaves `answersOf` on its page. */
async function buildScript(): Promise<string> {
  const script = `
    import { evaluate } from "@berth/protocol";
    import { caseOf, factsOf, tapesOf } from ${JSON.stringify(cases)};
    globalThis.answersOf = (seed, count) => tapesOf(seed, count).map((tape) => {
      const { grants, request, known } = caseOf(tape);
      return JSON.stringify(evaluate(grants, request, factsOf(known)));
    });`;
  const output = await build({
    configFile: false,
    logLevel: "error",
    root: fileURLToPath(new URL("../..", import.meta.url)),
    resolve: { conditions: ["berth-source", "module", "browser", "import", "default"] },
    plugins: [
      {
        name: "page",
        resolveId: (id) => (id === "page" ? "\0page" : undefined),
        load: (id) => (id === "\0page" ? script : undefined),
      },
    ],
    build: {
      write: false,
      target: "es2022",
      modulePreload: false,
      rolldownOptions: { input: "page", output: { format: "iife", name: "page" } },
    },
  });
  const [one] = [output].flat();
  const chunks = one !== undefined && "output" in one ? one.output : [];
  const entry: Rolldown.OutputChunk | Rolldown.OutputAsset | undefined = chunks[0];
  if (entry?.type !== "chunk") throw new Error("The page's script did not build.");
  return entry.code;
}

it("gives the same answer in Chromium as in Node, for 20,000 cases", async () => {
  const [content, browser] = await Promise.all([
    buildScript(),
    chromium.launch({
      executablePath: "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu"],
    }),
  ]);
  try {
    const page = await browser.newPage();
    await page.addScriptTag({ content });
    const theirs: readonly string[] = await page.evaluate(`answersOf(${seed}, ${count})`);
    const ours = tapesOf(seed, count).map((tape) => {
      const { grants, request, known } = caseOf(tape);
      return JSON.stringify(evaluate(grants, request, factsOf(known)));
    });
    expect(theirs).toEqual(ours);
    // Of a batch with one answer only, the test would show nothing.
    expect(new Set(ours).size).toBeGreaterThan(30);
  } finally {
    await browser.close();
  }
});
