/**
 * Where somebody may look on while an app runs: an inspector, a test. Nobody does most of the time;
 * what passes by reads one property then, and goes on. Types alone: what looks on is loaded when
 * somebody does (inspect/observe-app.ts).
 */
import type { Beat } from "../resources/busy-meter.ts";

export type MessageDirection = "fromApp" | "toApp";

/** Who answered a call: the network, the page's cache, or a request of the same kind under way. */
export type ServedBy = "network" | "cache" | "shared";
export type OnServed = (by: ServedBy) => void;

/** None of its methods throws by itself. */
export interface AppObserver {
  /** A message on the app's port. From the app it is hostile text of bounded size, checked no further. */
  message(direction: MessageDirection, text: string): void;
  /** A batch that was drawn: its records, checked, and how many mutations they held. */
  mutations(records: unknown, count: number): void;
  /** The worker gave a sign of life. */
  beat(beat: Beat): void;
  /** Does a call of the app's, and answers as it does. */
  call<Result>(name: string, work: (onServed?: OnServed) => Promise<Result>): Promise<Result>;
}

export interface AppTap {
  /** Set by `observeApp` of `@berth/browser/inspect`, which lets several look on. */
  observer: AppObserver | undefined;
}
