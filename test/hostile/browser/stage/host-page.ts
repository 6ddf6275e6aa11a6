/**
 * Runs in the host page: one manager, everything it announces, and what a test does to a view.
 * Everything handed out is JSON, so that a test reads it from outside.
 */
import {
  type AppRuntimeConfig,
  AppRuntimeManager,
  type AppSource,
  createBrowserStorage,
  type ElementNode,
  type LimitEvent,
  rootId,
  type ViewNode,
} from "@berth/browser";
import type { AppManifest, Grant } from "@berth/protocol";

export interface Failure {
  readonly code: string;
  readonly message: string;
}

export interface RunOptions {
  readonly instance?: string;
  readonly bundleUrl?: string;
  readonly code?: string;
  readonly digest?: string;
  /** Absent: the frame is a srcdoc. */
  readonly frameUrl?: string;
  readonly apiOrigin?: string;
  readonly grants?: readonly Grant[];
  readonly manifest?: Partial<AppManifest>;
  /** The page answers `echo.say` with what it was given. */
  readonly hasEcho?: boolean;
}

export interface Seen {
  readonly kind: string;
  readonly state?: string;
  readonly error?: Failure;
  readonly stack?: string;
  readonly instance?: string;
  readonly limit?: Omit<LimitEvent, "instance">;
  /** By the page's own clock, in milliseconds. */
  readonly at?: number;
}

export interface Watched {
  readonly answers: number;
  readonly slowestAnswerMs: number;
  readonly frames: number;
  /** Between two frames of the page. */
  readonly longestGapMs: number;
  readonly watchedMs: number;
}

/** For an attack to end its view: far more than any takes, so that one that does not is named. */
const attackTimeoutMs = 8_000;
const seen: Seen[] = [];
const usedTokens: (string | undefined)[] = [];
let manager = createManager({});

function createManager(config: AppRuntimeConfig): AppRuntimeManager {
  const made = new AppRuntimeManager(config);
  made.on("status", ({ state }) => seen.push({ kind: "status", state }));
  made.on("violation", ({ error }) => seen.push({ kind: "violation", error: failureOf(error) }));
  made.on("error", ({ error, report }) =>
    seen.push({
      kind: "error",
      error: failureOf(error),
      ...(report.stack === undefined ? {} : { stack: report.stack }),
    }),
  );
  made.on("message", (event) =>
    seen.push({
      kind: event.kind,
      state: event.kind === "log" ? event.entry.message : event.path,
      instance: event.instance,
      at: performance.now(),
    }),
  );
  made.on("limit", ({ instance, ...limit }) =>
    seen.push({ kind: "limit", state: limit.step, instance, limit, at: performance.now() }),
  );
  return made;
}

function failureOf(error: unknown): Failure {
  const { code, message } = error as Partial<Failure>;
  return { code: code ?? "none", message: message ?? String(error) };
}

function sourceOf(options: RunOptions): AppSource {
  const manifest: AppManifest = {
    id: "specimen",
    name: "Specimen",
    version: "1.0.0",
    description: "A view under test",
    entryPoint: "view.js",
    ...options.manifest,
  };
  const digest = options.digest === undefined ? {} : { digest: options.digest };
  return {
    manifest,
    bundle:
      options.code === undefined
        ? { url: options.bundleUrl ?? "" }
        : { code: options.code, ...digest },
    frame: options.frameUrl === undefined ? { srcdoc: true } : { url: options.frameUrl },
    grants: options.grants ?? [],
    ...(options.hasEcho === true
      ? { capabilities: { echo: { say: (args: unknown) => args } } }
      : {}),
    ...(options.apiOrigin === undefined
      ? {}
      : {
          api: {
            origin: options.apiOrigin,
            token: async (refused?: string) => {
              usedTokens.push(refused);
              return refused === undefined ? "first" : "second";
            },
          },
        }),
  };
}

function nodes(instance = "a"): ViewNode[] {
  const tree = manager.get(instance)?.tree;
  const found: ViewNode[] = [];
  const visit = (id: string): void => {
    const node = tree?.snapshot(id);
    if (node === undefined) return;
    found.push(node);
    if (node.kind === "root" || node.kind === "element") node.children.forEach(visit);
  };
  visit(rootId);
  return found;
}

function textOf(node: ElementNode, instance: string): string {
  return node.children
    .map((id) => manager.get(instance)?.tree.snapshot(id))
    .map((child) => (child?.kind === "text" ? child.text : ""))
    .join("");
}

/** Presses the neighbour's button and waits for what it draws. */
async function askNeighbour(): Promise<void> {
  const tree = manager.get("neighbour")?.tree;
  const heading = nodes("neighbour").find((node) => node.kind === "text");
  if (tree === undefined || heading === undefined) throw new Error("the neighbour is not there");
  const answered = Promise.withResolvers<void>();
  const stop = tree.subscribe(heading.id, answered.resolve);
  controls.press("Add", "neighbour");
  await answered.promise;
  stop();
}

function watchFrames(): () => { frames: number; longestGapMs: number; watchedMs: number } {
  const begin = performance.now();
  let last = begin;
  let frames = 0;
  let longestGapMs = 0;
  let isOver = false;
  const onFrame = () => {
    if (isOver) return;
    const now = performance.now();
    longestGapMs = Math.max(longestGapMs, now - last);
    last = now;
    frames += 1;
    requestAnimationFrame(onFrame);
  };
  requestAnimationFrame(onFrame);
  return () => {
    isOver = true;
    const watchedMs = performance.now() - begin;
    return { frames, watchedMs, longestGapMs: Math.max(longestGapMs, performance.now() - last) };
  };
}

export const controls = {
  seen,
  usedTokens,
  /** @param owner - of a storage that views may use; default none */
  configure(config: AppRuntimeConfig, owner?: string): void {
    manager = createManager(
      owner === undefined ? config : { ...config, storage: createBrowserStorage({ owner }) },
    );
  },
  /** Loads and starts; undefined when it runs. */
  async run(options: RunOptions): Promise<Failure | undefined> {
    const instance = options.instance ?? "a";
    try {
      if (manager.get(instance) === undefined) await manager.load(instance, sourceOf(options));
      await manager.start(instance);
      return undefined;
    } catch (error) {
      return failureOf(error);
    }
  },
  /** Runs each view by itself, and waits for its end; the code of its error by its name. */
  async runAll(
    attacks: readonly { readonly what: string; readonly code: string }[],
  ): Promise<Record<string, string>> {
    const ended: Record<string, string> = {};
    for (const { what, code } of attacks) {
      const isOver = Promise.withResolvers<void>();
      const stop = manager.on("status", ({ instance, state }) => {
        if (instance === what && state === "failed") isOver.resolve();
      });
      const timer = setTimeout(isOver.resolve, attackTimeoutMs);
      // What its start says of it is said by its state as well.
      await controls.run({ instance: what, code });
      await isOver.promise;
      clearTimeout(timer);
      stop();
      const app = manager.get(what);
      ended[what] = app?.error?.code ?? `still ${app?.state}`;
      await manager.unload(what);
    }
    return ended;
  },
  async act(
    name: "pause" | "resume" | "stop" | "unload",
    instance = "a",
  ): Promise<Failure | undefined> {
    try {
      await manager[name](instance);
      return undefined;
    } catch (error) {
      return failureOf(error);
    }
  },
  /** A message to a logic-only app: its answer, or why there is none. */
  async message(data: unknown, instance = "a"): Promise<unknown> {
    try {
      return await manager.get(instance)?.message(data);
    } catch (error) {
      return failureOf(error);
    }
  },
  details: (instance = "a") => manager.get(instance)?.error?.details,
  state: (instance = "a"): string => manager.get(instance)?.state ?? "absent",
  setForeground: (instance: string | undefined): void => manager.setForeground(instance),
  report: (instance = "a") => manager.get(instance)?.usageReport(),
  usage: (instance = "a") => manager.get(instance)?.usage(),
  attempts: (instance = "a") => manager.get(instance)?.permissions.attempts ?? [],
  grant: (grant: Grant, instance = "a"): void => manager.get(instance)?.permissions.grant(grant),
  revoke: (id: string, instance = "a"): void => {
    manager.get(instance)?.permissions.revoke(id);
  },
  /** What the view of that instance has logged. */
  logs: (instance = "a"): string[] =>
    seen.flatMap((one) =>
      one.kind === "log" && one.instance === instance ? [one.state ?? ""] : [],
    ),
  texts: (instance = "a"): string[] =>
    nodes(instance).flatMap((node) => (node.kind === "text" ? [node.text] : [])),
  /** The properties of every component of that name. */
  elements: (name: string, instance = "a") =>
    nodes(instance).flatMap((node) =>
      node.kind === "element" && node.name === name ? [node.props] : [],
    ),
  /** Presses the button with that text. */
  press(text: string, instance = "a"): void {
    const button = nodes(instance).find(
      (node) => node.kind === "element" && textOf(node, instance) === text,
    );
    if (button === undefined) throw new Error(`no button ${text}`);
    manager.get(instance)?.dispatch(button.id, "press", null);
  },
  frames: (): number => document.querySelectorAll("iframe").length,
  /** The longest time between two turns of the page while `work` goes on, in milliseconds. */
  async longestStall(ms: number): Promise<number> {
    let longest = 0;
    let last = performance.now();
    const end = last + ms;
    while (last < end) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      const now = performance.now();
      longest = Math.max(longest, now - last);
      last = now;
    }
    return longest;
  },
  /** Starts an honest view beside the hostile one. */
  async startNeighbour(bundleUrl: string, frameUrl?: string): Promise<void> {
    const failure = await controls.run({
      instance: "neighbour",
      bundleUrl,
      ...(frameUrl === undefined ? {} : { frameUrl }),
    });
    if (failure !== undefined) throw new Error(failure.message);
  },
  /**
   * Asks the neighbour again and again, each answer awaited, and watches the page's frames meanwhile:
   * so many times, and on until the instances named in `ending` have all ended.
   */
  async watch(options: {
    readonly answers: number;
    readonly ending: readonly string[];
  }): Promise<Watched> {
    const isOver = () => options.ending.every((instance) => controls.state(instance) === "failed");
    const stopFrames = watchFrames();
    let answers = 0;
    let slowestAnswerMs = 0;
    while (answers < options.answers || !isOver()) {
      const askedAt = performance.now();
      await askNeighbour();
      answers += 1;
      slowestAnswerMs = Math.max(slowestAnswerMs, performance.now() - askedAt);
      // An honest view has rates to keep as well.
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    return { answers, slowestAnswerMs, ...stopFrames() };
  },
  warm: (url?: string): Promise<void> => manager.warm(url === undefined ? undefined : { url }),
  /** Puts another origin's document beside the views; what it says of its attempts. */
  openIntruder(url: string): Promise<string[]> {
    const frame = document.createElement("iframe");
    frame.sandbox.add("allow-scripts");
    return new Promise((resolve) => {
      window.addEventListener(
        "message",
        ({ data, source }: MessageEvent<{ intruder?: string[] }>) => {
          if (source !== frame.contentWindow || data.intruder === undefined) return;
          frame.remove();
          resolve(data.intruder);
        },
      );
      frame.src = url;
      document.body.append(frame);
    });
  },
  listenersLeft: (instance = "a"): number => manager.get(instance)?.tree.listenerCount ?? 0,
};

declare global {
  var stage: typeof controls;
}
globalThis.stage = controls;
