/**
 * The standard worker bootstrap: runs first in every view's worker, with the app's module behind
 * it in the same script. Shuts globals away, keeps the heartbeat, speaks with the host,
 * and leaves one frozen global for the SDK.
 *
 * Trust: the app runs in this realm and may break whatever it reaches; nothing here is a defence
 * of the host, which believes no message. What is captured early is captured for the app's own
 * good: its errors are to be seen, its hangs to be noticed.
 */
import type { ViewApi, ViewRuntime } from "@berth/protocol";
import { createRpcSession, type RpcSession } from "../rpc/rpc-session.ts";
import { describeError, watchErrors } from "./errors.worker.ts";
import { createHostStub } from "./host-stub.worker.ts";
import { installPacedTimers } from "./paced-timers.worker.ts";
import { createPortTransport } from "./port-transport.worker.ts";
import { removeGlobals } from "./remove-globals.worker.ts";

interface Boot {
  readonly heartbeatIntervalMs: number;
}

const given = globalThis as { __berthBlockedAPIs?: readonly string[] };
const blockedAPIs = given.__berthBlockedAPIs ?? [];
delete given.__berthBlockedAPIs;

const errors = watchErrors();
const defined = Promise.withResolvers<ViewApi>();
const connected = Promise.withResolvers<RpcSession>();
let isDefined = false;
let isConnected = false;

/** The host's calls, each to what the app defined. */
const viewApi: ViewApi = {
  start: async (context) => {
    const view = await defined.promise;
    await guarded(() => view.start(context));
  },
  update: async (context) => (await defined.promise).update(context),
  pause: async () => (await defined.promise).pause(),
  resume: async () => (await defined.promise).resume(),
  stop: async () => (await defined.promise).stop(),
  dispatch: async (...event) => (await defined.promise).dispatch(...event),
};

/** Errors of `start` cross with the app's own stack, which would be left out. */
async function guarded(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const { message, stack } = describeError(error, "The view's start failed.");
    throw Object.assign(new Error(message), { viewStack: stack ?? null });
  }
}

/** Before the app's module, which finds the paced timers in their place. */
const { setTimeout: startTimeout, setInterval: startInterval } = globalThis;
const now = performance.now.bind(performance);
const setPace = installPacedTimers();
/** Probes between two beats. */
const probesPerBeat = 5;

/** Returns by how much the worker's timers were late since it was last asked, in milliseconds. */
function probeLateness(everyMs: number): () => number {
  let lateMs = 0;
  let dueAt = 0;
  const probe = (): void => {
    lateMs += Math.max(0, now() - dueAt);
    next();
  };
  const next = (): void => {
    dueAt = now() + everyMs;
    startTimeout(probe, everyMs);
  };
  next();
  return () => {
    const seen = Math.round(lateMs);
    lateMs = 0;
    return seen;
  };
}

addEventListener("message", (event: MessageEvent<Boot>) => {
  const [rpc, beat] = event.ports;
  // Not removed afterwards: the SDK's DOM may put its own removeEventListener in this place.
  if (isConnected || !event.isTrusted || rpc === undefined || beat === undefined) return;
  // First in line, so that no listener of the app ever sees the ports.
  event.stopImmediatePropagation();
  isConnected = true;
  const post = beat.postMessage.bind(beat);
  beat.onmessage = ({ data }: MessageEvent<{ timerPaceMs?: unknown } | null>) => {
    if (typeof data?.timerPaceMs === "number") setPace(data.timerPaceMs);
  };
  const { heartbeatIntervalMs } = event.data;
  const lateMs = probeLateness(heartbeatIntervalMs / probesPerBeat);
  post(0);
  startInterval(() => post(lateMs()), heartbeatIntervalMs);
  const session = createRpcSession({
    transport: createPortTransport(rpc),
    answer: (method, args) => {
      const run = viewApi[method as keyof ViewApi] as (...given: readonly unknown[]) => unknown;
      return run(...args);
    },
  });
  connected.resolve(session);
});

errors.forward((report) => {
  connected.promise
    .then(({ call }) => call("report", [report]))
    // The session is gone, and with it whoever could be told.
    .catch(() => {});
  if (!isDefined) defined.reject(new Error(report.message));
});
// Whoever awaits it hears of it; until someone does, it is not an error of its own.
defined.promise.catch(() => {});

const host = createHostStub(connected.promise);

const runtime: ViewRuntime = Object.freeze({
  version: 1,
  host,
  define(view: ViewApi) {
    if (isDefined) throw new Error("defineView was called twice; a view is defined once.");
    isDefined = true;
    defined.resolve(view);
  },
});
Object.defineProperty(globalThis, Symbol.for("berth.view"), { value: runtime });
Object.defineProperty(globalThis, Symbol.for("berth.view.evaluated"), {
  value: () => {
    if (!isDefined) defined.reject(new Error("The app's module ended without calling defineView."));
  },
});

removeGlobals(blockedAPIs);
