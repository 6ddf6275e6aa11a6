/**
 * Runs in the host page of the moderate level's tests: one manager, one place, and what a test
 * does with them. Everything handed out is JSON.
 */
import { type AppRuntimeConfig, AppRuntimeManager, type HtmlHost } from "@berth/browser";
import { type AppManifest, BerthError, type Grant, type ViewLimits } from "@berth/protocol";
import type { Failure } from "./host-page.ts";

export interface HtmlRun {
  readonly instance?: string;
  readonly html: string;
  readonly grants?: readonly Grant[];
  readonly manifest?: Partial<AppManifest>;
  /** In force from here on; views of before are forgotten. */
  readonly viewLimits?: Partial<ViewLimits>;
  /** Where the proxy frame's document lies; absent: it is a srcdoc. */
  readonly frameUrl?: string;
  /** True: the view waits in the page unseen. */
  readonly isUnseen?: boolean;
}

/** Far more than any app here takes to end, so that one that does not is named. */
const attackTimeoutMs = 20_000;
const seen: { kind: string; text: string }[] = [];
const opened: string[] = [];
let manager = new AppRuntimeManager();
const places = new Map<string, HTMLElement>();

const failureOf = (error: unknown): Failure => {
  const { code, message } = error as Partial<Failure>;
  return { code: code ?? "none", message: message ?? String(error) };
};

function listen(made: AppRuntimeManager): void {
  made.on("status", ({ state }) => seen.push({ kind: "status", text: state }));
  made.on("violation", ({ error }) => seen.push({ kind: "violation", text: error.code }));
  made.on("error", ({ error }) => seen.push({ kind: "error", text: error.message }));
  made.on("message", (event) =>
    seen.push({ kind: event.kind, text: event.kind === "log" ? event.entry.message : event.path }),
  );
}
listen(manager);

const host: HtmlHost = {
  openLink: (url) => {
    opened.push(url);
  },
  message: (content) => {
    seen.push({ kind: "said", text: JSON.stringify(content) });
  },
  maxHeightPx: 600,
};

const capabilities = {
  tools: {
    call: (args: unknown) => {
      const { name } = args as { name: string };
      seen.push({ kind: "tool", text: name });
      if (name === "broken") throw new BerthError("UNAVAILABLE", "The weather is out of order.");
      return { content: [{ type: "text", text: "21" }], structuredContent: { degrees: 21 } };
    },
  },
  resources: {
    read: (args: unknown) => ({ contents: [{ ...(args as object), text: "Read me" }] }),
  },
};

export const htmlControls = {
  seen,
  opened,
  /** In force from here on; views of before are forgotten. */
  configure(config: Pick<AppRuntimeConfig, "viewLimits" | "maxConcurrentApps">): void {
    manager = new AppRuntimeManager(config);
    listen(manager);
  },
  /** Waits until each of these has ended; the code of its error, or its state where it goes on. */
  async endings(
    instances: readonly string[],
    withinMs = attackTimeoutMs,
  ): Promise<Record<string, string>> {
    const until = performance.now() + withinMs;
    const isOver = () => instances.every((one) => manager.get(one)?.state === "failed");
    while (!isOver() && performance.now() < until)
      await new Promise((resolve) => setTimeout(resolve, 20));
    return Object.fromEntries(
      instances.map((one) => [one, manager.get(one)?.error?.code ?? this.state(one)]),
    );
  },
  async run(options: HtmlRun): Promise<Failure | undefined> {
    const { instance = "a", html, grants = [] } = options;
    if (options.viewLimits !== undefined) {
      this.configure({ viewLimits: options.viewLimits });
    }
    try {
      const app = await manager.load(instance, {
        manifest: {
          id: "weather",
          name: "Weather",
          version: "1.0.0",
          description: "An app of its own HTML",
          entryPoint: "app.html",
          security: { sandboxLevel: "moderate" },
          ui: { mode: "html" },
          ...options.manifest,
        },
        bundle: { code: html },
        frame: options.frameUrl === undefined ? { srcdoc: true } : { url: options.frameUrl },
        grants,
        capabilities,
        html: host,
      });
      if (options.isUnseen !== true) this.show(instance);
      app.surface?.toolInput({ place: "Porto" });
      await manager.start(instance);
      return undefined;
    } catch (error) {
      return failureOf(error);
    }
  },
  /** Gives the view a place in the page, and takes it from where it was. */
  show(instance = "a", widthPx = 400): void {
    const place = document.createElement("div");
    place.style.inlineSize = `${widthPx}px`;
    document.body.append(place);
    manager.get(instance)?.surface?.attach(place);
    places.set(instance, place);
  },
  resize(widthPx: number, instance = "a"): void {
    const place = places.get(instance);
    if (place !== undefined) place.style.inlineSize = `${widthPx}px`;
  },
  result: (text: string, instance = "a"): void =>
    manager.get(instance)?.surface?.toolResult({ content: [{ type: "text", text }] }),
  async act(name: "pause" | "resume" | "stop" | "start" | "unload", instance = "a"): Promise<void> {
    await manager[name](instance);
  },
  setTheme: (theme: "light" | "dark"): void => manager.setContext({ theme }),
  state: (instance = "a"): string => manager.get(instance)?.state ?? "absent",
  error: (instance = "a"): Failure | undefined => {
    const error = manager.get(instance)?.error;
    return error && failureOf(error);
  },
  usage: (instance = "a") => manager.get(instance)?.usage(),
  revoke: (id: string, instance = "a"): void => {
    manager.get(instance)?.permissions.revoke(id);
  },
  grant: (grant: Grant, instance = "a"): void => manager.get(instance)?.permissions.grant(grant),
  frames: (): number => document.querySelectorAll("iframe").length,
  height: (): number => document.querySelector("iframe")?.getBoundingClientRect().height ?? 0,
  logs: (): string[] => seen.flatMap(({ kind, text }) => (kind === "log" ? [text] : [])),
  /** The longest time between two turns of the page until the view has failed, in milliseconds. */
  async longestStall(instance = "a"): Promise<number> {
    let longest = 0;
    let last = performance.now();
    while (manager.get(instance)?.state !== "failed") {
      await new Promise((resolve) => setTimeout(resolve, 5));
      const now = performance.now();
      longest = Math.max(longest, now - last);
      last = now;
    }
    return longest;
  },
};

declare global {
  var html: typeof htmlControls;
}
globalThis.html = htmlControls;
