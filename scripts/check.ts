/**
 * Everything that is checked: `npm run check`; without the tests: `npm run check -- --no-test`.
 * Stops at the first failure.
 */
import { fileURLToPath } from "node:url";
import { exitCode } from "./build/run.ts";

interface Step {
  readonly headline: string;
  readonly command: string;
  readonly options: readonly string[];
}

const root = fileURLToPath(new URL("../", import.meta.url));
const isQuick = process.argv.includes("--no-test");
const colors = process.stdout.isTTY ? [] : ["--colors=off"];
const layered = ["packages", "apps", "benchmarks", "test", "scripts"];

const steps: readonly Step[] = [
  {
    headline: "Generated files",
    command: "node",
    options: ["--conditions=berth-source", "scripts/build.ts", "--for-start"],
  },
  { headline: "Format and lint", command: "biome", options: ["ci", ".", ...colors] },
  { headline: "House rules", command: "node", options: ["scripts/lint-house.ts"] },
  { headline: "Types", command: "tsc", options: ["-b"] },
  {
    headline: "Layers",
    command: "depcruise",
    options: ["--config", ".dependency-cruiser.cjs", ...layered],
  },
  { headline: "Dead code", command: "knip", options: [] },
  ...(isQuick
    ? []
    : [
        {
          headline: "Tests",
          command: "node",
          options: ["--conditions=berth-source", "scripts/test.ts"],
        },
      ]),
];

for (const { headline, command, options } of steps) {
  console.log(`\n== ${headline}`);
  const startedMs = performance.now();
  const code = await exitCode(command, options, { root, folder: root });
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  if (code !== 0) {
    console.error(`\n== ${headline}: failed after ${seconds} s`);
    process.exitCode = 1;
    break;
  }
  console.log(`== ${headline}: ${seconds} s`);
}
