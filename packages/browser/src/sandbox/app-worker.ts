/**
 * One view at work: its frame, its worker, the ports between, and the watchdog.
 *
 * Owns every one of them from `open` until it ends; after `terminate` nothing of it is left in
 * the page. Ends exactly once, by being stopped or with the error that ended it.
 * Trust: a frame that misbehaves ends the view; all that comes over the ports passes the guard.
 * The frame's removal is what surely ends the worker: no message of ours has to arrive.
 */
import {
  BerthError,
  type BootMessage,
  type HostApi,
  type ViewApi,
  type ViewContext,
  type ViewLimits,
} from "@berth/protocol";
import type { Clock } from "../clock.ts";
import type { EngineFailure } from "../metered/read-beat.ts";
import type { Beat } from "../resources/busy-meter.ts";
import { createRpcSession, type RpcSession } from "../rpc/rpc-session.ts";
import type { AppTap } from "../runtime/app-tap.ts";
import type { DrawingAccount, DrawingCosts } from "./drawing-costs.ts";
import type { FrameSource } from "./frame.ts";
import { createHostApi, type HostHandlers, redactError } from "./host-api.ts";
import type { DeliveryPace } from "./pacer.ts";
import { createPortGuard, type PortGuard } from "./port-guard.ts";
import { openSandboxFrame, type SandboxFrame } from "./sandbox-frame.ts";
import type { WarmFrames } from "./warm-frames.ts";
import { createWatchdog, type Watchdog } from "./watchdog.ts";
import { hostMethods } from "./wire-grammar.ts";

export interface AppWorkerOptions {
  readonly instance: string;
  readonly frame: FrameSource;
  /** Bootstrap and app, as composeWorkerSource puts them together. */
  readonly workerSource: string;
  readonly blockedAPIs: readonly string[];
  readonly limits: ViewLimits;
  readonly clock: Clock;
  /** Where frames are put. */
  readonly container: () => HTMLElement;
  /** Where a frame may wait already; without one, and when none fits, a new one is opened. */
  readonly frames?: WarmFrames;
  /** Of all views of the page; without it drawing waits for nothing but the rates. */
  readonly drawing?: DrawingCosts;
  readonly handlers: Omit<HostHandlers, "violation">;
  readonly onMessage: (bytes: number) => void;
  /** Told of every message, both ways; default nobody. */
  readonly tap?: AppTap;
  /** Each heartbeat: how busy the worker was since the one before. */
  readonly onBeat?: (beat: Beat) => void;
  /** Reads what a metered app's heartbeats carry; the failure that it returns ends the view. */
  readonly readBeat?: (data: unknown) => EngineFailure | undefined;
  /** Names the frame in the page, so that its memory can be told; default none. */
  readonly frameId?: string | undefined;
  /** Once, unless `terminate` came first. */
  readonly onEnd: (error: BerthError) => void;
}

/** Calls to the view that it has not answered yet; further events are dropped. */
const maxDispatchesWaiting = 64;

/** How fast a view may go. */
export interface ViewPace {
  /** Kept here, whatever the view does: what it sends waits. */
  readonly delivery: DeliveryPace;
  /** Timers and frames at most this often; Infinity: not at all. A request to the worker. */
  readonly timersMs: number;
}

export class AppWorker {
  readonly #options: AppWorkerOptions;
  readonly #ending = new AbortController();
  readonly #ended = Promise.withResolvers<never>();
  readonly #drawing: DrawingAccount | undefined;
  #frame: SandboxFrame | undefined;
  #control: MessagePort | undefined;
  #guard: PortGuard | undefined;
  #watchdog: Watchdog | undefined;
  #session: RpcSession | undefined;
  #view: ViewApi | undefined;
  #dispatchesWaiting = 0;
  #pace: ViewPace | undefined;

  constructor(options: AppWorkerOptions) {
    this.#options = options;
    this.#drawing = options.drawing?.open();
    // Whoever waits on it hears of it; an end that nobody waits for is no error of its own.
    this.#ended.promise.catch(() => {});
  }

  /** Milliseconds since the worker last beat; null when it is not up. */
  get silenceMs(): number | null {
    return this.#watchdog?.silenceMs() ?? null;
  }

  /** Slows the view down, or lets it go again; holds before it is up, too. */
  setPace(pace: ViewPace | undefined): void {
    this.#pace = pace;
    this.#guard?.setPace(pace?.delivery);
    this.#watchdog?.setTimerPace(pace?.timersMs ?? 0);
  }

  /** What was just delivered held this many mutations; a pace counts them. */
  charge(mutations: number): void {
    this.#guard?.charge(mutations);
  }

  /**
   * Brings the view up: frame, hand-shake, worker, the app's own `start`.
   *
   * @throws BerthError VIEW_LOAD_FAILED, VIEW_THREW, VIEW_UNRESPONSIVE, VIEW_MESSAGE_REFUSED,
   *   VIEW_LIMIT_EXCEEDED; nothing of it is left then
   */
  async start(context: ViewContext): Promise<void> {
    const { clock, limits, instance } = this.#options;
    const cancel = clock.after(limits.startTimeoutMs, () =>
      this.#end(
        new BerthError(
          "VIEW_LOAD_FAILED",
          `The view ${instance} did not start within ${limits.startTimeoutMs} ms; its frame did not load, or its start never ended.`,
        ),
      ),
    );
    try {
      const view = await this.#orEnd(this.#open());
      await this.#orEnd(view.start(context));
      // What it drew by then stands when it has started.
      await this.#orEnd(this.#drawing?.drawn() ?? Promise.resolve());
      this.#options.frames?.refill(this.#options.frame);
    } catch (error) {
      const told = error instanceof BerthError ? error : thrownByView(error, instance);
      this.#end(told);
      throw told;
    } finally {
      cancel();
    }
  }

  /** Tells the view of a changed context. */
  update(context: ViewContext): Promise<void> {
    return this.#ask((view) => view.update(context));
  }

  pause(): Promise<void> {
    return this.#ask((view) => view.pause());
  }

  resume(): Promise<void> {
    return this.#ask((view) => view.resume());
  }

  /** Delivers an event; dropped while the view has too many unanswered. Never rejects. */
  async dispatch(nodeId: string, event: string, detail: unknown): Promise<void> {
    if (this.#dispatchesWaiting >= maxDispatchesWaiting) return;
    this.#dispatchesWaiting += 1;
    this.#drawing?.invite();
    try {
      await this.#ask((view) => view.dispatch(nodeId, event, detail));
    } catch {
      // The view's own listeners report what they throw; an ended view is told by onEnd.
    } finally {
      this.#dispatchesWaiting -= 1;
    }
  }

  /** Hands a logic-only app a message. @throws BerthError RUNTIME_STATE, VIEW_THREW */
  async message(data: unknown): Promise<unknown> {
    const session = this.#session;
    if (session === undefined) throw new BerthError("RUNTIME_STATE", "The app does not run.");
    try {
      return await this.#orEnd(session.call("message", [data]));
    } catch (error) {
      const { instance } = this.#options;
      throw error instanceof BerthError ? error : thrownByView(error, instance, "threw");
    }
  }

  /** Lets the view say goodbye, for at most `graceMs`, then terminates it. */
  async stop(graceMs: number): Promise<void> {
    const grace = Promise.withResolvers<void>();
    const cancel = this.#options.clock.after(graceMs, grace.resolve);
    try {
      await Promise.race([this.#ask((view) => view.stop()), grace.promise]);
    } catch {
      // A view that throws while it stops is stopped all the same.
    } finally {
      cancel();
      this.terminate();
    }
  }

  /** Ends it now. Idempotent. */
  terminate(): void {
    if (this.#ending.signal.aborted) return;
    const error = new BerthError("RUNTIME_STATE", "The view was stopped.");
    this.#close(error);
  }

  async #ask(call: (view: ViewApi) => Promise<void>): Promise<void> {
    const view = this.#view;
    if (view === undefined) return;
    await this.#orEnd(call(view));
  }

  #orEnd<Result>(work: Promise<Result>): Promise<Result> {
    return Promise.race([work, this.#ended.promise]);
  }

  async #open(): Promise<ViewApi> {
    const { frame: source, frames, instance, container } = this.#options;
    const title = `${instance} sandbox`;
    const frame =
      frames?.take(source) ?? openSandboxFrame({ source, title, container: container() });
    this.#frame = frame;
    frame.rename(title, this.#options.frameId);
    frame.onMisbehaviour(() => this.#end(loadedAgain(instance)));
    return this.#connect(await this.#orEnd(frame.hello));
  }

  #connect(frameWindow: Window): ViewApi {
    const { clock, limits, instance, handlers } = this.#options;
    const [control, rpc, beat] = [new MessageChannel(), new MessageChannel(), new MessageChannel()];
    // The frame's origin is opaque, so that no target origin can be named: the message holds
    // ports alone, and went to the window that said hello.
    frameWindow.postMessage({ berth: "boot" }, "*", [control.port2, rpc.port2, beat.port2]);
    this.#control = control.port1;
    control.port1.onmessage = ({ data }: MessageEvent<unknown>) =>
      this.#end(scriptFailed(data, instance));
    this.#watchdog = createWatchdog({
      port: beat.port1,
      limits,
      clock,
      onTrouble: (trouble) => this.#end(troubleOf(trouble, instance, limits)),
      ...(this.#options.onBeat === undefined ? {} : { onBeat: this.#options.onBeat }),
      onData: (data) => {
        const ended = this.#options.readBeat?.(data);
        if (ended !== undefined) this.#end(new BerthError(ended.code, ended.message, ended));
      },
    });
    this.#guard = createPortGuard({
      port: rpc.port1,
      limits,
      clock,
      onMessage: this.#options.onMessage,
      tap: this.#options.tap,
      onViolation: (error) => this.#end(error),
      onClosed: () =>
        this.#end(new BerthError("VIEW_THREW", `The view ${instance} closed its connection.`)),
    });
    const hostApi = createHostApi({
      handlers: {
        mutate: (records) => this.#mutate(records),
        fetch: (request, signal) => handlers.fetch(request, signal),
        call: (request, signal) => handlers.call(request, signal),
        saveViewState: (state) => handlers.saveViewState(state),
        navigate: (to) => handlers.navigate(to),
        requestPermission: (ask, signal) => handlers.requestPermission(ask, signal),
        report: (error) => handlers.report(error),
        log: (entry) => handlers.log(entry),
        violation: (error) => this.#end(error),
      },
      maxCallsInFlight: limits.maxCallsInFlight,
      signal: this.#ending.signal,
    });
    this.#session = createRpcSession({
      transport: this.#guard,
      answer: (method, [argument]) => answerOf(hostApi, method, argument),
      redact: redactError,
    });
    this.#view = viewOver(this.#session);
    const { workerSource, blockedAPIs } = this.#options;
    const boot: BootMessage = {
      workerSource,
      blockedAPIs,
      heartbeatIntervalMs: limits.heartbeatIntervalMs,
    };
    control.port1.postMessage(boot);
    this.setPace(this.#pace);
    return this.#view;
  }

  /** Draws in the view's turn: at once, unless its drawing has made the page's frames late. */
  async #mutate(records: unknown): Promise<void> {
    const turn = this.#drawing?.turn();
    if (turn !== undefined) await turn;
    if (this.#ending.signal.aborted) return;
    const work = () => this.#options.handlers.mutate(records);
    try {
      if (this.#drawing === undefined) work();
      else this.#drawing.draw(work);
    } catch (error) {
      if (error instanceof BerthError) this.#end(error);
      throw error;
    }
  }

  #end(error: BerthError): void {
    if (this.#ending.signal.aborted) return;
    this.#close(error);
    this.#options.onEnd(error);
  }

  #close(error: BerthError): void {
    this.#ending.abort(error);
    this.#ended.reject(error);
    this.#drawing?.close();
    this.#guard?.close();
    this.#watchdog?.close();
    this.#control?.postMessage({ stop: true });
    this.#control?.close();
    this.#session?.close();
    this.#frame?.remove();
    this.#frame = undefined;
    this.#control = undefined;
    this.#guard = undefined;
    this.#watchdog = undefined;
    this.#session = undefined;
    this.#view = undefined;
  }
}

/** One of the methods that wire-grammar.ts lets through. */
function answerOf(host: HostApi, name: string, argument: unknown): Promise<unknown> {
  const method = hostMethods.find((known) => known === name);
  if (method === undefined) throw new TypeError("The host has no such method.");
  // Each method parses what it is given.
  return host[method](argument as never);
}

/** The view as the host calls it; what comes back is awaited and never used. */
function viewOver({ call }: RpcSession): ViewApi {
  const ask = async (method: keyof ViewApi, ...args: readonly unknown[]): Promise<void> => {
    await call(method, args);
  };
  return {
    start: (context) => ask("start", context),
    update: (context) => ask("update", context),
    pause: () => ask("pause"),
    resume: () => ask("resume"),
    stop: () => ask("stop"),
    dispatch: (nodeId, event, detail) => ask("dispatch", nodeId, event, detail),
  };
}

function loadedAgain(instance: string): BerthError {
  return new BerthError(
    "VIEW_MESSAGE_REFUSED",
    `The frame of the view ${instance} loaded a second document or spoke out of turn.`,
  );
}

function troubleOf(
  trouble: "silent" | "flooding",
  instance: string,
  limits: ViewLimits,
): BerthError {
  return trouble === "silent"
    ? new BerthError(
        "VIEW_UNRESPONSIVE",
        `The view ${instance} gave no sign of life for ${limits.heartbeatTimeoutMs} ms; its code does not yield.`,
      )
    : new BerthError("VIEW_LIMIT_EXCEEDED", `The view ${instance} floods its heartbeat.`);
}

/** The worker's script does not parse or load. The text comes from the frame, so it is bounded. */
function scriptFailed(data: unknown, instance: string): BerthError {
  const error = (data as { error?: { message?: unknown; line?: unknown } } | null)?.error;
  const message = typeof error?.message === "string" ? error.message.slice(0, 500) : "";
  return new BerthError(
    "VIEW_LOAD_FAILED",
    `The script of the view ${instance} does not load: ${message || "no reason given"}; it must be one script without import or export.`,
  );
}

/** What the app's own function threw, as it came over the wire. */
function thrownByView(error: unknown, instance: string, what = "did not start"): BerthError {
  const { message, viewStack } = error as { message?: unknown; viewStack?: unknown };
  const text = typeof message === "string" ? message.slice(0, 2000) : "it threw";
  const stack = typeof viewStack === "string" ? viewStack.slice(0, 16_000) : undefined;
  return new BerthError("VIEW_THREW", `The view ${instance} ${what}: ${text}`, {
    details: stack === undefined ? {} : { stack },
  });
}
