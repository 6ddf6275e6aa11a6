/** What an inspector shows of one app. All of it is plain JSON. */
import type { AppState, Grant, ViewLog } from "@berth/protocol";
import type { EndpointFigures } from "../proxy/endpoint-figures.ts";
import type { ReadingName, ReadingUnit } from "../resources/reading.ts";
import type { ResourceUsage } from "../resources/resource-monitor.ts";
import type { UsageReport } from "../resources/usage-report.ts";
import type { MessageDirection, ServedBy } from "../runtime/app-tap.ts";

/** How much is kept of each app; beyond it the oldest go. */
export interface InspectionBounds {
  readonly messages: number;
  readonly mutations: number;
  readonly calls: number;
  readonly denials: number;
  readonly logs: number;
  readonly changes: number;
  /** One a second. */
  readonly samples: number;
  /** Of a message's or a log line's text. */
  readonly textCharacters: number;
}

export const defaultInspectionBounds: InspectionBounds = Object.freeze({
  messages: 300,
  mutations: 200,
  calls: 200,
  denials: 200,
  logs: 300,
  changes: 100,
  samples: 120,
  textCharacters: 2_000,
});

/** Times are milliseconds since the epoch. `id` grows by one with each entry of its list. */
interface Entry {
  readonly id: number;
  readonly at: number;
}

export interface MessageEntry extends Entry {
  readonly direction: MessageDirection;
  /** By its first characters, as its sender wrote them. */
  readonly kind: string;
  /** In UTF-8. */
  readonly bytes: number;
  /** Its beginning. */
  readonly text: string;
  readonly isCut: boolean;
}

export interface MutationEntry extends Entry {
  readonly count: number;
  readonly inserted: number;
  readonly removed: number;
  readonly texts: number;
  readonly updated: number;
}

export interface CallEntry extends Entry {
  /** Such as `GET /api/orders` or `storage.get`. */
  readonly name: string;
  readonly state: "pending" | "done" | "failed";
  readonly durationMs: number | undefined;
  readonly status: number | undefined;
  readonly servedBy: ServedBy | undefined;
  readonly error: Problem | undefined;
}

/** An error as its code and its sentence. */
export interface Problem {
  readonly code: string;
  readonly message: string;
}

export interface DenialEntry extends Entry {
  /** What was asked for, such as `api /api/orders (read)`; undefined where a bound was broken. */
  readonly access: string | undefined;
  readonly code: string;
  /** Why, as a sentence. */
  readonly reason: string;
  /** The same again and again is one entry; `at` is the latest, and says its place. */
  readonly count: number;
  readonly firstAt: number;
}

export interface LogEntry extends Entry {
  readonly level: ViewLog["level"];
  readonly text: string;
}

/** A change of the app's state, or a step for its limits. */
export interface ChangeEntry extends Entry {
  readonly kind: "state" | "limit" | "leak";
  /** The state or step that it came to. */
  readonly to: string;
  readonly from: string | undefined;
  /** Why it failed. */
  readonly why: string | undefined;
  /** What it used too much of. */
  readonly excess: Excess | undefined;
}

export interface Excess {
  readonly limit: ReadingName;
  readonly value: number | null;
  readonly unit: ReadingUnit;
  readonly allowed: number;
}

export interface GrantFigures {
  readonly grant: Grant;
  /** Of those the inspector knows of: the latest attempts before it was opened, and all since. */
  readonly uses: number;
  readonly lastUsedAt: number | undefined;
}

/** One second. */
export interface SampleEntry extends Entry {
  readonly memoryMb: number | null;
  readonly cpuPercent: number | null;
  readonly nodes: number;
  /** The latest that a heartbeat said of how late the worker's timers were; null without one. */
  readonly lateMs: number | null;
  readonly fromApp: number;
  readonly toApp: number;
  readonly bytes: number;
  readonly mutations: number;
}

/** A second, mean of the last five. */
export interface Rates {
  readonly fromApp: number;
  readonly toApp: number;
  readonly bytes: number;
  readonly mutations: number;
}

/** How many there were since the inspector was opened, also of what is no longer kept. */
export interface Totals {
  readonly messages: number;
  readonly mutations: number;
  readonly calls: number;
  readonly denials: number;
  /** Of those, how many were not just what had been refused before. */
  readonly denialKinds: number;
  readonly logs: number;
}

/** One app at one moment. Lists are oldest first, and the same array while they do not change. */
export interface AppInspection {
  readonly at: number;
  readonly instance: string;
  readonly app: { readonly id: string; readonly name: string; readonly version: string };
  readonly state: AppState;
  /** Why it failed. */
  readonly problem: Problem | undefined;
  readonly usage: ResourceUsage;
  readonly report: UsageReport;
  readonly endpoints: readonly EndpointFigures[];
  readonly grants: readonly GrantFigures[];
  readonly messages: readonly MessageEntry[];
  readonly mutations: readonly MutationEntry[];
  readonly calls: readonly CallEntry[];
  readonly denials: readonly DenialEntry[];
  readonly logs: readonly LogEntry[];
  readonly changes: readonly ChangeEntry[];
  readonly samples: readonly SampleEntry[];
  readonly rates: Rates;
  readonly totals: Totals;
}

/** The lists that can be emptied by themselves. */
export type InspectionList = Exclude<keyof Totals, "denialKinds"> | "changes";
