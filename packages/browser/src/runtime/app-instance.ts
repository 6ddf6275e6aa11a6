/**
 * One loaded app under one instance name: its state, its grants, its tree and, while it runs, its
 * view, in a worker or in a document of its own.
 *
 * Invariant: the state changes by protocol's table only, and a view exists exactly in the
 * states starting, running, paused and suspended.
 */
import {
  type AccessRequest,
  type AppEvent,
  type AppState,
  BerthError,
  nextAppState,
  type ParsedManifest,
  toWire,
  type ViewContext,
  type ViewErrorReport,
  type ViewLog,
} from "@berth/protocol";
import type { ViewSurface } from "../html/html-surface.ts";
import type { PermissionManager } from "../permissions/permission-manager.ts";
import type { APIProxy } from "../proxy/api-proxy.ts";
import type { EndpointFigures } from "../proxy/endpoint-figures.ts";
import { createRateWindow } from "../proxy/rate-window.ts";
import type { LimitMove } from "../resources/limit-ladder.ts";
import type { ResourceUsage } from "../resources/resource-monitor.ts";
import type { UsageReport } from "../resources/usage-report.ts";
import type { HostHandlers } from "../sandbox/host-api.ts";
import {
  appNameOf,
  createStorageCapability,
  storageScopeOf,
} from "../storage/storage-capability.ts";
import { ViewTree } from "../view-tree/view-tree.ts";
import { createAppProxy } from "./app-proxy.ts";
import { type AppResources, createAppResources, type MeasuredApp } from "./app-resources.ts";
import type { AppSource, LocalCapabilities } from "./app-source.ts";
import { type CallCapability, createCapabilityCalls } from "./capability-calls.ts";
import type { HostContext, PageBudget, ResolvedConfig } from "./config.ts";
import type { MessageEventBody } from "./events.ts";
import {
  modalAccess,
  navigateAccess,
  openPermissions,
  placementAccess,
} from "./open-permissions.ts";
import type { KeptApp, PageMeasures } from "./resource-keeper.ts";
import type { RunningView, ViewKind } from "./running-view.ts";

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
const logTimeoutMs = 10_000;
const maxViewStateBytes = 262_144;
const violations = new Set(["VIEW_MESSAGE_REFUSED", "VIEW_LIMIT_EXCEEDED", "VIEW_UNRESPONSIVE"]);

export class AppInstance implements AppHandle, KeptApp {
  readonly instance: string;
  readonly manifest: ParsedManifest;
  readonly tree: ViewTree;
  readonly surface: ViewSurface | undefined;
  readonly permissions: PermissionManager;
  readonly #options: AppInstanceOptions;
  readonly #resources: AppResources;
  readonly #proxy: APIProxy | undefined;
  readonly #call: CallCapability;
  readonly #enterCall: () => void;
  readonly #enterNetwork: () => void;
  #state: AppState = "loaded";
  #error: BerthError | undefined;
  #worker: RunningView | undefined;
  /** It was paused when it was suspended, and goes on paused. */
  #isPausedBelow = false;
  #viewState: unknown;

  constructor(options: AppInstanceOptions) {
    const { config, source, manifest } = options;
    const { clock } = config;
    this.#options = options;
    this.instance = options.instance;
    this.manifest = manifest;
    this.surface = options.view.surface;
    this.permissions = openPermissions(options);
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
    this.#resources = createAppResources({ ...options, app: this.#measured() });
    this.#viewState = source.viewState ?? null;
    this.#resources.noteViewState(jsonLength(this.#viewState));
    const { permissions } = this;
    this.#proxy = createAppProxy({ ...options, permissions });
    const local = { ...this.#storage(), ...source.capabilities };
    this.#call = createCapabilityCalls({ local, proxy: this.#proxy, permissions });
    const window = createRateWindow(manifest.resources.apiCalls, 60_000, clock);
    this.#enterCall = () => window.enter();
    // The app's own function is no network of its: what is not it, is.
    const network = createRateWindow(manifest.resources.network, 60_000, clock);
    this.#enterNetwork = () => {
      if (source.api !== undefined) return;
      this.#resources.monitor.count("networkRequests");
      network.enter();
    };
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
    return this.#proxy?.endpoints() ?? [];
  }

  /** Brings the view up. @throws BerthError RUNTIME_STATE and as RunningView.start */
  async start(): Promise<void> {
    this.permissions.require(placementAccess(this.#placement().kind));
    this.#move("start");
    this.tree.clear();
    this.#resources.beginRun();
    const worker = this.#options.view.create({
      handlers: this.#handlers(),
      permissions: this.permissions,
      require: (request) => this.#require(request),
      onMessage: (bytes) => this.#resources.noteMessage(bytes),
      onBeat: (beat) => this.#resources.noteBeat(beat),
      frameId: this.#resources.frameId,
      onEnd: (error) => this.#ended(error),
    });
    this.#worker = worker;
    worker.setPace(this.#resources.limits.pace);
    await worker.start(this.#viewContext());
    if (this.#worker === worker) this.#move("started");
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
    this.permissions.close();
    await this.#close(this.#state === "running" || this.#state === "paused");
  }

  async dispatch(nodeId: string, event: string, detail: unknown): Promise<void> {
    const node = this.tree.snapshot(nodeId);
    const isUp = this.#state === "running" || this.#state === "starting";
    if (!isUp || node?.kind !== "element") return;
    if (!(node.events as readonly string[]).includes(event)) return;
    await this.#worker?.dispatch(nodeId, event, detail);
  }

  /** Tells the view of changed grants, theme, locale. */
  updateContext(): void {
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
    if (isAsked) await worker?.stop(stopGraceMs);
    worker?.terminate();
    this.tree.clear();
  }

  #handlers(): Omit<HostHandlers, "violation"> {
    return {
      mutate: (records) => {
        const mutations = this.tree.apply(records);
        this.#resources.monitor.count("mutations", mutations);
        this.#worker?.charge(mutations);
      },
      fetch: (request, signal) =>
        this.#counted("requests", () => {
          if (this.#proxy === undefined)
            throw new BerthError("FUNCTION_ABSENT", "The app has no function or API to call here.");
          this.#enterNetwork();
          return this.#proxy.fetch(request, signal);
        }),
      call: (request, signal) =>
        this.#counted("capabilityCalls", () => {
          this.#enterCall();
          return this.#call(request, signal);
        }),
      saveViewState: (state) => this.#saveViewState(state),
      navigate: (path) => this.#navigate(path),
      requestPermission: (ask, signal) => this.permissions.requestPermission(ask, signal),
      report: (report) => {
        this.#keepLog({ level: "error", message: report.stack ?? report.message });
        this.#options.onError(errorOf(report, this.instance), report);
      },
      log: (entry) => {
        this.#keepLog(entry);
        this.#options.onMessage({ kind: "log", entry });
      },
    };
  }

  #navigate(path: string): void {
    try {
      this.permissions.require(navigateAccess);
    } catch (error) {
      this.#noteDenial(error);
      throw error;
    }
    this.#options.onMessage({ kind: "navigate", path });
  }

  #keepLog({ level, message }: ViewLog): void {
    if (this.#options.source.isLogKept !== true) return;
    const args = { level, message: message.slice(0, 8_000) };
    this.#call({ capability: "log", method: "write", args }, AbortSignal.timeout(logTimeoutMs))
      // The line has reached the page's own listeners; the server's log is lossy by design.
      .catch(() => {});
  }

  async #counted<Result>(
    counter: "requests" | "capabilityCalls",
    work: () => Promise<Result>,
  ): Promise<Result> {
    this.#resources.monitor.count(counter);
    try {
      return await this.#resources.monitor.time(async () => work());
    } catch (error) {
      this.#noteDenial(error);
      throw error;
    }
  }

  #require(request: AccessRequest): void {
    try {
      this.permissions.require(request);
    } catch (error) {
      this.#noteDenial(error);
      throw error;
    }
  }

  #noteDenial(error: unknown): void {
    if (!(error instanceof BerthError) || error.code !== "PERMISSION_DENIED") return;
    this.#resources.monitor.count("denials");
    this.#options.onViolation(error);
  }

  async #saveViewState(state: unknown): Promise<void> {
    const bytes = jsonLength(state);
    if (bytes > maxViewStateBytes)
      throw new BerthError(
        "REQUEST_TOO_LARGE",
        `The view's state has ${bytes} bytes; at most ${maxViewStateBytes} are kept.`,
      );
    this.#viewState = state ?? null;
    this.#resources.noteViewState(bytes);
    const app = appNameOf(this.manifest);
    await this.#options.config.viewStates.save(this.instance, this.#viewState, app);
  }

  #storage(): LocalCapabilities {
    const { config, source, onError } = this.#options;
    if (config.storage === undefined) return {};
    const app = appNameOf(this.manifest);
    return createStorageCapability({
      storage: config.storage,
      scope: storageScopeOf(this.instance, app, source.storageScope),
      manifest: this.manifest,
      onCorrupt: (error) => onError(error, { message: error.message, isFatal: false }),
    });
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

  #placement(): ViewContext["placement"] {
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
      placement: this.#placement(),
      ...this.#options.context(),
      viewState: this.#viewState,
      grants: this.permissions.grants.map(({ type, resource, actions }) => ({
        type,
        resource,
        actions,
      })),
    };
  }
}

function jsonLength(value: unknown): number {
  return JSON.stringify(value ?? null).length;
}

function errorOf(report: ViewErrorReport, instance: string): BerthError {
  return new BerthError("VIEW_THREW", `The view ${instance} threw: ${report.message}`, {
    details: report.stack === undefined ? {} : { stack: report.stack },
  });
}

function reportOf(error: BerthError): ViewErrorReport {
  const stack = error.details?.stack;
  return {
    message: toWire(error).message,
    isFatal: true,
    ...(typeof stack === "string" ? { stack } : {}),
  };
}

function messageOf(error: unknown): string {
  const { message } = error as { message?: unknown };
  return typeof message === "string" ? message.slice(0, 2000) : "it threw";
}
