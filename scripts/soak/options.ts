/** What `npm run soak` can be told. */
import { parseArgs } from "node:util";

export interface SoakOptions {
  /** How long the load runs; setting up and taking down come on top. Default 5. */
  readonly minutes: number;
  /** A tenth of them hostile. Default 200. */
  readonly installations: number;
  /** Well-behaved requests a second, in all. Default 24. */
  readonly ratePerSecond: number;
  /** Between two kills, on average. Default 2; 0 kills nothing. */
  readonly killSeconds: number;
  /** Repeats the same choices, though not the same timing. Default: by the clock, and printed. */
  readonly seed: number;
  readonly isJson: boolean;
}

export const usage = `npm run soak -- [options]

Runs a whole Berth in this process under a steady load, with hostile apps among the installations
and cells killed at random, and checks that nothing fails, leaks or grows. Linux, with a jail.

  --minutes N         how long the load runs (default 5)
  --installations N   a tenth of them hostile (default 200)
  --rate N            requests a second to well-behaved apps, in all (default 24)
  --kill-seconds N    average time between two kills of a cell (default 2; 0: none)
  --seed N            repeats the choices of an earlier run
  --json              prints one JSON object as the last line
  --help              this text

Exit code 0 when every check holds, 1 when one does not, 2 for a wrong option.`;

function parseNumber(name: string, text: string, least: number): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value) && value >= least) return value;
  throw new RangeError(`--${name} is "${text}"; expected a number of at least ${least}.`);
}

/** @throws RangeError or TypeError for an option that is not as `usage` says */
export function parseOptions(argv: readonly string[]): SoakOptions | "help" {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      minutes: { type: "string", default: "5" },
      installations: { type: "string", default: "200" },
      rate: { type: "string", default: "24" },
      "kill-seconds": { type: "string", default: "2" },
      seed: { type: "string", default: String(Date.now() % 1_000_000) },
      json: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return "help";
  return {
    minutes: parseNumber("minutes", values.minutes, 0.1),
    installations: Math.round(parseNumber("installations", values.installations, 10)),
    ratePerSecond: parseNumber("rate", values.rate, 0.1),
    killSeconds: parseNumber("kill-seconds", values["kill-seconds"], 0),
    seed: Math.round(parseNumber("seed", values.seed, 0)),
    isJson: values.json,
  };
}
