/**
 * An inspector without a face: looks on at every app of a manager from `openInspection` until
 * `close`, keeps a bounded part of what it sees, and says at a steady pace that there is news,
 * however fast the apps go.
 *
 * Owns one trace for each loaded instance, and one timer. After `close` neither is left, and the
 * runtime goes on as if nobody had looked.
 */
import type { AppState } from "@berth/protocol";
import { type Clock, systemClock } from "../clock.ts";
import type { AppRuntimeManager } from "../runtime/app-runtime-manager.ts";
import { AppTrace } from "./app-trace.ts";
import {
  type AppInspection,
  defaultInspectionBounds,
  type InspectionBounds,
  type InspectionList,
} from "./entries.ts";

export interface InspectedApp {
  readonly instance: string;
  readonly name: string;
  readonly state: AppState;
}

export interface Inspection {
  /** The loaded instances, in the order in which they were loaded. */
  apps(): readonly InspectedApp[];
  /** One app as it stands; undefined when nothing of that name is loaded. */
  snapshot(instance: string): AppInspection | undefined;
  /** Calls back about twice a second, and at once when an app comes or goes or changes its state. */
  subscribe(listener: () => void): () => void;
  clear(instance: string, list: InspectionList): void;
  /** Idempotent. */
  close(): void;
}

export interface InspectionOptions {
  readonly manager: AppRuntimeManager;
  readonly clock?: Clock;
  readonly bounds?: Partial<InspectionBounds>;
}

const tickMs = 500;
const ticksPerSample = 2;

export function openInspection(options: InspectionOptions): Inspection {
  const { manager, clock = systemClock } = options;
  const bounds = { ...defaultInspectionBounds, ...options.bounds };
  const traces = new Map<string, AppTrace>();
  const listeners = new Set<() => void>();
  let ticks = 0;

  const notify = (): void => {
    for (const listener of [...listeners]) listener();
  };
  const forget = (instance: string): void => {
    traces.get(instance)?.close();
    traces.delete(instance);
  };
  /** The trace of what is loaded under that name now. */
  const traceOf = (instance: string): AppTrace | undefined => {
    const app = manager.get(instance);
    const known = traces.get(instance);
    if (app === known?.app) return known;
    forget(instance);
    if (app === undefined) return undefined;
    const trace = new AppTrace({ app, clock, bounds });
    traces.set(instance, trace);
    return trace;
  };

  for (const { instance } of manager.list()) traceOf(instance);
  const stops = [
    manager.on("status", (event) => {
      const { instance } = event;
      // A trace that begins with this event has noted the state already.
      if (traces.get(instance)?.app === manager.get(instance))
        traces.get(instance)?.noteStatus(event);
      else traceOf(instance);
      notify();
    }),
    manager.on("limit", (event) => traceOf(event.instance)?.noteLimit(event)),
    manager.on("leak", (event) => traceOf(event.instance)?.noteLeak(event)),
    manager.on("violation", ({ instance, error }) => traceOf(instance)?.noteViolation(error)),
    manager.on("error", ({ instance, error, report }) =>
      traceOf(instance)?.noteLog("error", report.stack ?? error.message),
    ),
    manager.on("message", (event) => {
      if (event.kind === "log")
        traceOf(event.instance)?.noteLog(event.entry.level, event.entry.message);
    }),
    clock.every(tickMs, () => {
      ticks += 1;
      if (ticks % ticksPerSample === 0) for (const trace of traces.values()) trace.sample();
      notify();
    }),
  ];

  return {
    apps: () =>
      manager
        .list()
        .map(({ instance, manifest, state }) => ({ instance, name: manifest.name, state })),
    snapshot: (instance) => traceOf(instance)?.snapshot(),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    clear(instance, list) {
      traceOf(instance)?.clear(list);
      notify();
    },
    close() {
      for (const stop of stops) stop();
      for (const instance of [...traces.keys()]) forget(instance);
      listeners.clear();
    },
  };
}
