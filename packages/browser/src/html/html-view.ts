/**
 * A view at the moderate level: an app's own HTML in its frames, and the conversation with it.
 *
 * Owns its frame and session; begins both anew when the page moves it and the browser cannot.
 * Invariant: the frame's policy names exactly the domains granted when the view was made; when
 * one of them is revoked, the view ends.
 */
import {
  BerthError,
  hasDeclaredShadowRoot,
  htmlContentSecurityPolicy,
  htmlInnerDocument,
  type ViewContext,
  type ViewLimits,
} from "@berth/protocol";
import type { Clock } from "../clock.ts";
import { htmlFirstSource } from "../frame/html-sources.ts";
import type { RunningView, ViewSeam } from "../runtime/running-view.ts";
import type { FrameSource } from "../sandbox/frame.ts";
import { createHostApi } from "../sandbox/host-api.ts";
import type { HtmlFirstSettings } from "./boot.ts";
import { createFrameShape, type FrameShape, moveFrame } from "./frame-shape.ts";
import { changedContext, type HtmlContext, hostContextOf } from "./host-context.ts";
import { HtmlFrame } from "./html-frame.ts";
import { type DisplayMode, defaultMaxHeightPx, type HtmlHost } from "./html-host.ts";
import { HtmlSession } from "./html-session.ts";
import type { HtmlSurface } from "./html-surface.ts";
import { createHtmlMethods, type HtmlMethod } from "./methods.ts";

const inline: DisplayMode = "inline";

export interface HtmlViewOptions {
  readonly instance: string;
  /** The frame's accessible name. */
  readonly title: string;
  readonly html: string;
  readonly frame: FrameSource;
  readonly blockedAPIs: readonly string[];
  readonly limits: ViewLimits;
  readonly clock: Clock;
  /** Where the frame waits, unseen, while the page shows it nowhere. */
  readonly container: () => HTMLElement;
  readonly host: HtmlHost;
  readonly surface: HtmlSurface;
  readonly seam: ViewSeam;
}

export class HtmlView implements RunningView {
  readonly #options: HtmlViewOptions;
  readonly #domains: readonly string[];
  readonly #ready = Promise.withResolvers<void>();
  readonly #ending = new AbortController();
  readonly #methods: ReadonlyMap<string, HtmlMethod>;
  readonly #shape: FrameShape;
  #frame: HtmlFrame | undefined;
  #session: HtmlSession | undefined;
  #stopListening: (() => void) | undefined;
  #view: ViewContext | undefined;
  /** Undefined until the app has asked, which is when it is told all of it. */
  #told: HtmlContext | undefined;

  constructor(options: HtmlViewOptions) {
    this.#options = options;
    this.#domains = grantedDomains(options.seam);
    this.#methods = this.#createMethods();
    this.#shape = createFrameShape({
      maxHeightPx: options.host.maxHeightPx ?? defaultMaxHeightPx,
      clock: options.clock,
      onWidth: () => this.#tellContext(),
    });
    // Whoever waits on it hears of it; an end that nobody waits for is no error of its own.
    this.#ready.promise.catch(() => {});
  }

  /** Not slowed down: what it sends ends it above its bounds, and its document paces itself. */
  setPace(): void {}

  charge(): void {}

  get silenceMs(): number | null {
    return this.#frame?.silenceMs ?? null;
  }

  /**
   * Resolves when the app's document has loaded, or when the app says that it is ready.
   *
   * @throws BerthError VIEW_LOAD_FAILED, VIEW_UNRESPONSIVE, VIEW_MESSAGE_REFUSED,
   *   VIEW_LIMIT_EXCEEDED
   */
  async start(context: ViewContext): Promise<void> {
    const { clock, limits, instance, html } = this.#options;
    this.#view = context;
    const cancel = clock.after(limits.startTimeoutMs, () =>
      this.#end(
        new BerthError(
          "VIEW_LOAD_FAILED",
          `The view ${instance} did not load within ${limits.startTimeoutMs} ms; its frame did not, or something that its document waits for.`,
        ),
      ),
    );
    try {
      if (hasDeclaredShadowRoot(html))
        this.#end(
          new BerthError(
            "VIEW_LOAD_FAILED",
            `The HTML of the view ${instance} declares a shadow root (shadowrootmode=), in which a frame would go unseen; make it by attachShadow instead.`,
          ),
        );
      else this.#open();
      await this.#ready.promise;
    } finally {
      cancel();
    }
  }

  async update(context: ViewContext): Promise<void> {
    this.#view = context;
    this.#frame?.setTheme(context.theme);
    const granted = new Set(grantedDomains(this.#options.seam));
    const lost = this.#domains.find((domain) => !granted.has(domain));
    if (lost === undefined) this.#tellContext();
    else
      this.#end(
        new BerthError(
          "PERMISSION_DENIED",
          `The grant of ${lost} was taken back while the view ${this.#options.instance} could reach it, so its frame is gone; start it again.`,
        ),
      );
  }

  async pause(): Promise<void> {
    this.#shape.setInert(true);
  }

  async resume(): Promise<void> {
    this.#shape.setInert(false);
  }

  /** An app's own HTML has no nodes that the page knows. */
  async dispatch(): Promise<void> {}

  async stop(graceMs: number): Promise<void> {
    const grace = Promise.withResolvers<void>();
    const cancel = this.#options.clock.after(graceMs, grace.resolve);
    try {
      await Promise.race([this.#session?.tearDown(), grace.promise]);
    } finally {
      cancel();
      this.terminate();
    }
  }

  terminate(): void {
    if (this.#ending.signal.aborted) return;
    this.#close(new BerthError("RUNTIME_STATE", "The view was stopped."));
  }

  #createMethods(): ReadonlyMap<string, HtmlMethod> {
    const { limits, clock, seam, host } = this.#options;
    return createHtmlMethods({
      host,
      api: createHostApi({
        handlers: { ...seam.handlers, violation: (error) => this.#end(error) },
        maxCallsInFlight: limits.maxCallsInFlight,
        signal: this.#ending.signal,
      }),
      call: (request, signal) =>
        seam.handlers.call(request, AbortSignal.any([signal, this.#ending.signal])),
      require: seam.require,
      context: () => {
        this.#told = this.#hostContext();
        return this.#told;
      },
      changeDisplayMode: (wanted) => this.#changeDisplayMode(wanted),
      domains: this.#domains,
      clock,
    });
  }

  #open(): void {
    const { instance, title, html, blockedAPIs, limits, clock, seam, surface } = this.#options;
    const session = new HtmlSession({
      limits,
      clock,
      methods: this.#methods,
      send: (text) => {
        frame.send(text);
        seam.tap.observer?.message("toApp", text);
      },
      onMessage: (bytes, text) => {
        seam.tap.observer?.message("fromApp", text);
        seam.onMessage(bytes);
      },
      onInitialized: () => this.#ready.resolve(),
      onSize: ({ height }) => this.#shape.setHeight(height),
      onLog: (entry) => seam.handlers.log(entry),
      onReport: (report) => seam.handlers.report(report),
      onViolation: (error) => this.#end(error),
    });
    const frame = new HtmlFrame({
      instance,
      source: this.#options.frame,
      boot: {
        theme: this.#view?.theme ?? "light",
        title,
        document: htmlInnerDocument({
          html,
          policy: htmlContentSecurityPolicy({ domains: this.#domains }),
          firstSource: htmlFirstSource,
          settings: { blockedAPIs } satisfies HtmlFirstSettings,
        }),
        maxMessageBytes: limits.maxMessageBytes,
      },
      domains: this.#domains,
      limits,
      clock,
      onText: (text) => session.receive(text),
      onLoaded: () => this.#ready.resolve(),
      onEnd: (error) => this.#end(error),
    });
    this.#session = session;
    this.#frame = frame;
    this.#told = undefined;
    this.#shape.setFilling(surface.displayMode !== inline);
    this.#shape.take(frame.element, surface.place);
    frame.open(surface.place ?? this.#options.container());
    this.#stopListening = surface.listen({
      onPlace: () => this.#follow(),
      onTool: (method, params) => session.notify(method, params),
      onDisplayMode: () => this.#tellContext(),
    });
  }

  /** Goes where the page shows it now. */
  #follow(): void {
    const { surface, container } = this.#options;
    if (this.#frame === undefined) return;
    if (moveFrame(this.#frame.element, surface.place ?? container())) {
      this.#shape.take(this.#frame.element, surface.place);
      return;
    }
    // Taken out and put in elsewhere, a frame loads anew: so it is made anew, with its bounds.
    this.#stopListening?.();
    this.#session?.close();
    this.#frame.close();
    this.#open();
  }

  /** What the page does not offer, or the app may not have, leaves it as it is. */
  async #changeDisplayMode(wanted: string): Promise<DisplayMode> {
    const { host, surface, seam } = this.#options;
    const mode = [inline, ...(host.displayModes ?? [])].find((one) => one === wanted);
    if (mode === undefined || host.requestDisplayMode === undefined) return surface.displayMode;
    if (mode !== inline) seam.require({ type: "ui", resource: mode, action: "show" });
    surface.setDisplayMode(await host.requestDisplayMode(mode));
    return surface.displayMode;
  }

  #tellContext(): void {
    this.#shape.setFilling(this.#options.surface.displayMode !== inline);
    if (this.#told === undefined) return;
    const context = this.#hostContext();
    const changed = changedContext(this.#told, context);
    if (changed === undefined) return;
    this.#told = context;
    this.#session?.notify("ui/notifications/host-context-changed", changed);
  }

  #hostContext(): HtmlContext {
    const { host, surface } = this.#options;
    if (this.#view === undefined) return {};
    const { displayMode } = surface;
    const { tool, displayModes = [] } = host;
    return hostContextOf(this.#view, { tool, displayMode, displayModes, ...this.#shape.bounds() });
  }

  #end(error: BerthError): void {
    if (this.#ending.signal.aborted) return;
    this.#close(error);
    this.#options.seam.onEnd(error);
  }

  #close(error: BerthError): void {
    this.#ending.abort(error);
    this.#ready.reject(error);
    this.#stopListening?.();
    this.#shape.release();
    this.#session?.close();
    this.#frame?.close();
    this.#frame = undefined;
    this.#session = undefined;
  }
}

function grantedDomains({ permissions }: ViewSeam): readonly string[] {
  return permissions.grants
    .filter(({ type, actions }) => type === "network" && actions.includes("connect"))
    .map(({ resource }) => resource);
}
