/**
 * Runs apps in a page: loads, starts, pauses, resumes, stops and unloads them by instance name.
 *
 * Owns every instance, and through it every frame, worker and port; `close` leaves none. Knows
 * nothing of React or of a Berth server.
 */
import {
  type AppManifest,
  BerthError,
  type ParsedManifest,
  parseManifest,
  type ResourceLimits,
} from "@berth/protocol";
import { createEmitter } from "../emitter.ts";
import { createGrowthWatch, type GrowthWatch } from "../resources/growth-watch.ts";
import type { ResourceUsage } from "../resources/resource-monitor.ts";
import { appNameOf, storageScopeOf } from "../storage/scope-names.ts";
import { type AppHandle, AppInstance } from "./app-instance.ts";
import type { AppSource, BundleSource } from "./app-source.ts";
import {
  type AppRuntimeConfig,
  givenContext,
  type HostContext,
  type ResolvedConfig,
  resolveConfig,
  resolveContext,
} from "./config.ts";
import type { RuntimeEvents } from "./events.ts";
import { loadBundle, loadText } from "./load-bundle.ts";
import { isMeteredApp } from "./load-metered.ts";
import { activeStates, createResourceKeeper, type ResourceKeeper } from "./resource-keeper.ts";
import type { ViewKind } from "./running-view.ts";
import {
  fetchCatalogKind,
  isFederatedApp,
  isHtmlApp,
  loadViewKind,
  refuseOtherLevels,
} from "./view-kinds.ts";
import { viewStateName } from "./view-state.ts";

export class AppRuntimeManager {
  readonly #config: ResolvedConfig;
  readonly #emitter = createEmitter<RuntimeEvents>();
  readonly #instances = new Map<string, AppInstance>();
  readonly #loading = new Map<string, AbortController>();
  readonly #lastUsage = new Map<string, string>();
  readonly #keeper: ResourceKeeper;
  readonly #growth = new Map<string, GrowthWatch>();
  readonly #placeContexts = new Map<string, Partial<HostContext>>();
  #context: Partial<HostContext>;

  constructor(config: AppRuntimeConfig = {}) {
    this.#config = resolveConfig(config);
    this.#keeper = createResourceKeeper({
      config: this.#config,
      apps: () => this.#instances.values(),
      onUsage: (instance, usage) => this.#emitUsage(instance, usage),
    });
    this.#context = givenContext(config);
  }

  /**
   * Fetches an app's module, checks manifest and digest, and makes it ready to start.
   *
   * @param instance - names the running instance, not the app; one app may run several times
   * @throws BerthError RUNTIME_INSTANCE_EXISTS, MANIFEST_INVALID, PLATFORM_INCOMPATIBLE,
   *   PERMISSIVE_NOT_ALLOWED, VIEW_LOAD_FAILED, PACKAGE_DIGEST_MISMATCH, UNAVAILABLE (a part of the
   *   runtime)
   */
  async load(instance: string, source: AppSource): Promise<AppHandle> {
    if (this.#instances.has(instance) || this.#loading.has(instance))
      throw new BerthError(
        "RUNTIME_INSTANCE_EXISTS",
        `An instance named ${JSON.stringify(instance)} is loaded; unload it, or choose another name.`,
      );
    const loading = new AbortController();
    this.#loading.set(instance, loading);
    try {
      const manifest = readManifest(source.manifest, this.#config.defaultResourceLimits);
      refuseOtherLevels(manifest);
      const isHtml = isHtmlApp(manifest);
      const isFederated = isFederatedApp(manifest);
      const canWait = !isHtml && !isFederated && !isMeteredApp(manifest);
      // Comes up while the module is fetched. One that cannot be opened fails the start, which says why.
      if (canWait) this.#config.frames.prepare(source.frame).catch(() => {});
      const options = { fetch: this.#config.fetch, signal: loading.signal };
      const [code, createView, bootstrap] = await Promise.all([
        isFederated ? "" : loadBundle(source.bundle, { ...options, isPage: isHtml }),
        loadViewKind(manifest),
        this.#config.workerScriptPath === undefined || !canWait
          ? undefined
          : loadText(this.#config.workerScriptPath, options),
      ]);
      const kept =
        source.viewState ??
        (await this.#config.viewStates.load(viewStateName(instance, source), appNameOf(manifest)));
      const started = { ...source, viewState: kept };
      const view = await createView({
        instance,
        manifest,
        source: started,
        config: this.#config,
        code,
        bootstrap,
        onFallback: (fallback) => this.#emitter.emit("fallback", { instance, ...fallback }),
      });
      loading.signal.throwIfAborted();
      return this.#add(instance, started, manifest, view);
    } finally {
      this.#loading.delete(instance);
      if (!this.#instances.has(instance)) this.#giveBackFrame(source);
    }
  }

  /**
   * Opens a frame and fetches the code of strict views ahead of a start that is likely: on hover, on
   * idle. Resolves when both are ready; without a frame where there is no room (`warmFrames`). A frame
   * that waits is removed with the last app's unload.
   *
   * @param frame - where the app's frame will come from; by default a frame for any `srcdoc` app
   */
  async warm(frame: AppSource["frame"] = { srcdoc: true }): Promise<void> {
    // The load that needs the code fetches it again, and says what keeps it away.
    const code = fetchCatalogKind().catch(() => {});
    await Promise.all([this.#config.frames.prepare(frame), code]);
  }

  /**
   * Resolves when the app's own start has. From loaded, stopped or failed.
   *
   * @throws BerthError RUNTIME_INSTANCE_UNKNOWN, RUNTIME_STATE, RUNTIME_CAPACITY, VIEW_*
   */
  async start(instance: string): Promise<void> {
    const app = this.#get(instance);
    const running = [...this.#instances.values()].filter(({ state }) =>
      activeStates.has(state),
    ).length;
    if (!activeStates.has(app.state) && running >= this.#config.maxConcurrentApps)
      throw new BerthError(
        "RUNTIME_CAPACITY",
        `${running} apps run, as many as maxConcurrentApps allows; stop one before ${JSON.stringify(instance)} can start.`,
      );
    await app.start();
  }

  /** Asks the view to rest; events no longer reach it. @throws BerthError RUNTIME_STATE */
  async pause(instance: string): Promise<void> {
    await this.#get(instance).pause();
  }

  /** From paused, and from a suspension that the host ends. @throws BerthError RUNTIME_STATE */
  async resume(instance: string): Promise<void> {
    await this.#get(instance).resume();
  }

  /** Ends the view; the instance can be started again. @throws BerthError RUNTIME_STATE */
  async stop(instance: string): Promise<void> {
    await this.#get(instance).stop();
  }

  /** Ends and forgets an instance, whatever its state. Its view state is kept by the store. */
  async unload(instance: string): Promise<void> {
    this.#loading.get(instance)?.abort(new BerthError("RUNTIME_STATE", "The load was given up."));
    const app = this.#instances.get(instance);
    if (app === undefined) return;
    const previous = app.state;
    this.#instances.delete(instance);
    this.#lastUsage.delete(instance);
    this.#keeper.refresh();
    this.#growth.delete(instance);
    this.#giveBackFrame(app.source);
    await app.discard();
    this.#emitter.emit("status", { instance, state: "unloaded", previous });
  }

  /**
   * Unloads an instance for good: its view state goes, and its storage with the key to it. Sources
   * with a `storageScope` share theirs, which the host removes by `storage.remove`.
   *
   * @throws BerthError RUNTIME_INSTANCE_UNKNOWN, UNAVAILABLE
   */
  async forget(instance: string): Promise<void> {
    const { manifest, source } = this.#get(instance);
    const app = appNameOf(manifest);
    await this.unload(instance);
    await this.#config.viewStates.delete(viewStateName(instance, source), app);
    await this.#config.storage?.remove(storageScopeOf(instance, app, undefined));
  }

  /**
   * Puts another build of an app's view in its place, as `berth dev` does at each edit: what is drawn
   * stands until the new one draws, and its view state goes with it. A view that is not up runs the
   * new build at its next start; a failed one is started. The last call counts.
   *
   * @throws BerthError RUNTIME_INSTANCE_UNKNOWN, PLATFORM_INCOMPATIBLE for an app of its own HTML,
   *   and as `load` and `start`
   */
  async replaceBundle(instance: string, bundle: BundleSource): Promise<void> {
    const app = this.#get(instance);
    const { replaceBundle } = await import("./replace-bundle.ts");
    const start = () => this.start(instance);
    await replaceBundle({ app, bundle, config: this.#config, start });
  }

  /** Undefined when nothing of that name is loaded. */
  get(instance: string): AppHandle | undefined {
    return this.#instances.get(instance);
  }

  list(): readonly AppHandle[] {
    return [...this.#instances.values()];
  }

  /** Calls back at each event of that name; returns the unsubscriber. */
  on<Name extends keyof RuntimeEvents>(
    name: Name,
    listener: (event: RuntimeEvents[Name]) => void,
  ): () => void {
    return this.#emitter.on(name, listener);
  }

  /** What the host has said of theme, locale and the like, for all views. */
  get context(): Partial<HostContext> {
    return this.#context;
  }

  /**
   * Changes theme, density, locale, time zone, direction or tokens for every view, running ones
   * included.
   *
   * @param instance - for this one only, loaded or not: in what its place in the page differs. It
   *   replaces what was said for it before; an empty object takes it back
   */
  setContext(context: Partial<HostContext>, instance?: string): void {
    const given = givenContext(context);
    if (instance === undefined) {
      this.#context = { ...this.#context, ...given };
      for (const app of this.#instances.values()) app.updateContext();
      this.#emitter.emit("context", this.#context);
      return;
    }
    if (Object.keys(given).length === 0) this.#placeContexts.delete(instance);
    else this.#placeContexts.set(instance, given);
    this.#instances.get(instance)?.updateContext();
  }

  /**
   * Says which instance the user is at: it gets most of what the page can take, and the others are
   * paced. Undefined: all are alike, as they are before the first call.
   */
  setForeground(instance: string | undefined): void {
    this.#keeper.setForeground(instance);
  }

  /** As it was last said. */
  get foreground(): string | undefined {
    return this.#keeper.foreground;
  }

  /** Unloads everything. Idempotent; the manager may be used again afterwards. */
  async close(): Promise<void> {
    const names = new Set([...this.#instances.keys(), ...this.#loading.keys()]);
    await Promise.all([...names].map((instance) => this.unload(instance)));
    this.#config.frames.clear();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Nothing of an app that is gone is left in the page, and without any app nothing at all. */
  #giveBackFrame({ frame }: AppSource): void {
    this.#config.frames.release(frame);
    if (this.#instances.size + this.#loading.size === 0) this.#config.frames.clear();
  }

  #get(instance: string): AppInstance {
    const app = this.#instances.get(instance);
    if (app !== undefined) return app;
    throw new BerthError(
      "RUNTIME_INSTANCE_UNKNOWN",
      `No instance named ${JSON.stringify(instance)} is loaded; load it first.`,
    );
  }

  #add(instance: string, source: AppSource, manifest: ParsedManifest, view: ViewKind): AppHandle {
    const emitter = this.#emitter;
    const app: AppInstance = new AppInstance({
      instance,
      manifest,
      source,
      view,
      config: this.#config,
      context: () => resolveContext({ ...this.#context, ...this.#placeContexts.get(instance) }),
      onState: (previous, error) => {
        this.#keeper.refresh();
        const { state } = app;
        emitter.emit("status", { instance, state, previous, ...(error ? { error } : {}) });
      },
      onViolation: (error) => emitter.emit("violation", { instance, error }),
      onError: (error, report) => emitter.emit("error", { instance, error, report }),
      onMessage: (message) => emitter.emit("message", { instance, ...message }),
      onLimit: ({ step, previous, excess: { limit, figure, allowed } }) =>
        emitter.emit("limit", { instance, step, previous, limit, figure, allowed }),
      measures: this.#keeper.measures,
    });
    this.#instances.set(instance, app);
    emitter.emit("status", { instance, state: app.state, previous: undefined });
    return app;
  }

  #emitUsage(instance: string, usage: ResourceUsage): void {
    const key = JSON.stringify({ ...usage, silenceMs: null });
    this.#watchGrowth(instance, usage.nodes);
    if (this.#lastUsage.get(instance) === key) return;
    this.#lastUsage.set(instance, key);
    this.#emitter.emit("resource", { instance, usage });
  }

  #watchGrowth(instance: string, nodes: number): void {
    const watch = this.#growth.get(instance) ?? createGrowthWatch();
    this.#growth.set(instance, watch);
    const growth = watch.note(nodes, this.#config.clock.now());
    if (growth !== undefined) this.#emitter.emit("leak", { instance, what: "nodes", ...growth });
  }
}

function readManifest(
  manifest: AppManifest | ParsedManifest,
  defaults: ResourceLimits,
): ParsedManifest {
  const isObject = typeof manifest === "object" && manifest !== null;
  return parseManifest(
    isObject ? { ...manifest, resources: { ...defaults, ...manifest.resources } } : manifest,
  );
}
