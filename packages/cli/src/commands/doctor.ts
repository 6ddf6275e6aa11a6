import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isBerthError, type PlacementPolicy, placementMeanings, toWire } from "@berth/protocol";
import { defineCommand } from "../command.ts";
import type { CliContext } from "../context.ts";
import { exitCodes } from "../exit-codes.ts";
import { parsePlacement } from "../serve/placement.ts";
import { plainLine } from "../terminal/plain-text.ts";
import { formatTable } from "../terminal/table.ts";

interface DoctorOptions {
  readonly quick?: boolean;
}

const silentLogger = Object.freeze({
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
});

export const doctorCommand = defineCommand<DoctorOptions>({
  usage: "doctor",
  summary: "say what isolates and limits apps on this host, by trying to break it; needs no server",
  examples: ["berth doctor", "BERTH_JAIL=off berth doctor --json"],
  options: [{ flags: "--quick", description: "look only, start no throw-away cell" }],
  async run(context, _args, { quick }) {
    const { probeHost } = await import("@berth/cells");
    const host = await probeHost();
    showHost(context, host);
    const placement = parsePlacement(context.env.BERTH_PLACEMENT || "dedicated");
    showPlacement(context, placement);
    const posture = quick ? null : await prove(context);
    const isOk = host.ok && (posture === null || ("ok" in posture && posture.ok));
    context.terminal.result({ isOk, host, placement, posture });
    return isOk ? exitCodes.ok : exitCodes.failed;
  },
});

type CellsModule = typeof import("@berth/cells");
type HostReport = Awaited<ReturnType<CellsModule["probeHost"]>>;
type Posture = Awaited<ReturnType<CellsModule["provePosture"]>>;

function showHost({ terminal }: CliContext, host: HostReport): void {
  const rows = host.findings.map(({ finding, mend, name, ok }) => [
    ok ? terminal.style("green", "✓") : terminal.style("red", "✗"),
    name,
    plainLine(mend && !ok ? `${finding} ${mend}` : finding),
  ]);
  terminal.print(`This host\n${formatTable(rows)}`);
}

/** As `berth serve` would place with this environment; what a server really does, its posture says. */
function showPlacement({ terminal }: CliContext, policy: PlacementPolicy): void {
  const chosen = [
    ["every publisher", policy.default] as const,
    ...Object.entries(policy.publishers),
  ];
  const rows = chosen.map(([whose, kind]) => [whose, kind, placementMeanings[kind]]);
  terminal.print(`\nWho shares a cell (BERTH_PLACEMENT)\n${formatTable(rows)}`);
}

/** The proof, or the error that kept it from being made. */
async function prove({ env, terminal }: CliContext): Promise<Posture | { error: unknown }> {
  const { provePosture } = await import("@berth/cells");
  const folder = await mkdtemp(join(tmpdir(), "berth-doctor-"));
  const jail = env.BERTH_JAIL === "off" ? "off" : "required";
  terminal.note("\nTrying to break each limit in a throw-away cell …");
  try {
    const posture = await provePosture({ folder, jail, logger: silentLogger });
    const rows = posture.lines.map(({ enforcer, evidence, limit, ok }) => [
      ok ? terminal.style("green", "✓") : terminal.style("red", "✗"),
      limit,
      enforcer,
      plainLine(evidence.length > 160 ? `${evidence.slice(0, 157)}…` : evidence),
    ]);
    const { ageDays, version } = posture.engine;
    terminal.print(
      `\nLimits, each tried (workerd ${version}, ${ageDays} days old)\n${formatTable(rows)}`,
    );
    return posture;
  } catch (error) {
    if (!isBerthError(error)) throw error;
    terminal.print(
      `\n${terminal.style("red", "✗")} ${plainLine(`${error.code}: ${error.message}`)}`,
    );
    return { error: toWire(error) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
