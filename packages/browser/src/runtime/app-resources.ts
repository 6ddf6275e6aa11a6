/**
 * What one instance uses and may use: its monitor, how busy its worker is, what it keeps, and its
 * limits. Lives as long as the instance; `beginRun` starts what belongs to one run anew.
 */
import type { ParsedManifest } from "@berth/protocol";
import type { MeteredReadings } from "../metered/read-beat.ts";
import { type Beat, type BusyMeter, createBusyMeter } from "../resources/busy-meter.ts";
import type { LimitMove } from "../resources/limit-ladder.ts";
import { ResourceMonitor } from "../resources/resource-monitor.ts";
import { type AppLimits, createAppLimits, type LimitedApp } from "./app-limits.ts";
import type { AppTap } from "./app-tap.ts";
import type { ResolvedConfig } from "./config.ts";
import type { PageMeasures } from "./resource-keeper.ts";

/** The instance, as far as it is measured and held. */
export interface MeasuredApp extends LimitedApp {
  readonly isUp: boolean;
  /** Nodes in its tree. */
  readonly nodes: number;
  readonly silenceMs: number | null;
}

export interface AppResourcesOptions {
  readonly instance: string;
  readonly manifest: ParsedManifest;
  readonly config: ResolvedConfig;
  readonly measures: PageMeasures;
  readonly app: MeasuredApp;
  /** Bytes that it keeps in the page and in the host's own stores. */
  readonly keptBytes: () => number;
  readonly onLimit: (move: LimitMove) => void;
  readonly tap: AppTap;
}

export interface AppResources {
  readonly monitor: ResourceMonitor;
  readonly limits: AppLimits;
  /** To be its frame's id, by which memory is told; undefined where none is measured. */
  readonly frameId: string | undefined;
  beginRun(): void;
  noteMessage(bytes: number): void;
  noteBeat(beat: Beat): void;
  noteReadings(readings: MeteredReadings): void;
}

export function createAppResources(options: AppResourcesOptions): AppResources {
  const { instance, config, measures, app, manifest } = options;
  const { clock } = config;
  const monitor = new ResourceMonitor({ clock });
  const frameId =
    config.measureMemory === undefined ? undefined : `berth-${globalThis.crypto.randomUUID()}`;
  let busy: BusyMeter = createBusyMeter(clock);
  /** Of this run's metered engine, where it has one. */
  let metered: MeteredReadings | undefined;
  monitor.observe(() => ({
    nodes: app.nodes,
    silenceMs: app.silenceMs,
    memory: measures.memory(app.isUp ? frameId : undefined),
    ...(app.isUp ? { cpu: busy.reading(measures.hostLateShare()), ...metered } : {}),
    storageBytes: options.keptBytes(),
  }));
  const limits = createAppLimits({
    instance,
    app,
    monitor,
    resources: manifest.resources,
    viewLimits: config.viewLimits,
    times: config.limitStepTimes,
    clock,
    measures,
    busyTotals: () => busy.totals,
    onMove: options.onLimit,
  });
  return {
    monitor,
    limits,
    frameId,
    beginRun() {
      busy = createBusyMeter(clock);
      metered = undefined;
      monitor.beginRun();
      limits.reset();
    },
    noteMessage(bytes) {
      monitor.count("messages");
      monitor.count("messageBytes", bytes);
    },
    noteBeat(beat) {
      busy.note(beat);
      options.tap.observer?.beat(beat);
    },
    noteReadings(readings) {
      metered = readings;
    },
  };
}
