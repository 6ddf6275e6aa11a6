/**
 * What an inspector knows of one app: looks on at its tap and its permissions, and keeps the latest
 * of each kind.
 *
 * Owns its lists, each bounded, whatever the app does. Says nothing by itself: who shows it asks.
 * Trust: texts, names and paths come from the app; they are cut, and only ever handed on as text.
 */
import { type AccessRequest, type BerthError, isBerthError, toWire } from "@berth/protocol";
import type { Clock } from "../clock.ts";
import { deniedBy } from "../permissions/denials.ts";
import type { AccessAttempt } from "../permissions/permission-manager.ts";
import type { Beat } from "../resources/busy-meter.ts";
import type { AppHandle } from "../runtime/app-instance.ts";
import type { MessageDirection } from "../runtime/app-tap.ts";
import type { RuntimeEvents } from "../runtime/events.ts";
import { countMutations } from "./count-mutations.ts";
import { createDenialTally } from "./denial-tally.ts";
import type {
  AppInspection,
  CallEntry,
  ChangeEntry,
  DenialEntry,
  InspectionBounds,
  InspectionList,
  LogEntry,
  MessageEntry,
  MutationEntry,
  Problem,
  SampleEntry,
} from "./entries.ts";
import { createGrantTally } from "./grant-tally.ts";
import { firstCharacters, messageKind } from "./message-kind.ts";
import { type AppListener, type CallEnd, observeApp } from "./observe-app.ts";
import { createRateSamples } from "./rate-samples.ts";
import { createRing } from "./ring.ts";

export interface AppTraceOptions {
  readonly app: AppHandle;
  readonly clock: Clock;
  readonly bounds: InspectionBounds;
}

const maxNameLength = 300;
const maxReasonLength = 600;

export class AppTrace {
  readonly app: AppHandle;
  readonly #options: AppTraceOptions;
  readonly #messages;
  readonly #mutations;
  readonly #calls;
  readonly #denials;
  readonly #logs;
  readonly #changes;
  readonly #samples;
  readonly #tally = createGrantTally();
  readonly #rates = createRateSamples();
  readonly #encoder = new TextEncoder();
  readonly #stops: readonly (() => void)[];
  #sums = { fromApp: 0, toApp: 0, bytes: 0, mutations: 0 };
  #sampled = this.#sums;
  #lateMs: number | null = null;

  constructor(options: AppTraceOptions) {
    const { app, bounds } = options;
    this.app = app;
    this.#options = options;
    this.#messages = createRing<MessageEntry>(bounds.messages);
    this.#mutations = createRing<MutationEntry>(bounds.mutations);
    this.#calls = createRing<CallEntry>(bounds.calls);
    this.#denials = createDenialTally(bounds.denials);
    this.#logs = createRing<LogEntry>(bounds.logs);
    this.#changes = createRing<ChangeEntry>(bounds.changes);
    this.#samples = createRing<SampleEntry>(bounds.samples);
    for (const attempt of app.permissions.attempts) this.#noteAttempt(attempt);
    this.#noteChange({ kind: "state", to: app.state, why: whyOf(app.error) });
    this.#stops = [
      app.permissions.onAttempt((attempt) => this.#noteAttempt(attempt)),
      observeApp(app, this.#listener()),
    ];
  }

  noteStatus({ state, previous, error }: RuntimeEvents["status"]): void {
    this.#noteChange({ kind: "state", to: state, from: previous, why: whyOf(error) });
  }

  noteLimit({ step, previous, limit, figure, allowed }: RuntimeEvents["limit"]): void {
    const excess = { limit, value: figure.value, unit: figure.unit, allowed };
    this.#noteChange({ kind: "limit", to: step, from: previous, excess });
  }

  noteLeak({ what }: RuntimeEvents["leak"]): void {
    this.#noteChange({ kind: "leak", to: what });
  }

  noteLog(level: LogEntry["level"], text: string): void {
    const at = this.#options.clock.now();
    this.#logs.add((id) => ({ id, at, level, text: this.#cut(text) }));
  }

  /** A bound that it broke, or a refusal that came from further away than this page's grants. */
  noteViolation(error: BerthError): void {
    const { code, message } = problemOf(error);
    const isTold = this.#denials
      .entries()
      .some((entry) => entry.access !== undefined && entry.reason === message);
    if (!isTold) this.#noteDenial({ access: undefined, code, reason: message });
  }

  /** Once a second. */
  sample(): void {
    const { app } = this;
    const at = this.#options.clock.now();
    const { readings, nodes, silenceMs } = app.usage();
    const [now, before] = [this.#sums, this.#sampled];
    this.#rates.note({ at, ...now });
    this.#samples.add((id) => ({
      id,
      at,
      memoryMb: readings.memory.value,
      cpuPercent: readings.cpu.value,
      nodes,
      lateMs: silenceMs === null ? null : this.#lateMs,
      fromApp: now.fromApp - before.fromApp,
      toApp: now.toApp - before.toApp,
      bytes: now.bytes - before.bytes,
      mutations: now.mutations - before.mutations,
    }));
    this.#sampled = now;
    this.#lateMs = null;
  }

  clear(list: InspectionList): void {
    const rings = {
      messages: this.#messages,
      mutations: this.#mutations,
      calls: this.#calls,
      denials: this.#denials,
      logs: this.#logs,
      changes: this.#changes,
    };
    rings[list].clear();
  }

  snapshot(): AppInspection {
    const { app } = this;
    const { id, name, version } = app.manifest;
    return {
      at: this.#options.clock.now(),
      instance: app.instance,
      app: { id, name, version },
      state: app.state,
      problem: app.error === undefined ? undefined : problemOf(app.error),
      usage: app.usage(),
      report: app.usageReport(),
      endpoints: app.endpoints(),
      grants: this.#tally.figures(app.permissions.grants),
      messages: this.#messages.entries(),
      mutations: this.#mutations.entries(),
      calls: this.#calls.entries(),
      denials: this.#denials.entries(),
      logs: this.#logs.entries(),
      changes: this.#changes.entries(),
      samples: this.#samples.entries(),
      rates: this.#rates.rates(),
      totals: {
        messages: this.#messages.total,
        mutations: this.#mutations.total,
        calls: this.#calls.total,
        denials: this.#denials.totals.denials,
        denialKinds: this.#denials.totals.kinds,
        logs: this.#logs.total,
      },
    };
  }

  /** Looks away. Idempotent. */
  close(): void {
    for (const stop of this.#stops) stop();
  }

  #listener(): AppListener {
    return {
      message: (direction, text) => this.#noteMessage(direction, text),
      mutations: (records, count) => this.#noteMutations(records, count),
      call: (name) => this.#beginCall(name),
      beat: (beat) => this.#noteBeat(beat),
    };
  }

  #noteMessage(direction: MessageDirection, text: string): void {
    const bytes = this.#encoder.encode(text).byteLength;
    const sums = this.#sums;
    this.#sums = { ...sums, [direction]: sums[direction] + 1, bytes: sums.bytes + bytes };
    const at = this.#options.clock.now();
    const kept = this.#cut(text);
    const isCut = kept.length < text.length;
    const kind = messageKind(text);
    this.#messages.add((id) => ({ id, at, direction, kind, bytes, text: kept, isCut }));
  }

  #noteMutations(records: unknown, count: number): void {
    this.#sums = { ...this.#sums, mutations: this.#sums.mutations + count };
    const at = this.#options.clock.now();
    this.#mutations.add((id) => ({ id, at, count, ...countMutations(records) }));
  }

  #beginCall(name: string): (end: CallEnd) => void {
    const at = this.#options.clock.now();
    const begun = { at, name: firstCharacters(name, maxNameLength) };
    const open = { durationMs: undefined, status: undefined, servedBy: undefined };
    const id = this.#calls.add((own) => ({
      id: own,
      ...begun,
      state: "pending",
      ...open,
      error: undefined,
    }));
    return ({ status, servedBy, error }) => {
      const isFailed = error !== undefined || (status ?? 0) >= 400;
      this.#calls.replace(id, {
        id,
        ...begun,
        state: isFailed ? "failed" : "done",
        durationMs: this.#options.clock.now() - at,
        status,
        // What failed was answered by nobody.
        servedBy: error === undefined ? servedBy : undefined,
        error: error === undefined ? undefined : problemOf(error),
      });
    };
  }

  #noteBeat({ lateMs }: Beat): void {
    this.#lateMs = Math.max(this.#lateMs ?? 0, lateMs);
  }

  #noteAttempt({ at, request, decision }: AccessAttempt): void {
    if (decision.isAllowed) {
      this.#tally.add(decision.grantId, at);
      return;
    }
    const { code, message } = deniedBy(decision, request, undefined);
    this.#noteDenial({ access: accessOf(request), code, reason: message }, at);
  }

  #noteDenial(
    { reason, ...what }: Pick<DenialEntry, "access" | "code" | "reason">,
    at = this.#options.clock.now(),
  ): void {
    this.#denials.add({ ...what, reason: reason.slice(0, maxReasonLength) }, at);
  }

  #noteChange(
    change: Pick<ChangeEntry, "kind" | "to"> &
      Partial<Pick<ChangeEntry, "from" | "why" | "excess">>,
  ): void {
    const at = this.#options.clock.now();
    const absent = { from: undefined, why: undefined, excess: undefined };
    this.#changes.add((id) => ({ id, at, ...absent, ...change }));
  }

  #cut(text: string): string {
    return firstCharacters(text, this.#options.bounds.textCharacters);
  }
}

function accessOf({ type, resource, action }: AccessRequest): string {
  return firstCharacters(`${type} ${resource} (${action})`, maxNameLength);
}

function whyOf(error: BerthError | undefined): string | undefined {
  return error && problemOf(error).message;
}

/** What crosses a boundary of it: never a stack. */
function problemOf(error: unknown): Problem {
  const { code, message } = isBerthError(error) ? error : toWire(error);
  return { code, message: message.slice(0, maxReasonLength) };
}
