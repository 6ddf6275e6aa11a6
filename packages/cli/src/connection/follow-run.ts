/** Shows an install or uninstall as it goes, step by step, until it ends. */
import { BerthError, parseWireError } from "@berth/protocol";
import type { RunView, StepView } from "@berth/protocol/api";
import type { CliContext } from "../context.ts";
import { formatDuration } from "../terminal/amounts.ts";
import { plainLine } from "../terminal/plain-text.ts";
import type { Connection } from "./connect.ts";

/**
 * Resolves with the run once it is done.
 *
 * @throws BerthError what the run failed with; INSTALL_FAILED when it does not say
 */
export async function followRun(
  context: CliContext,
  { client }: Connection,
  organization: string,
  run: string,
): Promise<RunView> {
  const shown = new Map<string, string>();
  let last: RunView | undefined;
  const params = { organization, run };
  for await (const { data } of client.follow("followRun", { params }, { signal: context.signal })) {
    last = data;
    for (const step of data.steps) showStep(context, shown, step);
  }
  if (context.signal.aborted) throw context.signal.reason;
  last ??= await client.call("getRun", { params }, { signal: context.signal });
  if (last.state === "done") return last;
  if (last.error) throw parseWireError(last.error, "INSTALL_FAILED");
  throw new BerthError(
    "INSTALL_FAILED",
    `The run ${run} ended as ${last.state}; \`berth doctor\` and the server's log say more.`,
  );
}

function showStep({ terminal }: CliContext, shown: Map<string, string>, step: StepView): void {
  const { name, state } = step;
  if (shown.get(name) === state || state === "pending" || state === "running") return;
  shown.set(name, state);
  const marks = { done: "✓", failed: "✗", undoing: "↶", undone: "↶" } as const;
  const took =
    step.startedAt && step.endedAt
      ? ` (${formatDuration(Date.parse(step.endedAt) - Date.parse(step.startedAt))})`
      : "";
  const detail = step.detail ? `  ${plainLine(step.detail)}` : "";
  terminal.note(
    `  ${marks[state]} ${plainLine(name)}${state === "done" ? took : ` ${state}`}${detail}`,
  );
}
