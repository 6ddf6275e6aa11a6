/**
 * What an instance needs of a view, whatever level it runs at, and what a view is given: the seam
 * between app-instance.ts and the levels.
 */
import type { AccessRequest, BerthError, ViewContext } from "@berth/protocol";
import type { HtmlSurface } from "../html/html-surface.ts";
import type { MeteredReadings } from "../metered/read-beat.ts";
import type { PermissionManager } from "../permissions/permission-manager.ts";
import type { Beat } from "../resources/busy-meter.ts";
import type { ViewPace } from "../sandbox/app-worker.ts";
import type { HostHandlers } from "../sandbox/host-api.ts";
import type { AppTap } from "./app-tap.ts";

/** One run of a view, from `start` until it ends. Ends once; nothing of it is left then. */
export interface RunningView {
  /** Milliseconds since it last gave a sign of life; null when it is not up. */
  readonly silenceMs: number | null;
  /** Resolves when the app's own start has. @throws BerthError, and nothing of it is left */
  start(context: ViewContext): Promise<void>;
  /** Tells it of a changed context. */
  update(context: ViewContext): Promise<void>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Delivers an event of one of its nodes. Never rejects. */
  dispatch(nodeId: string, event: string, detail: unknown): Promise<void>;
  /** Hands a logic-only app a message; absent for a view that draws. */
  message?(data: unknown): Promise<unknown>;
  /** Slows it down, or lets it go again; holds before it is up, too. */
  setPace(pace: ViewPace | undefined): void;
  /** What was just delivered held this many mutations; a pace counts them. */
  charge(mutations: number): void;
  /** Lets it say goodbye, for at most `graceMs`, then ends it. */
  stop(graceMs: number): Promise<void>;
  /** Ends it now. Idempotent. */
  terminate(): void;
}

/** What the instance gives to each run of its view. */
export interface ViewSeam {
  readonly handlers: Omit<HostHandlers, "violation">;
  readonly permissions: Pick<PermissionManager, "grants">;
  /** Decides and records one access. @throws BerthError PERMISSION_DENIED */
  readonly require: (request: AccessRequest) => void;
  /** Told of every message, both ways. */
  readonly tap: AppTap;
  readonly onMessage: (bytes: number) => void;
  readonly onBeat: (beat: Beat) => void;
  /** What a metered engine counts of its app. */
  readonly onReadings: (readings: MeteredReadings) => void;
  /** The frame's id, by which the page's memory is told apart; undefined where it is not measured. */
  readonly frameId: string | undefined;
  /** Once, unless it was terminated. */
  readonly onEnd: (error: BerthError) => void;
}

/** How the views of one instance are made. */
export interface ViewKind {
  create(seam: ViewSeam): RunningView;
  /** Where the page shows it; undefined for a view that draws by the catalog. */
  readonly surface: HtmlSurface | undefined;
}
