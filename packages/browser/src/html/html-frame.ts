/**
 * One life of an app's own HTML in the page: the proxy frame, its ports, and the watchdog.
 *
 * Owns every one of them from `open` until it ends; after `close` nothing of it is left in the
 * page. Ends exactly once, by being closed or with the error that ended it.
 * Trust: only the proxy frame's own window may say hello, once. What comes over the ports is
 * text for `onText`, or one of the words of `HtmlFrameNews`; anything else is refused.
 */
import {
  BerthError,
  htmlContentSecurityPolicy,
  htmlFrameDocument,
  type ViewLimits,
} from "@berth/protocol";
import type { Clock } from "../clock.ts";
import { htmlProxySource } from "../frame/html-sources.ts";
import { deniedFeatures, type FrameSource } from "../sandbox/frame.ts";
import { createWatchdog, type Watchdog } from "../sandbox/watchdog.ts";
import type { HtmlBoot, HtmlTheme } from "./boot.ts";
import { tooLarge } from "./html-session.ts";

export interface HtmlFrameOptions {
  readonly instance: string;
  readonly source: FrameSource;
  readonly boot: HtmlBoot;
  /** Granted domains, for a frame whose policy no server sends. */
  readonly domains: readonly string[];
  readonly limits: ViewLimits;
  readonly clock: Clock;
  readonly onText: (text: unknown) => void;
  /** The app's document has loaded. */
  readonly onLoaded: () => void;
  /** Once, unless `close` came first. */
  readonly onEnd: (error: BerthError) => void;
}

export class HtmlFrame {
  readonly element: HTMLIFrameElement;
  readonly #options: HtmlFrameOptions;
  readonly #ending = new AbortController();
  readonly #ports: MessagePort[] = [];
  #rpc: MessagePort | undefined;
  #control: MessagePort | undefined;
  #theme: HtmlTheme;
  #watchdog: Watchdog | undefined;
  #stopPinging: (() => void) | undefined;

  constructor(options: HtmlFrameOptions) {
    this.#options = options;
    this.#theme = options.boot.theme;
    this.element = createProxyFrame(document, options);
  }

  /** Milliseconds since the app last answered a ping; null when it is not up. */
  get silenceMs(): number | null {
    return this.#watchdog?.silenceMs() ?? null;
  }

  /** Puts the frame there and loads it. */
  open(place: HTMLElement): void {
    const { signal } = this.#ending;
    let hellos = 0;
    window.addEventListener(
      "message",
      (event: MessageEvent<unknown>) => {
        const proxy = this.element.contentWindow;
        if (event.source === null || event.source !== proxy) return;
        const isHello = (event.data as { berth?: unknown } | null)?.berth === "hello";
        hellos += 1;
        if (isHello && hellos === 1 && event.origin === "null") this.#connect(proxy);
        else this.#end(this.#loadedAgain());
      },
      { signal },
    );
    let loads = 0;
    this.element.addEventListener(
      "load",
      () => {
        loads += 1;
        if (loads > 1) this.#end(this.#loadedAgain());
      },
      { signal },
    );
    place.append(this.element);
  }

  send(text: string): void {
    this.#rpc?.postMessage(text);
  }

  setTheme(theme: HtmlTheme): void {
    if (theme === this.#theme) return;
    this.#theme = theme;
    this.#control?.postMessage(theme);
  }

  /** Ends it now. Idempotent. */
  close(): void {
    this.#ending.abort();
    this.#watchdog?.close();
    this.#stopPinging?.();
    for (const port of this.#ports) {
      port.onmessage = null;
      port.close();
    }
    this.#ports.length = 0;
    this.#watchdog = undefined;
    this.#rpc = undefined;
    this.#control = undefined;
    this.element.remove();
  }

  #connect(proxy: Window): void {
    const [control, rpc, beat] = [new MessageChannel(), new MessageChannel(), new MessageChannel()];
    // The frame's origin is opaque, so that no target origin can be named: the message holds
    // ports alone, and goes to the window that said hello.
    proxy.postMessage({ berth: "boot" }, "*", [control.port2, rpc.port2, beat.port2]);
    this.#ports.push(control.port1, rpc.port1, beat.port1);
    this.#rpc = rpc.port1;
    rpc.port1.onmessage = ({ data }: MessageEvent<unknown>) => this.#options.onText(data);
    control.port1.onmessage = ({ data }: MessageEvent<unknown>) => this.#hear(data, beat.port1);
    this.#control = control.port1;
    control.port1.postMessage({ ...this.#options.boot, theme: this.#theme } satisfies HtmlBoot);
  }

  #hear(news: unknown, beat: MessagePort): void {
    const { instance, limits } = this.#options;
    switch (news) {
      case "up":
        this.#watch(beat);
        return;
      case "loaded":
        this.#options.onLoaded();
        return;
      case "left":
        this.#end(this.#loadedAgain());
        return;
      case "too-large":
        this.#end(tooLarge(limits));
        return;
      default:
        this.#end(
          new BerthError(
            "VIEW_MESSAGE_REFUSED",
            `A message of the view ${instance} cannot be read; it must be what JSON can hold.`,
          ),
        );
    }
  }

  /** From when the app's document runs: until then the time to start is what bounds it. */
  #watch(beat: MessagePort): void {
    if (this.#watchdog !== undefined) return;
    const { clock, limits, instance } = this.#options;
    this.#stopPinging = clock.every(limits.heartbeatIntervalMs, () => beat.postMessage(null));
    this.#watchdog = createWatchdog({
      port: beat,
      limits,
      clock,
      onTrouble: (trouble) =>
        this.#end(
          trouble === "silent"
            ? new BerthError(
                "VIEW_UNRESPONSIVE",
                `The view ${instance} gave no sign of life for ${limits.heartbeatTimeoutMs} ms; its code does not yield, or its document is gone.`,
              )
            : new BerthError("VIEW_LIMIT_EXCEEDED", `The view ${instance} floods its heartbeat.`),
        ),
    });
  }

  #loadedAgain(): BerthError {
    return new BerthError(
      "VIEW_MESSAGE_REFUSED",
      `A frame of the view ${this.#options.instance} loaded a second document or spoke out of turn; an app stays in its one document.`,
    );
  }

  #end(error: BerthError): void {
    if (this.#ending.signal.aborted) return;
    this.close();
    this.#options.onEnd(error);
  }
}

function createProxyFrame(page: Document, options: HtmlFrameOptions): HTMLIFrameElement {
  const { source, boot, domains } = options;
  const frame = page.createElement("iframe");
  const hostOrigin = page.defaultView?.location.origin ?? "null";
  frame.setAttribute("sandbox", "allow-scripts");
  frame.setAttribute("allow", deniedFeatures);
  frame.setAttribute("referrerpolicy", "no-referrer");
  frame.title = boot.title;
  if ("url" in source) {
    const url = new URL(source.url, page.baseURI);
    url.searchParams.set("host", hostOrigin);
    frame.src = url.href;
  } else {
    frame.srcdoc = htmlFrameDocument({
      hostOrigin,
      proxySource: htmlProxySource,
      policy: htmlContentSecurityPolicy({ domains }),
    });
  }
  return frame;
}
