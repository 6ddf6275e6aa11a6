/** How a kind of long work is declared, and what is known of one piece of it. */
import type { BerthError, RunId, RunState, StepState, WireError } from "@berth/protocol";
import type { Transaction } from "kysely";
import type { Schema } from "../storage/schema.ts";

export interface StepRecord {
  readonly name: string;
  readonly state: StepState;
  readonly attempt: number;
  /** What it did, in a sentence. */
  readonly detail: string | null;
  readonly startedAt: Date | null;
  readonly endedAt: Date | null;
}

export interface RunRecord {
  readonly id: RunId;
  readonly kind: string;
  readonly organizationId: string;
  readonly subject: string;
  readonly state: RunState;
  readonly steps: readonly StepRecord[];
  readonly error: WireError | null;
  readonly isCancelRequested: boolean;
  /** Grows with every change. */
  readonly revision: number;
  readonly startedAt: Date;
  readonly endedAt: Date | null;
}

export interface StepContext<Input> {
  readonly runId: RunId;
  readonly subject: string;
  readonly input: Input;
  /** 1 the first time; more after a crash or a failed try. */
  readonly attempt: number;
  /** Aborts when the run is cancelled, its lease is lost, or the server closes. */
  readonly signal: AbortSignal;
}

export interface StepOutcome {
  /** What was done, in a sentence; shown to the admin. */
  readonly detail: string;
  /** Rows that change together with the journal's row; runs inside that transaction. */
  readonly commit?: (trx: Transaction<Schema>) => Promise<void>;
}

/**
 * One step. A killed process leaves no more than a step begun: `begin`, `run` and `undo` must each
 * be safe to do again, and `undo` must be safe when nothing was done.
 */
export interface RunStep<Input> {
  readonly name: string;
  /** Rows that must be there before `run`; changes in the transaction that marks it as begun. */
  readonly begin?: (trx: Transaction<Schema>, context: StepContext<Input>) => Promise<void>;
  /** Outside any transaction, since it may take long. */
  readonly run: (context: StepContext<Input>) => Promise<StepOutcome>;
  readonly undo?: (context: StepContext<Input>) => Promise<StepOutcome>;
}

export interface RunFacts<Input> {
  readonly runId: RunId;
  readonly organizationId: string;
  readonly subject: string;
  readonly input: Input;
}

export interface RunDefinition<Input> {
  readonly kind: string;
  readonly steps: readonly RunStep<Input>[];
  /** `back`: a failure or a cancel undoes what was done. `forward`: a failed step is tried again. */
  readonly onFailure: "back" | "forward";
  /** What is kept and shown of a failure; `step` is where. */
  readonly toError: (error: unknown, step: string) => BerthError;
  /** From the journal's JSON. */
  readonly parseInput: (value: unknown) => Input;
  /** Changes in the transaction that decides to take the run back. */
  readonly onTurningBack?: (
    trx: Transaction<Schema>,
    facts: RunFacts<Input> & { readonly error: WireError },
  ) => Promise<void>;
  /** Changes in the transaction that ends the run: everything was taken back, or it is stuck. */
  readonly onEnd?: (
    trx: Transaction<Schema>,
    facts: RunFacts<Input> & {
      readonly state: "done" | "undone" | "stuck";
      readonly error: WireError | null;
    },
  ) => Promise<void>;
  /** In the transaction in which a step ends: done, failed, or undone. */
  readonly onStepEnd?: (
    trx: Transaction<Schema>,
    facts: RunFacts<Input> & {
      readonly step: string;
      readonly outcome: "done" | "failed" | "undone";
      readonly attempt: number;
      /** Of a failure. */
      readonly error: WireError | null;
    },
  ) => Promise<void>;
  /** After every transaction of the run, for what lies in memory. */
  readonly onCommitted?: (facts: { readonly subject: string }) => void;
  /** After the run ended. Errors are logged. */
  readonly afterEnd?: (facts: {
    readonly runId: RunId;
    readonly subject: string;
    readonly state: RunState;
  }) => Promise<void>;
}

/** Keeps the type of a definition's input to itself, so that kinds can lie in one list. */
export type AnyRunDefinition = RunDefinition<unknown>;

/** Declares a kind of run. */
export function defineRun<Input>(definition: RunDefinition<Input>): AnyRunDefinition {
  // Sound because the runner gives steps only what this definition's own parseInput returned.
  return Object.freeze(definition) as unknown as AnyRunDefinition;
}

/** Where a step is: before it began, before its rows and journal commit, after they did. */
export interface StepMoment {
  readonly runId: RunId;
  readonly kind: string;
  readonly subject: string;
  readonly step: string;
  readonly direction: "do" | "undo";
  readonly phase: "begun" | "committing" | "committed";
}

/** Told of what runs do. Awaited, so an observer sees the exact moment. */
export interface RunObservers {
  readonly onStep?: (moment: StepMoment) => void | Promise<void>;
}

export function isEnded(state: RunState): boolean {
  return state === "done" || state === "undone" || state === "stuck";
}
