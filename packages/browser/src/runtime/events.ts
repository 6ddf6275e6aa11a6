/** What the manager announces. */
import type { AppState, BerthError, ViewErrorReport, ViewLog } from "@berth/protocol";
import type { ResourceUsage } from "../resources/resource-monitor.ts";

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
  | { readonly kind: "navigate"; readonly path: string };

export interface RuntimeEvents {
  readonly status: StatusEvent;
  /** Every second while an instance runs and its figures change. */
  readonly resource: { readonly instance: string; readonly usage: ResourceUsage };
  /** The instance broke a bound; it has been ended, or the one call was refused. */
  readonly violation: { readonly instance: string; readonly error: BerthError };
  /** The app threw. `report.isFatal` when it ended by it. */
  readonly error: {
    readonly instance: string;
    readonly error: BerthError;
    readonly report: ViewErrorReport;
  };
  readonly message: { readonly instance: string } & MessageEventBody;
}
