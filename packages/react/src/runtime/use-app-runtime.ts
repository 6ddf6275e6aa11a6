/** The browser runtime as a hook. */
import {
  type AppHandle,
  type AppRuntimeConfig,
  type AppRuntimeManager,
  type AppSource,
  type SourceOfManifestOptions,
  sourceOfManifest,
} from "@berth/browser";
import type { AppManifest } from "@berth/protocol";
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { emptyRuntimeState, type RuntimeState, RuntimeStore } from "./runtime-store.ts";

export interface UseAppRuntimeOptions {
  /** Read once, at the first render; change theme and locale by `manager.setContext`. */
  readonly config?: AppRuntimeConfig;
  /** Where `loadApp` finds an app's module, grants and API. Default: sourceOfManifest's. */
  readonly resolveSource?: (manifest: AppManifest) => SourceOfManifestOptions;
}

export interface AppRuntime {
  readonly manager: AppRuntimeManager;
  readonly state: RuntimeState;
  /**
   * Loads an app under an instance name: by its manifest, or from a whole source such as
   * `fromViewSession` makes.
   */
  loadApp(instance: string, app: AppManifest | AppSource): Promise<AppHandle>;
  startApp(instance: string): Promise<void>;
  pauseApp(instance: string): Promise<void>;
  resumeApp(instance: string): Promise<void>;
  stopApp(instance: string): Promise<void>;
  unloadApp(instance: string): Promise<void>;
}

/**
 * Its functions stay the same from render to render; only the object changes, with `state`.
 *
 * A runtime that lives as long as the component. Nothing of the page is touched before the first
 * `loadApp`, so that it renders on a server too; unmounting unloads every app.
 */
export function useAppRuntime(options: UseAppRuntimeOptions = {}): AppRuntime {
  const [store] = useState(() => new RuntimeStore(options.config ?? {}));
  const latest = useRef(options.resolveSource);
  useEffect(() => {
    latest.current = options.resolveSource;
  });
  useEffect(() => store.retain(), [store]);
  const state = useSyncExternalStore(store.subscribe, store.snapshot, () => emptyRuntimeState);
  const actions = useMemo((): Omit<AppRuntime, "state"> => {
    const { manager } = store;
    return {
      manager,
      loadApp: (instance, app) =>
        manager.load(
          instance,
          isSource(app) ? app : sourceOfManifest(app, latest.current?.(app) ?? {}),
        ),
      startApp: (instance) => manager.start(instance),
      pauseApp: (instance) => manager.pause(instance),
      resumeApp: (instance) => manager.resume(instance),
      stopApp: (instance) => manager.stop(instance),
      unloadApp: (instance) => manager.unload(instance),
    };
  }, [store]);
  return useMemo(() => ({ ...actions, state }), [actions, state]);
}

function isSource(app: AppManifest | AppSource): app is AppSource {
  return "manifest" in app && "bundle" in app;
}
