/** Runs of installations in the audit log: how each step ended. */
import type { RunDefinition } from "../jobs/run.ts";
import type { ActRecord } from "../trail/trail.ts";

/** Who asked for the run is in the entry of the request; its steps are Berth's own work. */
export function recordSteps(
  trail: ActRecord,
  kind: string,
): NonNullable<RunDefinition<unknown>["onStepEnd"]> {
  return async (trx, { runId, organizationId, subject, step, outcome, attempt, error }) => {
    await trail.record(trx, {
      action: `installation.${kind}.${step}.${outcome}`,
      organizationId,
      actor: { kind: "system", id: "berth" },
      target: { kind: "installation", id: subject },
      details: { run: runId, attempt, ...(error === null ? {} : { error: error.code }) },
    });
  };
}
