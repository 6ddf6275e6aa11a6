/**
 * Drives one run from wherever its journal says it is to its end.
 *
 * The journal alone decides what comes next: a fresh run, one found after a crash and one whose undo
 * was interrupted take the same path. Invariant: a step's rows and its journal row change together;
 * nothing is written after the lease was lost.
 */
import { BerthError, type StepState, toWire, type WireError } from "@berth/protocol";
import type { Transaction } from "kysely";
import type { Ground } from "../storage/ground.ts";
import type { Schema } from "../storage/schema.ts";
import { type Journal, type Lease, LeaseLost, wireOf } from "./journal.ts";
import {
  type AnyRunDefinition,
  isEnded,
  type RunFacts,
  type RunObservers,
  type RunRecord,
  type RunStep,
  type StepContext,
  type StepMoment,
  type StepRecord,
} from "./run.ts";

/** A step that failed, or was interrupted, so often is not begun again. */
const maxAttempts = 5;
const maxUndoAttempts = 3;

const needsUndo: ReadonlySet<StepState> = new Set(["running", "done", "failed", "undoing"]);

export interface RunnerOptions {
  readonly journal: Journal;
  readonly lease: Lease;
  readonly definition: AnyRunDefinition;
  readonly observers: RunObservers;
  readonly ground: Pick<Ground, "clock" | "logger">;
  /** Aborts when the server closes or the lease is lost: then everything is left as it is. */
  readonly stop: AbortSignal;
  /** Aborts when a cancel was asked for. */
  readonly cancel: AbortSignal;
  /** Called after every change of the journal. */
  readonly onChange: () => Promise<void>;
}

interface Place {
  readonly step: RunStep<unknown>;
  readonly record: StepRecord;
  readonly position: number;
}

type Phase = Pick<StepMoment, "direction" | "phase">;

/** Resolves when the run has ended, or must be left for another time (`stop` aborted, lease lost). */
export async function driveRun(options: RunnerOptions): Promise<void> {
  const { journal, lease, definition, stop } = options;
  const first = await journal.find(lease.runId);
  if (first === undefined || isEnded(first.state)) return;
  const facts: RunFacts<unknown> = {
    runId: lease.runId,
    organizationId: first.organizationId,
    subject: first.subject,
    input: definition.parseInput(await journal.findInput(lease.runId)),
  };
  const runner = createRunner(options, facts);
  for (;;) {
    const run = await journal.find(lease.runId);
    if (run === undefined || isEnded(run.state) || stop.aborted) return;
    if (run.state === "running") await runner.goForward(run);
    else await runner.goBack(run);
    await options.onChange();
  }
}

function createRunner(options: RunnerOptions, facts: RunFacts<unknown>) {
  const { journal, lease, definition, observers, ground, stop, cancel } = options;
  const now = () => new Date(ground.clock.now());
  let undoAttempts = 0;

  const tell = async (place: Place, phase: Phase) => {
    const { runId, subject } = facts;
    const moment = { runId, subject, kind: definition.kind, step: place.step.name, ...phase };
    try {
      await observers.onStep?.(moment);
    } catch (error) {
      // Whoever watches does not decide: a step that committed must not count as failed.
      ground.logger.error({ ...moment, err: error }, "An observer of runs threw");
    }
  };

  const change: typeof journal.change = async (held, work) => {
    const result = await journal.change(held, work);
    definition.onCommitted?.(facts);
    return result;
  };

  const setStep = async (
    trx: Transaction<Schema>,
    position: number,
    set: {
      state: StepState;
      detail?: string;
      attempt?: number;
      started_at?: Date;
      ended_at?: Date;
    },
  ) => {
    await trx
      .updateTable("run_step")
      .set(set)
      .where("run_id", "=", facts.runId)
      .where("position", "=", position)
      .execute();
  };

  const end = async (
    trx: Transaction<Schema>,
    state: "done" | "undone" | "stuck",
    error: WireError | null,
  ) => {
    await trx
      .updateTable("run")
      .set({
        state,
        input: "{}",
        error: error === null ? null : JSON.stringify(error),
        ended_at: now(),
        lease_owner: null,
      })
      .where("id", "=", facts.runId)
      .execute();
    await definition.onEnd?.(trx, { ...facts, state, error });
  };

  const turnBack = async (trx: Transaction<Schema>, error: WireError) => {
    await trx
      .updateTable("run")
      .set({ state: "undoing", error: JSON.stringify(error) })
      .where("id", "=", facts.runId)
      .execute();
    await definition.onTurningBack?.(trx, { ...facts, error });
  };

  const cancelled = (step: string) =>
    definition.toError(
      new BerthError("INSTALL_CANCELLED", `The run was cancelled at the step "${step}".`),
      step,
    );

  const stepEnded = async (
    trx: Transaction<Schema>,
    { step, record }: Place,
    outcome: "done" | "failed" | "undone",
    error: WireError | null = null,
  ) => {
    const attempt = outcome === "undone" ? record.attempt : record.attempt + 1;
    await definition.onStepEnd?.(trx, { ...facts, step: step.name, outcome, attempt, error });
  };

  const contextOf = (place: Place, signal: AbortSignal): StepContext<unknown> => ({
    ...facts,
    attempt: place.record.attempt + 1,
    signal,
  });

  async function doStep(place: Place, isLast: boolean): Promise<void> {
    const { step, position } = place;
    const canCancel = definition.onFailure === "back";
    const context = contextOf(place, canCancel ? AbortSignal.any([stop, cancel]) : stop);
    await change(lease, async (trx, row) => {
      if (canCancel && row.is_cancel_requested) throw cancelled(step.name);
      await setStep(trx, position, {
        state: "running",
        attempt: context.attempt,
        started_at: now(),
      });
      await step.begin?.(trx, context);
    });
    await options.onChange();
    await tell(place, { direction: "do", phase: "begun" });
    const outcome = await step.run(context);
    await tell(place, { direction: "do", phase: "committing" });
    await change(lease, async (trx, row) => {
      if (canCancel && row.is_cancel_requested) throw cancelled(step.name);
      await outcome.commit?.(trx);
      await setStep(trx, position, { state: "done", detail: outcome.detail, ended_at: now() });
      await stepEnded(trx, place, "done");
      if (isLast) await end(trx, "done", null);
    });
    await tell(place, { direction: "do", phase: "committed" });
  }

  async function noteFailure(place: Place, error: unknown): Promise<void> {
    const { step, position, record } = place;
    const failure = cancel.aborted ? cancelled(step.name) : definition.toError(error, step.name);
    const wire = toWire(failure);
    const isFinal = definition.onFailure === "forward" && record.attempt + 1 >= maxAttempts;
    ground.logger.warn(
      { run: facts.runId, kind: definition.kind, step: step.name, err: error },
      "A step failed",
    );
    await change(lease, async (trx) => {
      await setStep(trx, position, { state: "failed", detail: wire.message, ended_at: now() });
      await stepEnded(trx, place, "failed", wire);
      if (definition.onFailure === "back") await turnBack(trx, wire);
      else if (isFinal) await end(trx, "stuck", wire);
    });
  }

  async function undoStep(place: Place, isLast: boolean, error: WireError | null): Promise<void> {
    const { step, position } = place;
    const context = contextOf(place, stop);
    await change(lease, (trx) =>
      setStep(trx, position, { state: "undoing", attempt: context.attempt }),
    );
    await options.onChange();
    await tell(place, { direction: "undo", phase: "begun" });
    const outcome = await step.undo?.(context);
    await tell(place, { direction: "undo", phase: "committing" });
    await change(lease, async (trx) => {
      await outcome?.commit?.(trx);
      await setStep(trx, position, {
        state: "undone",
        ended_at: now(),
        // A failed step keeps the sentence that says why.
        ...(outcome === undefined || place.record.state === "failed" || error === null
          ? {}
          : { detail: outcome.detail }),
      });
      await stepEnded(trx, place, "undone");
      if (isLast) await end(trx, "undone", error);
    });
    undoAttempts = 0;
    await tell(place, { direction: "undo", phase: "committed" });
  }

  /** True when the failure means "leave it as it is". */
  const mustLeave = (error: unknown) => error instanceof LeaseLost || stop.aborted;

  return {
    async goForward(run: RunRecord): Promise<void> {
      const position = run.steps.findIndex((step) => step.state !== "done");
      const place = placeOf(definition, run, position);
      if (place === undefined) {
        await change(lease, (trx) => end(trx, "done", null));
        return;
      }
      try {
        if (place.record.attempt >= maxAttempts) throw interruptedTooOften(place);
        await doStep(place, position === definition.steps.length - 1);
      } catch (error) {
        if (mustLeave(error)) throw error;
        await noteFailure(place, error);
      }
    },

    async goBack(run: RunRecord): Promise<void> {
      const error = run.error === null ? null : wireOf(run.error);
      const position = run.steps.findLastIndex((step) => needsUndo.has(step.state));
      const place = placeOf(definition, run, position);
      if (place === undefined) {
        await change(lease, (trx) => end(trx, "undone", error));
        return;
      }
      const isLast = !run.steps.slice(0, position).some((step) => needsUndo.has(step.state));
      try {
        await undoStep(place, isLast, error);
      } catch (failure) {
        if (mustLeave(failure)) throw failure;
        undoAttempts += 1;
        ground.logger.error(
          { run: facts.runId, kind: definition.kind, step: place.step.name, err: failure },
          "A step could not be undone",
        );
        if (undoAttempts < maxUndoAttempts) return;
        const stuck = toWire(definition.toError(failure, place.step.name));
        await change(lease, (trx) => end(trx, "stuck", error ?? stuck));
      }
    },
  };
}

function placeOf(
  definition: AnyRunDefinition,
  run: RunRecord,
  position: number,
): Place | undefined {
  const step = definition.steps[position];
  const record = run.steps[position];
  if (step === undefined || record === undefined) return undefined;
  if (step.name !== record.name) {
    throw new TypeError(
      `Step ${position} of the run ${run.id} is "${record.name}" in the journal but "${step.name}" here.`,
    );
  }
  return { step, record, position };
}

function interruptedTooOften(place: Place): BerthError {
  return new BerthError(
    "INTERNAL",
    `The step "${place.step.name}" was begun ${place.record.attempt} times and never ended.`,
  );
}
