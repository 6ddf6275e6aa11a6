/** What must hold at the end of a soak, and whether it does. */
import { countAll, type Holdings } from "./holdings.ts";
import type { Ledger } from "./ledger.ts";
import { type MemorySample, quarters } from "./memory.ts";

export interface Check {
  readonly name: string;
  readonly ok: boolean;
  /** What was seen, and where a tolerance applies, which. */
  readonly finding: string;
}

export interface Findings {
  readonly ledger: Ledger;
  readonly sent: number;
  readonly leftOut: number;
  readonly samples: readonly MemorySample[];
  /** Before there was a Berth. */
  readonly before: Holdings;
  /** Right after it opened. */
  readonly opened: Holdings;
  readonly openedCells: number;
  /** After the load, with idle cells stopped, and the cells that it listed then. */
  readonly quiet: Holdings;
  readonly quietCells: readonly string[];
  /** After it closed. */
  readonly after: Holdings;
}

/**
 * Of the last quarter's median over the larger of the two before: a kernel that takes resident pages
 * back and an allocator that keeps them make single quarters low, but a leak makes the last one high.
 */
const memoryTolerance = { share: 0.05, heldMb: 3, residentMb: 16 } as const;
/** A cell's pipes, pinned socket, server, gauges and connections. */
const descriptorsOfCell = 20;
/** What the runtime opens once, when it first needs it. */
const descriptorSlack = 16;

function checkFlat(name: string, values: readonly number[], slackMb: number): Check {
  const medians = quarters(values);
  const [, second, third, last] = medians;
  const base = Math.max(second, third);
  const allowedMb = base + slackMb + base * memoryTolerance.share;
  const figures = medians.map((value) => value.toFixed(1)).join(", ");
  const finding = `medians of the quarters ${figures} MB; the last may be ${allowedMb.toFixed(1)} MB`;
  return { name, ok: last <= allowedMb, finding };
}

function checkEqual(name: string, found: number, expected: number): Check {
  return { name, ok: found === expected, finding: `${found}, expected ${expected}` };
}

function checkNames(name: string, found: readonly string[], known: readonly string[]): Check {
  const left = found.filter((one) => !known.includes(one));
  const finding = left.length === 0 ? "none" : left.slice(0, 5).join(", ");
  return { name, ok: left.length === 0, finding };
}

function checkDescriptors(name: string, found: Holdings, base: Holdings, cells: number): Check {
  const counted = countAll(found.descriptors);
  const allowed = countAll(base.descriptors) + cells * descriptorsOfCell + descriptorSlack;
  const more = [...found.descriptors]
    .map(([kind, count]) => ({ kind, added: count - (base.descriptors.get(kind) ?? 0) }))
    .filter(({ added }) => added > 0)
    .map(({ kind, added }) => `${kind} +${added}`);
  const finding = `${counted}, at most ${allowed}; ${more.join(", ") || "none more"}`;
  return { name, ok: counted <= allowed, finding };
}

/** For whoever waits until connections that nobody uses any longer are closed. */
export function holdsTooMuch(quiet: Holdings, opened: Holdings, extraCells: number): boolean {
  return !checkDescriptors("", quiet, opened, extraCells).ok;
}

export function judge(findings: Findings): readonly Check[] {
  const { ledger, samples, before, opened, openedCells, quiet, quietCells, after } = findings;
  const { answered, failed } = ledger.calm;
  const extraCells = Math.max(0, quietCells.length - openedCells);
  // What lay there before any cell of an app ran is configuration that cells share.
  const shared = opened.folders.filter((name) => !opened.groups.includes(name));
  const hasGroups = opened.groups.length > 0;
  const known = [...quietCells, ...(hasGroups ? shared : opened.folders)];
  return [
    { name: "requests were answered", ok: answered > 0, finding: `${answered}` },
    {
      name: "no failed request of a well-behaved app",
      ok: failed === 0,
      finding: `${failed} failed but for retryable ones at a kill`,
    },
    {
      name: "half the pace was kept at least",
      ok: findings.leftOut <= findings.sent,
      finding: `${findings.leftOut} of ${findings.sent + findings.leftOut} requests left out because too many were running, at most half`,
    },
    checkFlat(
      "held memory is flat",
      samples.map((sample) => sample.heldMb),
      memoryTolerance.heldMb,
    ),
    checkFlat(
      "resident memory is flat",
      samples.map((sample) => sample.residentMb),
      memoryTolerance.residentMb,
    ),
    checkEqual("running: engines are the listed cells", quiet.engines, quietCells.length),
    checkEqual("running: sockets are the listed cells'", quiet.socketPaths, quietCells.length),
    checkNames("running: no leaked control group", quiet.groups, quietCells),
    checkNames("running: no leaked folder", quiet.folders, known),
    checkDescriptors("running: no leaked descriptor", quiet, opened, extraCells),
    checkEqual("closed: no leaked process", after.processes, before.processes),
    checkEqual("closed: no leaked socket", after.socketPaths, before.socketPaths),
    checkNames("closed: no leaked control group", after.groups, before.groups),
    checkNames("closed: no leaked folder", after.folders, before.folders),
    checkDescriptors("closed: no leaked descriptor", after, before, 0),
  ];
}
