/**
 * The manager as React reads it: one immutable snapshot, replaced at each status event.
 *
 * Owns its manager. Retained by mounted hooks; when the last has let go and none has come back
 * within the turn (StrictMode mounts twice), everything is unloaded.
 */
import { type AppRuntimeConfig, AppRuntimeManager } from "@berth/browser";
import type { AppState, BerthError, ParsedManifest } from "@berth/protocol";

export interface AppSummary {
  readonly instance: string;
  readonly manifest: ParsedManifest;
  readonly state: AppState;
  readonly error: BerthError | undefined;
}

export interface RuntimeState {
  readonly totalApps: number;
  /** In the state running; paused and starting ones are not counted. */
  readonly runningApps: number;
  readonly apps: readonly AppSummary[];
}

export const emptyRuntimeState: RuntimeState = Object.freeze({
  totalApps: 0,
  runningApps: 0,
  apps: Object.freeze([]),
});

export class RuntimeStore {
  readonly manager: AppRuntimeManager;
  readonly #listeners = new Set<() => void>();
  #state = emptyRuntimeState;
  #holders = 0;

  constructor(config: AppRuntimeConfig) {
    this.manager = new AppRuntimeManager(config);
    this.manager.on("status", () => this.#refresh());
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly snapshot = (): RuntimeState => this.#state;

  /** Returns the release. */
  retain(): () => void {
    this.#holders += 1;
    let isReleased = false;
    return () => {
      if (isReleased) return;
      isReleased = true;
      this.#holders -= 1;
      setTimeout(() => {
        if (this.#holders === 0) void this.manager.close();
      }, 0);
    };
  }

  #refresh(): void {
    const apps = this.manager
      .list()
      .map(({ instance, manifest, state, error }) => ({ instance, manifest, state, error }));
    this.#state = Object.freeze({
      totalApps: apps.length,
      runningApps: apps.filter(({ state }) => state === "running").length,
      apps: Object.freeze(apps),
    });
    for (const listener of [...this.#listeners]) listener();
  }
}
