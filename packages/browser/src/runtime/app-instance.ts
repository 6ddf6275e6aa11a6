/**
 * One loaded app under one instance name: its state, its grants, its tree and, while it runs, its
 * view, in a worker or in a document of its own.
 *
 * Invariant: the state changes by protocol's table only, and a view exists exactly in the
 * states starting, running, paused and suspended.
 */
import {
  type AppEvent,
  type AppState,
  type BerthError,
  nextAppState,
  type ParsedManifest,
  type ViewContext,
  type ViewErrorReport,
} from "@berth/protocol";
import type { ViewSurface } from "../html/html-surface.ts";
import type { PermissionManager } from "../permissions/permission-manager.ts";
import type { EndpointFigures } from "../proxy/endpoint-figures.ts";
import type { LimitMove } from "../resources/limit-ladder.ts";
import type { ResourceUsage } from "../resources/resource-monitor.ts";
import type { UsageReport } from "../resources/usage-report.ts";
import { type AppRoutes, createAppRoutes } from "../routes/app-routes.ts";
import type { HostHandlers } from "../sandbox/host-api.ts";
import { ViewTree } from "../view-tree/view-tree.ts";
import { type AppCalls, createAppCalls } from "./app-calls.ts";
import { type AppResources, createAppResources, type MeasuredApp } from "./app-resources.ts";
import type { AppSource } from "./app-source.ts";
import { type AppStorageKeeper, createAppStorage } from "./app-storage.ts";
import type { AppTap } from "./app-tap.ts";
import type { HostContext, PageBudget, ResolvedConfig } from "./config.ts";
import { drawAnew } from "./draw-anew.ts";
import type { MessageEventBody } from "./events.ts";
import { messageApp } from "./message-app.ts";
import {
  modalAccess,
  navigateAccess,
  openPermissions,
  placementAccess,
} from "./open-permissions.ts";
import type { KeptApp, PageMeasures } from "./resource-keeper.ts";
import type { RunningView, ViewKind } from "./running-view.ts";
import { errorOf, messageOf, reportOf } from "./view-reports.ts";
import { createKeptViewState, type KeptViewState } from "./view-state.ts";

/** What hosts and components see of an instance. */
export interface AppHandle {
  readonly instance: string;
  readonly manifest: ParsedManifest;
  readonly state: AppState;
  /** Why it failed; undefined otherwise. */
  readonly error: BerthError | undefined;
  readonly tree: ViewTree;
  /** Where the page shows an app that draws its own HTML; undefined for a catalog app. */
  readonly surface: ViewSurface | undefined;
  readonly permissions: PermissionManager;
  /** Where an inspector looks on; without one it costs nothing. */
  readonly tap: AppTap;
  /** Where the page shows it: only one placed as a page writes the page's address. */
  readonly placement: ViewContext["placement"];
  /** Where its reader is. `set`: a deep link before it starts, Back and Forward after. */
  readonly routes: Pick<AppRoutes, "current" | "set">;
  usage(): ResourceUsage;
  /** How the endpoints that it calls have answered; see APIProxy. */
  endpoints(): readonly EndpointFigures[];
  /** What it used by the minute, against its limits, and when the trend reaches them. */
  usageReport(): UsageReport;
  /**
   * Tells the app of an event of one of its nodes; ignored unless the app starts or runs. Settles, and never
   * rejects, once the app's listeners have run; what they draw comes after.
   */
  dispatch(nodeId: string, event: string, detail: unknown): Promise<void>;
  /**
   * Hands a logic-only app (`runtime.engine`) a message, JSON; resolves with its answer, which
   * waits while the app is suspended.
   *
   * @throws BerthError RUNTIME_STATE, VIEW_THREW, and what ends the app meanwhile
   */
  message(data: unknown): Promise<unknown>;
}

export interface AppInstanceOptions {
  readonly instance: string;
  readonly manifest: ParsedManifest;
  readonly source: AppSource;
  /** Makes its views, by the level that it runs at. */
  readonly view: ViewKind;
  readonly config: ResolvedConfig;
  readonly context: () => HostContext;
  readonly onState: (previous: AppState, error: BerthError | undefined) => void;
  readonly onViolation: (error: BerthError) => void;
  readonly onError: (error: BerthError, report: ViewErrorReport) => void;
  readonly onMessage: (message: MessageEventBody) => void;
  readonly onLimit: (move: LimitMove) => void;
  readonly measures: PageMeasures;
}

const stopGraceMs = 500;
const answerGraceMs = 2_000;
const violations = new Set(["VIEW_MESSAGE_REFUSED", "VIEW_LIMIT_EXCEEDED", "VIEW_UNRESPONSIVE"]);

export class AppInstance implements AppHandle, KeptApp {
  readonly instance: string;
  readonly manifest: ParsedManifest;
  readonly tree: ViewTree;
  readonly surface: ViewSurface | undefined;
  readonly permissions: PermissionManager;
  readonly tap: AppTap = { observer: undefined };
  readonly routes: AppRoutes;
  readonly #options: AppInstanceOptions;
  readonly #resources: AppResources;
  readonly #viewState: KeptViewState;
  readonly #storage: AppStorageKeeper;
  readonly #calls: AppCalls;
  readonly #stopWatchingGrants: (() => void) | undefined;
  #state: AppState = "loaded";
  #error: BerthError | undefined;
  #worker: RunningView | undefined;
  #view: ViewKind;
  /** The run that makes way for another build. */
  #leaving: RunningView | undefined;
  /** It was paused when it was suspended, and goes on paused. */
  #isPausedBelow = false;
  #isContextStale = false;

  constructor(options: AppInstanceOptions) {
    const { config } = options;
    const { clock } = config;
    this.#options = options;
    this.#view = options.view;
    this.instance = options.instance;
    this.manifest = options.manifest;
    this.surface = options.view.surface;
    this.permissions = openPermissions(options);
    this.#stopWatchingGrants = options.source.watchGrants?.(this.permissions);
    this.tree = new ViewTree({
      limits: config.viewLimits,
      clock,
      mayOpenModal: () => this.permissions.evaluate(modalAccess).isAllowed,
      onModalShut: (id) => void this.dispatch(id, "close", null),
    });
    this.permissions.onChange(() => {
      if (!this.permissions.allows(modalAccess)) this.tree.shutModals();
      this.updateContext();
    });
    this.routes = createAppRoutes({
      ...options,
      require: () => this.#calls.require(navigateAccess),
      onChange: () => this.updateContext(),
    });
    this.#viewState = createKeptViewState({ ...options, store: config.viewStates });
    this.#storage = createAppStorage({
      ...options,
      viewStateBytes: () => this.#viewState.bytes,
      onCorrupt: (error) => options.onError(error, { message: error.message, isFatal: false }),
    });
    this.#resources = createAppResources({
      ...options,
      app: this.#measured(),
      tap: this.tap,
      keptBytes: () => this.#viewState.bytes + this.#storage.keptBytes(),
    });
    this.#calls = createAppCalls({
      ...options,
      permissions: this.permissions,
      monitor: this.#resources.monitor,
      tap: this.tap,
      local: this.#storage.capabilities,
    });
  }

  get source(): AppSource {
    return this.#options.source;
  }

  get state(): AppState {
    return this.#state;
  }

  get error(): BerthError | undefined {
    return this.#error;
  }

  usage(): ResourceUsage {
    return this.#resources.monitor.usage();
  }

  usageReport(): UsageReport {
    return this.#resources.limits.report();
  }

  demand(): { readonly messages: number; readonly mutations: number } {
    return this.#resources.monitor.demand();
  }

  checkLimits(): ResourceUsage {
    return this.#resources.limits.check();
  }

  setShare(share: PageBudget, isBackground: boolean): void {
    this.#resources.limits.setShare(share, isBackground);
  }

  endpoints(): readonly EndpointFigures[] {
    return this.#calls.endpoints();
  }

  /** Brings the view up. @throws BerthError RUNTIME_STATE and as RunningView.start */
  async start(): Promise<void> {
    this.permissions.require(placementAccess(this.placement.kind));
    this.#move("start");
    this.tree.clear();
    await this.#run();
  }

  /** Runs another build of its view: a running one's picture stands until the new one draws. */
  async replaceView(view: ViewKind): Promise<void> {
    this.#view = view;
    if (this.#state !== "running") return;
    const before = this.#worker ?? this.#leaving;
    this.#leaving = before;
    this.#worker = undefined;
    await before?.stop(stopGraceMs);
    // Stopped meanwhile, or overtaken by the next build.
    if (this.#leaving !== before || this.#view !== view) return;
    this.#leaving = undefined;
    if (this.state !== "failed") await this.#run();
  }

  async #run(): Promise<void> {
    this.#resources.beginRun();
    const worker: RunningView = this.#view.create({
      handlers: this.#handlers(drawAnew(this.tree, () => this.#worker === worker)),
      permissions: this.permissions,
      require: (request) => this.#calls.require(request),
      tap: this.tap,
      onMessage: (bytes) => this.#resources.noteMessage(bytes),
      onBeat: (beat) => this.#resources.noteBeat(beat),
      onReadings: (readings) => this.#resources.noteReadings(readings),
      frameId: this.#resources.frameId,
      onEnd: (error) => {
        if (this.#worker === worker) this.#ended(error);
      },
    });
    this.#worker = worker;
    worker.setPace(this.#resources.limits.pace);
    await worker.start(this.#viewContext());
    if (this.#worker !== worker) return;
    if (this.#state === "starting") this.#move("started");
    // In the place of another, while the host had it rest.
    if (this.#state === "paused") await this.#within(worker.pause());
    if (this.#isContextStale) this.updateContext();
  }

  async pause(): Promise<void> {
    this.#move("pause");
    await this.#within(this.#worker?.pause());
  }

  /** From suspended too: the host's word ends a suspension; the app stays slowed for a while. */
  async resume(): Promise<void> {
    const wasSuspended = this.#state === "suspended";
    this.#move("resume");
    if (wasSuspended) {
      this.#resources.limits.lift();
      this.updateContext();
      if (!this.#isPausedBelow) return;
    }
    await this.#within(this.#worker?.resume());
  }

  /** Nothing of the view is left when this resolves. @throws BerthError RUNTIME_STATE */
  async stop(): Promise<void> {
    const isUp = this.#state === "running" || this.#state === "paused";
    this.#move("stop");
    await this.#close(isUp);
  }

  /** Ends it whatever its state, without asking. */
  async discard(): Promise<void> {
    this.#stopWatchingGrants?.();
    this.permissions.close();
    this.#storage.close();
    await this.#close(this.#state === "running" || this.#state === "paused");
  }

  async dispatch(nodeId: string, event: string, detail: unknown): Promise<void> {
    const node = this.tree.snapshot(nodeId);
    const isUp = this.#state === "running" || this.#state === "starting";
    if (!isUp || node?.kind !== "element") return;
    if (!(node.events as readonly string[]).includes(event)) return;
    this.routes.noteEvent();
    await this.#worker?.dispatch(nodeId, event, detail);
  }

  message(data: unknown): Promise<unknown> {
    return messageApp(this, this.#worker, data);
  }

  /** Tells the view of changed grants, theme, locale. */
  updateContext(): void {
    this.#isContextStale = this.#state === "starting";
    if (this.#state !== "running" && this.#state !== "paused") return;
    this.#worker
      ?.update(this.#viewContext())
      // The view reports what its own listeners throw; an ended view is told by onEnd.
      .catch(() => {});
  }

  /** What its resources see of it, and do to it. */
  #measured(): MeasuredApp {
    const app = this;
    return {
      get isUp() {
        return app.#worker !== undefined;
      },
      get nodes() {
        return app.tree.totals.nodes;
      },
      get silenceMs() {
        return app.#worker?.silenceMs ?? null;
      },
      get canBeSuspended() {
        return app.#state === "running" || app.#state === "paused";
      },
      setPace: (pace) => this.#worker?.setPace(pace),
      suspend: () => this.#suspend(),
      goOn: () => this.#goOn(),
      end: (error) => {
        this.#worker?.terminate();
        this.#ended(error);
      },
    };
  }

  #suspend(): void {
    this.#isPausedBelow = this.#state === "paused";
    this.#move("suspend");
  }

  #goOn(): void {
    if (this.#state !== "suspended") return;
    this.#move("resume");
    if (this.#isPausedBelow) this.#move("pause");
    this.updateContext();
  }

  async #close(isAsked: boolean): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#leaving?.terminate();
    this.#leaving = undefined;
    if (isAsked) await worker?.stop(stopGraceMs);
    worker?.terminate();
    this.tree.clear();
  }

  #handlers(draw: (records: unknown) => number): Omit<HostHandlers, "violation"> {
    return {
      mutate: (records) => {
        const mutations = draw(records);
        this.#resources.monitor.count("mutations", mutations);
        this.#worker?.charge(mutations);
        this.tap.observer?.mutations(records, mutations);
      },
      fetch: (request, signal) => this.#calls.fetch(request, signal),
      call: (request, signal) => this.#calls.call(request, signal),
      saveViewState: (state) => this.#viewState.save(state),
      navigate: (to) => this.routes.navigate(to),
      requestPermission: (ask, signal) => this.permissions.requestPermission(ask, signal),
      report: (report) => {
        this.#calls.keepLog({ level: "error", message: report.stack ?? report.message });
        this.#options.onError(errorOf(report, this.instance), report);
      },
      log: (entry) => {
        this.#calls.keepLog(entry);
        this.#options.onMessage({ kind: "log", entry });
      },
    };
  }

  #ended(error: BerthError): void {
    this.#worker = undefined;
    this.#error = error;
    if (violations.has(error.code)) this.#options.onViolation(error);
    else this.#options.onError(error, reportOf(error));
    this.#move("fail", error);
    this.tree.clear();
  }

  #move(event: AppEvent, error?: BerthError): void {
    const previous = this.#state;
    this.#state = nextAppState(previous, event);
    this.#error = error;
    this.#options.onState(previous, error);
  }

  /** An app that does not answer is not waited for; the watchdog sees to it. */
  async #within(work: Promise<void> | undefined): Promise<void> {
    const limit = Promise.withResolvers<void>();
    const cancel = this.#options.config.clock.after(answerGraceMs, limit.resolve);
    try {
      await Promise.race([work, limit.promise]);
    } catch (error) {
      if (this.#worker === undefined) throw error;
      const told = errorOf({ message: messageOf(error), isFatal: false }, this.instance);
      this.#options.onError(told, { message: told.message, isFatal: false });
    } finally {
      cancel();
    }
  }

  get placement(): ViewContext["placement"] {
    const [first] = this.manifest.ui.placements;
    return (
      this.#options.source.placement ?? { kind: first?.kind ?? "page", path: first?.path ?? "/" }
    );
  }

  #viewContext(): ViewContext {
    const { id, name, version } = this.manifest;
    return {
      app: { id, name, version },
      instance: this.instance,
      placement: this.placement,
      route: this.routes.current,
      ...this.#options.context(),
      viewState: this.#viewState.value,
      grants: this.permissions.grants.map(({ type, resource, actions }) => ({
        type,
        resource,
        actions,
      })),
    };
  }
}
