/** What the inspector says, in the languages that the house speaks. */
import type { LimitStep, Reading, ReadingName, ReadingUnit, ServedBy } from "@berth/browser";
import type { ChangeEntry } from "@berth/browser/inspect";
import type { AppState, ViewLog } from "@berth/protocol";
import { englishInspector } from "./english.ts";
import { portugueseInspector } from "./portuguese.ts";

export const inspectorTabs = Object.freeze([
  "overview",
  "messages",
  "drawing",
  "calls",
  "permissions",
  "denials",
  "logs",
] as const);
export type InspectorTab = (typeof inspectorTabs)[number];

export interface InspectorMessages {
  readonly title: string;
  readonly app: string;
  readonly nothingTitle: string;
  readonly nothingBody: string;
  readonly close: string;
  readonly tabs: Readonly<Record<InspectorTab, string>>;

  readonly states: Readonly<Record<AppState | "unloaded", string>>;
  /** Where an app stands that exceeds a limit. */
  readonly steps: Readonly<Record<LimitStep, string>>;
  readonly changes: Readonly<Record<ChangeEntry["kind"], string>>;

  readonly pause: string;
  readonly goOn: string;
  readonly paused: string;
  readonly clear: string;
  readonly copy: string;
  readonly copied: string;
  readonly notCopied: string;
  readonly more: (count: string) => string;
  /** Such as "300 kept of 12,345". */
  readonly kept: (kept: string, total: string) => string;

  readonly pauseApp: string;
  readonly resumeApp: string;
  readonly startApp: string;
  readonly restartApp: string;
  readonly stopApp: string;
  readonly cancel: string;
  readonly restartTitle: (app: string) => string;
  readonly stopTitle: (app: string) => string;
  readonly endBody: string;
  readonly revoke: string;
  /** Of one row, for who hears it. */
  readonly revokeGrant: (grant: string) => string;
  readonly revokeTitle: string;
  readonly revokeBody: string;
  readonly failed: string;
  readonly grows: string;
  /** Such as "Messages: 300/s, where 100/s is allowed". */
  readonly excess: (limit: string, used: string, allowed: string) => string;

  readonly fromApp: string;
  readonly toApp: string;
  readonly perSecond: (value: string) => string;
  readonly dataPerSecond: string;
  readonly mutations: string;
  readonly nodes: string;
  readonly heartbeat: string;
  readonly noHeartbeat: string;
  readonly ago: (time: string) => string;
  readonly lateness: string;
  readonly callTime: string;
  readonly budgets: string;
  readonly trends: string;
  readonly history: string;
  readonly limit: string;
  readonly used: string;
  readonly allowed: string;
  readonly known: string;
  readonly outlook: string;
  readonly outlooks: { readonly reached: string; readonly at: (time: string) => string };
  readonly readings: Readonly<Record<ReadingName, string>>;
  readonly kinds: Readonly<Record<Reading["kind"], string>>;
  readonly units: Readonly<Record<ReadingUnit, (value: string) => string>>;
  /** How a small chart is read out. */
  readonly chart: (name: string, now: string, most: string) => string;

  readonly time: string;
  readonly direction: string;
  readonly kind: string;
  readonly size: string;
  readonly content: string;
  readonly cut: (bytes: string) => string;
  readonly all: string;
  readonly find: string;
  readonly noMessages: string;
  readonly noDrawing: string;
  readonly batch: string;
  readonly inserted: string;
  readonly removed: string;
  readonly updated: string;
  readonly texts: string;

  readonly endpoints: string;
  readonly recentCalls: string;
  readonly endpoint: string;
  readonly call: string;
  readonly count: string;
  readonly success: string;
  readonly cached: string;
  readonly status: string;
  readonly took: string;
  readonly pending: string;
  readonly done: string;
  readonly callFailed: string;
  readonly served: Readonly<Record<ServedBy, string>>;
  readonly noCalls: string;

  readonly permission: string;
  readonly conditions: string;
  readonly noConditions: string;
  readonly expires: (time: string) => string;
  readonly uses: string;
  readonly lastUse: string;
  readonly never: string;
  readonly action: string;
  readonly noGrants: string;

  readonly refused: string;
  readonly bound: string;
  readonly why: string;
  readonly noDenials: string;
  readonly times: (count: string) => string;
  readonly newDenials: (count: string, latest: string) => string;

  readonly level: string;
  readonly levels: Readonly<Record<ViewLog["level"], string>>;
  readonly noLogs: string;
  readonly nothingFound: string;
}

/** English where the language is not spoken. */
export function inspectorMessagesOf(locale: string): InspectorMessages {
  return /^pt\b/i.test(locale) ? portugueseInspector : englishInspector;
}
