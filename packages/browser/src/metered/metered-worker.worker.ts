/**
 * The worker's bootstrap of an app that runs in the metered engine. No code of the app runs in this
 * realm: it is text for the engine, which has no way out but the texts that metered-host.ts takes.
 *
 * The heartbeat goes on while the app computes, since the engine asks us now and then whether it
 * may; it carries what was counted. Trust: only this script holds the ports.
 */
import type { LogicApi } from "@berth/protocol";
import { createRpcSession, type RpcSession } from "../rpc/rpc-session.ts";
import { watchErrors } from "../worker/errors.worker.ts";
import { createHostStub } from "../worker/host-stub.worker.ts";
import { installPacedTimers } from "../worker/paced-timers.worker.ts";
import { createPortTransport } from "../worker/port-transport.worker.ts";
import { removeGlobals } from "../worker/remove-globals.worker.ts";
import type { MeteredApp } from "./compose-metered-source.ts";
import { type EngineEnd, openEngine } from "./engine.ts";
import { createEngineBeats } from "./engine-beats.ts";
import { createMeteredHost, type Hook, type MeteredHost } from "./metered-host.ts";

// Put there by the line before this script, of a manifest and a module that the page has parsed.
const given = globalThis as unknown as { __berthApp?: MeteredApp };
const app = given.__berthApp as MeteredApp;
delete given.__berthApp;

const now = performance.now.bind(performance);
const startInterval = globalThis.setInterval;
const errors = watchErrors();
const setPace = installPacedTimers();
const { setTimeout, setInterval, clearTimeout, clearInterval } = globalThis;
const timers = {
  setTimeout: setTimeout.bind(globalThis),
  setInterval: setInterval.bind(globalThis),
  clearTimeout: clearTimeout.bind(globalThis),
  clearInterval: clearInterval.bind(globalThis),
} as typeof globalThis;
const connected = Promise.withResolvers<RpcSession>();

const beats = createEngineBeats({ now });

const opening = openEngine({
  ...app.limits,
  onMessage: (text) => void ready.then(({ take }) => take(text)),
  onTick: beats.tick,
});
const ready: Promise<MeteredHost> = (async () => {
  const [engine] = await Promise.all([opening, connected.promise]);
  const host = createHostStub(connected.promise);
  // What the engine needed is there; nothing of it is left for anybody else.
  removeGlobals([]);
  beats.watch(engine);
  const { maxHeapBytes } = app.limits;
  const onEnd = (end: EngineEnd): void => beats.end(end);
  return createMeteredHost({ engine, host, timers, maxHeapBytes, timed: beats.timed, onEnd });
})();
// Whoever starts the app hears of it.
ready.catch(() => {});

const logicApi: LogicApi = {
  async start(context) {
    const host = await ready;
    host.evaluate(app.code);
    await host.run("start", context);
  },
  async update(context) {
    await run("update", context);
  },
  async pause() {
    await run("pause", null);
  },
  async resume() {
    await run("resume", null);
  },
  async stop() {
    await run("stop", null);
  },
  message: (data) => run("message", data),
  async dispatch() {
    // It has drawn nothing that could have an event.
  },
};

async function run(hook: Hook, value: unknown): Promise<unknown> {
  return (await ready).run(hook, value);
}

addEventListener("message", (event: MessageEvent<{ readonly heartbeatIntervalMs: number }>) => {
  const [rpc, beat] = event.ports;
  if (!event.isTrusted || rpc === undefined || beat === undefined) return;
  beat.onmessage = ({ data }: MessageEvent<{ timerPaceMs?: unknown } | null>) => {
    if (typeof data?.timerPaceMs === "number") setPace(data.timerPaceMs);
  };
  const { heartbeatIntervalMs } = event.data;
  beats.begin((told) => beat.postMessage(told), heartbeatIntervalMs);
  startInterval(beats.send, heartbeatIntervalMs);
  const session = createRpcSession({
    transport: createPortTransport(rpc),
    answer: (method, args) => {
      const answer = logicApi[method as keyof LogicApi] as (
        ...given: readonly unknown[]
      ) => unknown;
      return answer(...args);
    },
  });
  connected.resolve(session);
});

errors.forward((report) => {
  connected.promise
    .then(({ call }) => call("report", [report]))
    // The session is gone, and with it whoever could be told.
    .catch(() => {});
});
