/**
 * One app under work: watches its folder, builds at each change, and tells what came of it.
 *
 * Owns watcher and builds. Invariant: one build at a time, and after the last change one more; what
 * was built last well stays until something better is there.
 */
import { join } from "node:path";
import { setTimeout as after } from "node:timers/promises";
import { manifestName } from "@berth/bundle";
import { type AppManifest, BerthError, isBerthError } from "@berth/protocol";
import type {
  DevFunction,
  DevProblem,
  DevState,
  DevTrace,
  DevTraceRequest,
} from "@berth/protocol/dev";
import { type AppFolder, openAppFolder } from "../build/app-folder.ts";
import { type BuiltView, createDevBuilder } from "./dev-build.ts";
import { problemOf } from "./problem.ts";
import { watchFolder } from "./watch-folder.ts";

export interface DevSessionOptions {
  /** Absolute. */
  readonly root: string;
  readonly frameUrl: string;
  readonly isAsking: boolean;
  /** Milliseconds since any moment. */
  readonly now: () => number;
  /** Folders beyond the most that are watched are not seen. */
  readonly onFull: () => void;
  /** Another function, or another manifest, was built well. Absent: functions are not run. */
  readonly onFunction?: (app: AppFolder) => void;
}

export interface DevSession {
  readonly state: DevState;
  /** Calls back at each change of the state; returns the unsubscriber. */
  onState(listener: (state: DevState) => void): () => void;
  /** The script of one of the last builds. */
  findScript(digest: string): string | undefined;
  trace(request: DevTraceRequest): DevTrace;
  /** What became of the function is told with the rest. */
  setFunction(now: DevFunction): void;
  /** Resolves when no build runs any more. */
  close(): Promise<void>;
}

/** An editor writes in more than one step; the next build waits until it is done. */
const settleMs = 8;
const maxBuildsKept = 8;

/** Resolves after the first build, good or not. @throws BerthError MANIFEST_INVALID, FILE_UNREADABLE */
export async function openDevSession(options: DevSessionOptions): Promise<DevSession> {
  const { frameUrl, isAsking, now, root } = options;
  const builder = createDevBuilder(root);
  const listeners = new Set<(state: DevState) => void>();
  const kept = new Map<string, BuiltView>();
  let changed: Set<string> | undefined;
  let working: Promise<void> | undefined;
  let isClosed = false;
  let app = await openAppFolder(root);
  viewManifest(app);
  let state: DevState = {
    manifest: rawManifest(app),
    frameUrl,
    isAsking,
    build: null,
    problem: null,
    function: { state: "none" },
  };
  let runs: string | undefined;

  function tell(next: Partial<DevState>): void {
    state = { ...state, ...next };
    for (const listener of [...listeners]) listener(state);
  }

  async function build(files: ReadonlySet<string> | undefined): Promise<void> {
    const startedAt = now();
    let problem: DevProblem;
    try {
      const isManifest = files === undefined || files.has(join(root, manifestName));
      if (isManifest) app = await openAppFolder(root);
      const manifest = viewManifest(app);
      const { functionDigest, view } = await builder.build(
        manifest,
        isManifest ? undefined : files,
      );
      if (isClosed) return;
      keep(view);
      wantFunction(functionDigest);
      const { code, digest } = view;
      const url = `/dev/view/${digest}.js`;
      const bytes = Buffer.byteLength(code);
      const buildMs = Math.round(now() - startedAt);
      tell({
        manifest: rawManifest(app),
        build: { digest, url, bytes, buildMs },
        problem: null,
      });
      return;
    } catch (error) {
      if (!isBerthError(error)) throw error;
      problem = await problemOf(error, root);
    }
    if (!isClosed) tell({ problem });
  }

  function wantFunction(digest: string | undefined): void {
    const { onFunction } = options;
    if (onFunction === undefined) return;
    const wanted = digest && `${digest} ${new TextDecoder().decode(app.manifestBytes)}`;
    if (wanted === runs) return;
    runs = wanted;
    if (wanted !== undefined) onFunction(app);
    state = { ...state, function: { state: wanted === undefined ? "none" : "starting" } };
  }

  function keep(view: BuiltView): void {
    kept.delete(view.digest);
    kept.set(view.digest, view);
    const [oldest] = kept.keys();
    if (kept.size > maxBuildsKept && oldest !== undefined) kept.delete(oldest);
  }

  async function work(): Promise<void> {
    // The first build: of everything.
    if (state.build === null && state.problem === null) await build(undefined);
    while (changed !== undefined && !isClosed) {
      for (let seen = -1; seen !== changed.size; ) {
        seen = changed.size;
        await after(settleMs);
      }
      const files: ReadonlySet<string> = changed;
      changed = undefined;
      // While there is no good build nobody knows which files matter.
      await build(state.problem === null ? files : undefined);
      watching.include(builder.files);
    }
  }

  function note(path: string): void {
    if (isClosed || !matters(path)) return;
    changed = (changed ?? new Set()).add(path);
    // What is no error of the app is one of ours, and ends the process with its stack.
    if (working === undefined) void start();
  }

  function start(): Promise<void> {
    working = work().finally(() => {
      working = undefined;
    });
    return working;
  }

  function matters(path: string): boolean {
    return sources.test(path) || builder.files.includes(path);
  }

  const watching = await watchFolder({ root, onChange: note, onFull: options.onFull });
  await start();
  watching.include(builder.files);

  return {
    get state() {
      return state;
    },
    onState(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    findScript: (digest) => kept.get(digest)?.code,
    trace({ digest, linesBefore, stack }) {
      return kept.get(digest)?.tracer.trace(stack, linesBefore) ?? { frames: [], excerpt: null };
    },
    setFunction: (now) => tell({ function: now }),
    async close() {
      isClosed = true;
      watching.close();
      listeners.clear();
      // A build that fails now is nobody's concern.
      await working?.catch(() => {});
    },
  };
}

const sources = /\.(?:[cm]?[jt]sx?|json)$/;

function viewManifest({ manifest }: AppFolder) {
  const { entryPoint } = manifest;
  if (entryPoint !== undefined) return { ...manifest, entryPoint };
  throw new BerthError(
    "MANIFEST_INVALID",
    'berth.json has no entryPoint, so there is no view to show; name one, such as "entryPoint": "view.js".',
  );
}

/** As its author wrote it: the page parses it as any host does. */
function rawManifest({ manifestBytes }: AppFolder): AppManifest {
  // It has just been parsed by openAppFolder.
  return JSON.parse(new TextDecoder().decode(manifestBytes)) as AppManifest;
}
