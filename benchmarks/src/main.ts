/**
 * `npm run bench -- NAME [--json] [--quick]`, `npm run bench -- --list`.
 *
 * The last line of standard output is one JSON object: `{"bench":NAME,"figures":{…}}`.
 */
import { cpus, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { attacks } from "./attacks.ts";
import { audit } from "./audit.ts";
import type { Bench } from "./bench.ts";
import { cells } from "./cells.ts";
import { dev } from "./dev.ts";
import { flood } from "./flood.ts";
import { footprint } from "./footprint.ts";
import { install } from "./install.ts";
import { policy } from "./policy.ts";
import { request } from "./request.ts";
import { view } from "./view.ts";

const benches: readonly Bench[] = [
  ...[request, install, footprint, cells, flood, view, dev, attacks],
  audit,
  ...[request, install, footprint, cells],
  ...[flood, view, dev, attacks, policy],
];

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "boolean", default: false },
    list: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});

const usage = `npm run bench -- NAME [--json] [--quick]\n\n${benches
  .map((bench) => `  ${bench.name.padEnd(12)}${bench.summary}`)
  .join("\n")}`;

if (values.list || values.help) {
  process.stdout.write(`${values.list ? benches.map((bench) => bench.name).join("\n") : usage}\n`);
} else {
  const bench = benches.find((one) => one.name === positionals[0]);
  if (!bench) {
    process.stderr.write(`${positionals[0] ?? "No name"} is not a benchmark.\n\n${usage}\n`);
    process.exit(2);
  }
  const say = (line: string) => process.stderr.write(`${line}\n`);
  say(
    `${cpus().length} × ${cpus()[0]?.model ?? "unknown"}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}, ${new Date().toISOString()}`,
  );
  const figures = await bench.run({ say, isQuick: values.quick });
  if (!values.json) {
    for (const [name, value] of Object.entries(figures)) say(`${name.padEnd(40)} ${value}`);
  }
  process.stdout.write(`${JSON.stringify({ bench: bench.name, figures })}\n`);
}
