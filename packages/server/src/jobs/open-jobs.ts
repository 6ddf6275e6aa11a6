/**
 * Long work that survives a killed process.
 *
 * Owns which runs this process drives and who watches them. What a run does is its definition's;
 * where it stands is the journal's.
 */
import { BerthError, parseRunId, type RunId } from "@berth/protocol";
import type { Kysely, Transaction } from "kysely";
import type { Ground } from "../storage/ground.ts";
import type { Schema } from "../storage/schema.ts";
import { createFollowers } from "./followers.ts";
import { createJournal, LeaseLost, type RunCancel } from "./journal.ts";
import { type AnyRunDefinition, isEnded, type RunObservers, type RunRecord } from "./run.ts";
import { driveRun } from "./runner.ts";

export interface JobsOptions {
  readonly kysely: Kysely<Schema>;
  /** The database's; without it nothing is held to an organization. */
  readonly of?: (organizationId: string) => Kysely<Schema>;
  readonly ground: Ground;
  /**
   * Names this node across restarts. Only one process may use a name at a time: leases under it are
   * taken over at once when it starts, other nodes' leases only after they have run out.
   */
  readonly nodeId: string;
  readonly definitions: readonly AnyRunDefinition[];
  readonly observers?: RunObservers;
  /** Default 30 seconds. */
  readonly leaseMs?: number;
  /** Runs driven at a time; the rest wait. Default 4. */
  readonly maxRunning?: number;
}

export interface Jobs extends AsyncDisposable {
  /**
   * Writes a run in the caller's transaction. Call `launch` after that committed; after a crash in
   * between, the next start launches it.
   *
   * @throws INSTALLATION_STATE when an unfinished run works on the same subject
   */
  create(
    trx: Transaction<Schema>,
    run: {
      readonly kind: string;
      readonly organizationId: string;
      readonly subject: string;
      readonly input: unknown;
    },
  ): Promise<RunId>;
  /** True when a run works on the subject, as the caller's transaction sees it. */
  hasUnfinished(trx: Transaction<Schema>, subject: string): Promise<boolean>;
  /** True when the newest run on the subject could neither be ended nor taken back. */
  isStuck(trx: Transaction<Schema>, subject: string): Promise<boolean>;
  /** Begins, or resumes, in the background. Does nothing for a run that is driven already. */
  launch(id: RunId): void;
  /** Launches every unfinished run that no other node holds. Call once all else is ready. */
  resumeAll(): Promise<readonly RunId[]>;
  /** Ends the leases of nodes whose process is known to be gone, so that nobody waits for them. */
  releaseOf(nodeIds: readonly string[]): Promise<void>;
  /** @param organizationId - whose it must be, for what serves one organization; any when left out */
  find(id: string, organizationId?: string): Promise<RunRecord | undefined>;
  /** The run now and after every change; ends when the run has ended or the signal aborts. */
  follow(id: string, signal: AbortSignal): AsyncIterable<RunRecord>;
  /** The run when it has ended. */
  ended(id: string, signal?: AbortSignal): Promise<RunRecord>;
  /** @throws INSTALLATION_STATE when it has ended or cannot be cancelled; RUN_NOT_FOUND */
  cancel(id: string, cancel?: RunCancel): Promise<RunRecord>;
  /** Interrupts what runs here; the next start goes on with it. */
  close(): Promise<void>;
}

interface Active {
  readonly stop: AbortController;
  readonly cancel: AbortController;
  readonly ended: Promise<void>;
}

export function openJobs(options: JobsOptions): Jobs {
  const { ground, nodeId, kysely, observers = {}, leaseMs = 30_000, maxRunning = 4 } = options;
  const journal = createJournal({ kysely, of: options.of, ground, leaseMs });
  const definitions = new Map(options.definitions.map((each) => [each.kind, each]));
  const active = new Map<RunId, Active>();
  const waiting: RunId[] = [];
  const followers = createFollowers((id) => journal.find(id));
  let closing: Promise<void> | undefined;

  function definitionOf(kind: string): AnyRunDefinition {
    const definition = definitions.get(kind);
    if (definition === undefined) throw new TypeError(`No run of the kind "${kind}" is known.`);
    return definition;
  }

  async function drive(id: RunId, stop: AbortController, cancel: AbortSignal): Promise<void> {
    const lease = await journal.acquire(id, nodeId);
    const run = await journal.find(id);
    if (lease === undefined || run === undefined) return;
    const definition = definitionOf(run.kind);
    const renewal = setInterval(() => {
      journal.renew(lease).then(
        (isHeld) => {
          if (!isHeld) stop.abort(new LeaseLost(`The run ${id} was taken over.`));
        },
        (error: unknown) => ground.logger.warn({ run: id, err: error }, "A lease was not renewed"),
      );
    }, leaseMs / 3);
    renewal.unref();
    try {
      await driveRun({
        journal,
        lease,
        definition,
        observers,
        ground,
        stop: stop.signal,
        cancel,
        onChange: () => followers.wake(id),
      });
    } finally {
      clearInterval(renewal);
      await journal.release(lease);
    }
    const after = await journal.find(id);
    if (after !== undefined && isEnded(after.state)) {
      await definition.afterEnd?.({ runId: id, subject: after.subject, state: after.state });
    }
  }

  function begin(id: RunId): void {
    const stop = new AbortController();
    const cancel = new AbortController();
    const ended = drive(id, stop, cancel.signal)
      .catch((error: unknown) => {
        if (error instanceof LeaseLost || stop.signal.aborted) return;
        ground.logger.error({ run: id, err: error }, "A run stopped; it is resumed later");
      })
      .finally(() => {
        active.delete(id);
        const next = waiting.shift();
        if (next !== undefined) launch(next);
      });
    active.set(id, { stop, cancel, ended });
  }

  function launch(id: RunId): void {
    if (closing !== undefined || active.has(id) || waiting.includes(id)) return;
    if (active.size >= maxRunning) waiting.push(id);
    else begin(id);
  }

  async function resumeAll(): Promise<readonly RunId[]> {
    const ids = await journal.listResumable(nodeId);
    for (const id of ids) launch(id);
    return ids;
  }

  async function getRun(id: string): Promise<RunRecord> {
    const run = await journal.find(id);
    if (run !== undefined) return run;
    throw new BerthError("RUN_NOT_FOUND", `There is no run ${id.slice(0, 40)} here.`);
  }

  // Takes up what a node that died left behind, and shows followers what other nodes did.
  const sweep = setInterval(() => {
    Promise.all([resumeAll(), followers.wakeAll()]).catch((error: unknown) => {
      ground.logger.warn({ err: error }, "Unfinished runs could not be looked for");
    });
  }, leaseMs);
  sweep.unref();

  async function close(): Promise<void> {
    clearInterval(sweep);
    waiting.length = 0;
    const reason = new BerthError("UNAVAILABLE", "Berth is closing; the run goes on at the start.");
    const endings = [...active.values()].map((run) => {
      run.stop.abort(reason);
      return run.ended;
    });
    await Promise.all(endings);
    followers.close();
  }

  return {
    create(trx, run) {
      const { steps } = definitionOf(run.kind);
      return journal.insert(trx, { ...run, steps: steps.map((step) => step.name) });
    },
    hasUnfinished: (trx, subject) => journal.hasUnfinished(trx, subject),
    isStuck: (trx, subject) => journal.isStuck(trx, subject),
    launch,
    resumeAll,
    releaseOf: (nodeIds) => journal.releaseOf(nodeIds),
    find: journal.find,
    follow: (id, signal) => followers.follow(id, signal),
    async ended(id, signal = new AbortController().signal) {
      await getRun(id);
      let last: RunRecord | undefined;
      for await (const run of followers.follow(id, signal)) last = run;
      if (last === undefined || !isEnded(last.state)) {
        throw new BerthError("UNAVAILABLE", `Berth closed before the run ${id} ended.`);
      }
      return last;
    },
    async cancel(id, cancel) {
      const run = await getRun(id);
      const isPossible = definitionOf(run.kind).onFailure === "back";
      const state = isPossible ? await journal.requestCancel(run.id, cancel) : run.state;
      if (!isPossible || isEnded(state)) {
        const why = isEnded(state) ? `is ${state} already` : "goes forward only";
        throw new BerthError("INSTALLATION_STATE", `The ${run.kind} ${why}; nothing to cancel.`, {
          details: { state },
        });
      }
      if (state === "running") {
        active
          .get(run.id)
          ?.cancel.abort(new BerthError("INSTALL_CANCELLED", "The run was cancelled."));
        await followers.wake(run.id);
      }
      return getRun(parseRunId(id));
    },
    close: () => (closing ??= close()),
    [Symbol.asyncDispose]: () => (closing ??= close()),
  };
}
