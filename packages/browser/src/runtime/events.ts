/** What the manager announces. */
import type { AppState, BerthError, ViewErrorReport, ViewLog } from "@berth/protocol";
import type { Fallback } from "../federated/release-keeper.ts";
import type { Growth } from "../resources/growth-watch.ts";
import type { LimitStep } from "../resources/limit-ladder.ts";
import type { Reading, ReadingName } from "../resources/reading.ts";
import type { ResourceUsage } from "../resources/resource-monitor.ts";
import type { HostContext } from "./config.ts";

export interface StatusEvent {
  readonly instance: string;
  /** `unloaded` is the last event of an instance. */
  readonly state: AppState | "unloaded";
  /** Undefined for the first event of an instance. */
  readonly previous: AppState | undefined;
  /** Why, when it failed. */
  readonly error?: BerthError;
}

export type MessageEventBody =
  | { readonly kind: "log"; readonly entry: ViewLog }
  /** The view has moved to another of its routes. `isReplaced`: Back is not to lead to the last one. */
  | { readonly kind: "navigate"; readonly path: string; readonly isReplaced: boolean };

/** An app went one step further for exceeding a limit, or was let one step back. */
export interface LimitEvent {
  readonly instance: string;
  /** Where it stands now; `none` when it is free again. */
  readonly step: LimitStep;
  readonly previous: LimitStep;
  /** The limit that it exceeded; on the way back the one that it had. */
  readonly limit: ReadingName;
  /** What it used when it last exceeded it. */
  readonly figure: Reading;
  /** In the figure's unit. */
  readonly allowed: number;
}

export interface RuntimeEvents {
  readonly status: StatusEvent;
  /** Every second (`limitStepTimes.checkMs`) while an instance runs and its figures change. */
  readonly resource: { readonly instance: string; readonly usage: ResourceUsage };
  /** Each step that an instance takes for its limits: warn, throttle, suspend, stop, and back. */
  readonly limit: LimitEvent;
  /** The instance broke a bound; it has been ended, or the one call was refused. */
  readonly violation: { readonly instance: string; readonly error: BerthError };
  /** The app threw. `report.isFatal` when it ended by it. */
  readonly error: {
    readonly instance: string;
    readonly error: BerthError;
    readonly report: ViewErrorReport;
  };
  /** What `setContext` has made of the host's word, for all views. */
  readonly context: Partial<HostContext>;
  readonly message: { readonly instance: string } & MessageEventBody;
  /** A federated app's last good release runs, since the one that was named does not. */
  readonly fallback: { readonly instance: string } & Fallback;
  /** The view's tree has grown for a minute without ever falling back: it leaks, or will. */
  readonly leak: { readonly instance: string; readonly what: "nodes" } & Growth;
}
