/**
 * Runs the app's view in the page's runtime, as a product would, and puts each build in the place of
 * the one before.
 *
 * Owns the one instance. Invariant: one change is under way at a time, and only the last that waits
 * follows it. Trust: what a view throws or logs is a stranger's text, kept short and shown as text.
 */
import {
  type AppRuntimeManager,
  type AppSource,
  composeWorkerSource,
  fromViewSession,
  sourceOfManifest,
} from "@berth/browser";
import { type BerthError, isBerthError } from "@berth/protocol";
import type { ViewSessionView } from "@berth/protocol/api";
import type { DevState, DevTrace, DevTraceRequest } from "@berth/protocol/dev";
import { plainText } from "./plain-text.ts";

export const instance = "dev";

/** What the view did that stopped it, or that nobody caught. */
export interface ViewCrash {
  readonly code: string;
  readonly message: string;
  /** False where the view goes on. */
  readonly isFatal: boolean;
  /** Undefined until the stack's sources are found; null where there is no stack. */
  readonly trace: DevTrace | null | undefined;
}

export interface LogLine {
  readonly id: number;
  readonly at: number;
  readonly level: "debug" | "info" | "warn" | "error";
  readonly text: string;
}

export interface DevView {
  readonly crash: ViewCrash | undefined;
  readonly log: readonly LogLine[];
}

export interface DevViewStore {
  readonly subscribe: (listener: () => void) => () => void;
  readonly snapshot: () => DevView;
  /** Shows what the state holds; the last of several that come at once. */
  show(state: DevState): void;
  /** Forgets what the view kept, and begins anew. */
  startOver(): void;
  hideCrash(): void;
  /** Ends the view. The store may be used again. */
  close(): void;
}

const maxLogLines = 200;
/** That it was this view, the page says already. */
const beforeMessage = new RegExp(`^The view ${instance} (?:did not start|threw): `);
const mark = "//mark";
/** What the worker's bootstrap puts before an app's own code. */
const linesBefore =
  composeWorkerSource({ code: mark, blockedAPIs: [] }).split(mark)[0]?.split("\n").length ?? 1;

export function createDevViewStore(manager: AppRuntimeManager): DevViewStore {
  const listeners = new Set<() => void>();
  let view: DevView = { crash: undefined, log: [] };
  let lines = 0;
  /** What runs, and what is wanted next. */
  let shown: DevState | undefined;
  let wanted: DevState | undefined;
  let isFresh = false;
  let working = false;

  function set(next: Partial<DevView>): void {
    view = { ...view, ...next };
    for (const listener of [...listeners]) listener();
  }

  function addLine(level: LogLine["level"], text: string): void {
    lines += 1;
    const line = { id: lines, at: Date.now(), level, text: plainText(text) };
    set({ log: [...view.log, line].slice(-maxLogLines) });
  }

  function tellCrash(error: BerthError, isFatal: boolean, message: string, stack?: string): void {
    const said = message.replace(beforeMessage, "");
    addLine("error", said);
    // What comes after the first is mostly its consequence, and a view may throw without end.
    if (view.crash !== undefined && (view.crash.isFatal || !isFatal)) return;
    const crash: ViewCrash = {
      code: error.code,
      message: plainText(said),
      isFatal,
      trace: stack === undefined ? null : undefined,
    };
    set({ crash });
    const digest = shown?.build?.digest;
    if (stack === undefined || digest === undefined) return;
    const put = (trace: DevTrace | null) => {
      if (view.crash === crash) set({ crash: { ...crash, trace } });
    };
    fetchTrace({ digest, linesBefore: linesBefore - 1, stack }).then(put, () => put(null));
  }

  manager.on("error", ({ error, report }) =>
    tellCrash(error, report.isFatal, report.message, report.stack),
  );
  manager.on("violation", ({ error }) => {
    const isEnded =
      manager.get(instance)?.state !== "running" && error.code !== "PERMISSION_DENIED";
    if (isEnded) tellCrash(error, true, error.message);
    else addLine("warn", `${error.code}: ${error.message}`);
  });
  manager.on("limit", ({ step, limit }) =>
    addLine(step === "none" ? "info" : "warn", `limit of ${limit}: ${step}`),
  );
  manager.on("message", (event) => {
    if (event.kind === "navigate") addLine("info", `navigates to ${event.path}`);
    else addLine(event.entry.level, event.entry.message);
  });

  async function replace(state: DevState): Promise<void> {
    const { build, frameUrl, isAsking, manifest } = state;
    // Until its function runs, what a view asks of it would only fail.
    const isWaiting = state.function.state === "starting";
    if (build === null || (isWaiting && manager.get(instance) === undefined)) return;
    const before = shown;
    const { digest, url } = build;
    const isSameApp =
      !isFresh &&
      before !== undefined &&
      manager.get(instance) !== undefined &&
      isSame(before, state);
    if (isSameApp && before.build?.digest === digest) return;
    shown = state;
    set({ crash: undefined });
    try {
      if (isSameApp) return await manager.replaceBundle(instance, { url, digest });
      if (isFresh && manager.get(instance) !== undefined) await manager.forget(instance);
      else await manager.unload(instance);
      isFresh = false;
      const options = { optionalPermissions: isAsking ? "asked" : "granted" } as const;
      const source = sourceOfManifest(manifest, { ...options, bundle: { url, digest } });
      const { api } = state.function.state === "running" ? await openFunction() : {};
      const frame = { url: frameUrl };
      await manager.load(instance, { ...source, frame, ...(api === undefined ? {} : { api }) });
      await manager.start(instance);
    } catch (error) {
      // An instance that was loaded tells of its failure by its own events.
      if (manager.get(instance)?.state === "failed" || view.crash !== undefined) return;
      if (isBerthError(error, "RUNTIME_STATE") && wanted !== undefined) return;
      if (isBerthError(error)) tellCrash(error, true, error.message);
      else throw error;
    }
  }

  async function work(): Promise<void> {
    working = true;
    try {
      while (wanted !== undefined) {
        const next = wanted;
        wanted = undefined;
        await replace(next);
        // The next edit finds a frame that is up; one that cannot be opened fails the next start.
        if (wanted === undefined) manager.warm({ url: next.frameUrl }).catch(() => {});
      }
    } finally {
      working = false;
    }
  }

  function show(state: DevState): void {
    wanted = state;
    if (!working) work().catch(reportError);
  }

  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    snapshot: () => view,
    show,
    startOver() {
      isFresh = true;
      set({ log: [] });
      if (shown !== undefined) show(wanted ?? shown);
    },
    hideCrash: () => set({ crash: undefined }),
    close() {
      wanted = undefined;
      shown = undefined;
      manager.close().catch(reportError);
    },
  };
}

/** Only the build is another: the view can be replaced in its place. */
function isSame(before: DevState, now: DevState): boolean {
  // While a function is installed anew, the view goes on as it is.
  const isFunctionSame =
    now.function.state === "starting" ||
    JSON.stringify(before.function) === JSON.stringify(now.function);
  return isFunctionSame && JSON.stringify(before.manifest) === JSON.stringify(now.manifest);
}

/** Where the function is, with a token that renews itself. */
async function openFunction(): Promise<Pick<AppSource, "api">> {
  const ask = (body: { readonly instance?: string }) =>
    askServer<ViewSessionView>("/dev/session", body);
  const session = await ask({});
  return fromViewSession(session, { renew: () => ask({ instance: session.instance }) });
}

function fetchTrace(body: DevTraceRequest): Promise<DevTrace> {
  return askServer<DevTrace>("/dev/trace", body);
}

async function askServer<Answer>(path: string, body: object): Promise<Answer> {
  const answer = await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}.`);
  // Written by the server that serves this very page.
  return (await answer.json()) as Answer;
}
