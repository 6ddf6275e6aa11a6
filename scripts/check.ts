/**
 * Everything that is checked: `npm run check`; without the tests: `npm run check -- --no-test`.
 * The checks run in two lanes side by side, since most use one processor; none begins after a failure.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { exitCode, pathOf } from "./build/run.ts";
import { typeCheckEnvironment } from "./build/type-check-environment.ts";

interface Step {
  readonly headline: string;
  readonly command: string;
  readonly options: readonly string[];
}

const root = fileURLToPath(new URL("../", import.meta.url));
const isQuick = process.argv.includes("--no-test");
const colors = process.stdout.isTTY ? [] : ["--colors=off"];
const layered = ["packages", "apps", "benchmarks", "test", "scripts"];

const node = "node";
const source = "--conditions=berth-source";
const generated: Step = {
  headline: "Generated files",
  command: node,
  options: [source, "scripts/build.ts", "--for-start"],
};
const lanes: readonly (readonly Step[])[] = [
  // More checkers than one do the same work anew: twice the processor time.
  [{ headline: "Types", command: "tsc", options: ["-b", "--checkers", "1"] }],
  [
    { headline: "Format and lint", command: "biome", options: ["ci", ".", ...colors] },
    { headline: "House rules", command: node, options: ["scripts/lint-house.ts"] },
    {
      headline: "Layers",
      command: "depcruise",
      options: ["--config", ".dependency-cruiser.cjs", ...layered],
    },
    { headline: "Dead code", command: "knip", options: [] },
  ],
];
const tests: Step = { headline: "Tests", command: node, options: [source, "scripts/test.ts"] };

/** Says what it came to. True when it passed. */
async function take({ headline }: Step, work: () => Promise<number>): Promise<boolean> {
  const startedMs = performance.now();
  const code = await work();
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  if (code === 0) console.log(`== ${headline}: ${seconds} s`);
  else console.error(`\n== ${headline}: failed after ${seconds} s`);
  return code === 0;
}

function takeAlone(step: Step): Promise<boolean> {
  console.log(`\n== ${step.headline}`);
  return take(step, () => exitCode(step.command, step.options, { root, folder: root }));
}

/** Its output comes in one piece when it has ended, not mixed with another's. */
function takeBeside(step: Step): Promise<boolean> {
  return take(step, async () => {
    const child = spawn(step.command, [...step.options], {
      cwd: root,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...typeCheckEnvironment, PATH: pathOf(root) },
    });
    const [[code], ...outputs] = await Promise.all([
      once(child, "exit"),
      text(child.stdout),
      text(child.stderr),
    ]);
    console.log(
      ["", `== ${step.headline}`, ...outputs.map((part) => part.trim())].join("\n").trimEnd(),
    );
    return typeof code === "number" ? code : 1;
  });
}

async function takeLanes(): Promise<boolean> {
  let isGood = true;
  const takeLane = async (lane: readonly Step[]) => {
    for (const step of lane) if (isGood && !(await takeBeside(step))) isGood = false;
  };
  await Promise.all(lanes.map(takeLane));
  return isGood;
}

const isGood =
  (await takeAlone(generated)) && (await takeLanes()) && (isQuick || (await takeAlone(tests)));
if (!isGood) process.exitCode = 1;
