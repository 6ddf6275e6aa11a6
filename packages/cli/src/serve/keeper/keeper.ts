/**
 * The small process that stays while servers come and go.
 *
 * Owns the bound socket and which process serves on it; knows nothing of what is served. It is what
 * the operator, systemd or a container sees as Berth: its process id stays the same through restarts.
 * The servers share one socket rather than bind one each to the same port (SO_REUSEPORT): there, what
 * waits in the queue of a socket that is closed is refused.
 * Invariant: from the first server's opening on, one process listens or connections wait in the socket's
 * queue; none is refused, and none is accepted by a process that will not answer it.
 */
import { BerthError, parseWireError } from "@berth/protocol";
import type { KeptServer } from "./kept-server.ts";
import type { KeptPlace } from "./messages.ts";

export interface KeeperOptions {
  readonly start: (warm: KeptPlace["warm"]) => KeptServer;
  /** Ends it all. */
  readonly signal: AbortSignal;
  /** How long a retired server may take to serve what it has, before it is killed. */
  readonly drainMs: number;
  /** After the first server opened, and after every restart, done or not. */
  readonly onServing: (server: KeptServer, restart: Restart | undefined) => Promise<void>;
}

export interface Restart {
  readonly error: BerthError | undefined;
}

export interface Keeper {
  /** Another process takes over. Asked again meanwhile, it is done once more afterwards, not more. */
  restart(): void;
  /** Resolves when all servers have ended: with the exit code of the one that served. */
  readonly ended: Promise<number>;
}

const warmAnswerMs = 5_000;
const startMs = 180_000;
const retireMs = 15_000;
/** What closing takes beyond the time for draining. */
const closeMs = 30_000;

export function openKeeper(options: KeeperOptions): Keeper {
  const { start, signal, onServing } = options;
  const all = new Set<KeptServer>();
  let serving = begin(null);
  let retiring: Promise<unknown> = Promise.resolve();
  let restarting: Promise<void> | undefined;
  let isWished = false;
  const { promise: ended, resolve: end } = Promise.withResolvers<number>();

  function begin(warm: KeptPlace["warm"]): KeptServer {
    const server = start(warm);
    all.add(server);
    void server.exited.then(() => all.delete(server));
    return server;
  }

  /** When the one that serves ends by itself there is nothing to keep: whoever started us decides. */
  function watch(server: KeptServer): void {
    void server.exited.then(async (code) => {
      await restarting;
      if (server === serving) await endAll(code ?? 1);
    });
  }

  async function endAll(code: number): Promise<void> {
    for (const server of all) server.tell("close");
    await Promise.all([...all].map((server) => server.exited));
    end(code);
  }

  async function replace(): Promise<void> {
    const before = serving;
    if (!all.has(before)) return;
    // Two places, two processes: the one before must be gone.
    await retiring;
    before.tell("tell-busy");
    const busy = await before.hear("busy", AbortSignal.timeout(warmAnswerMs));
    if (signal.aborted) return;
    const after = begin(busy?.installations ?? []);
    const ready = await after.hear(
      "ready",
      AbortSignal.any([signal, AbortSignal.timeout(startMs)]),
    );
    if (ready === undefined) {
      if (!signal.aborted) await giveUp(after);
      return;
    }
    before.tell("retire");
    // One that does not answer any more does not accept either.
    await before.hear("retired", AbortSignal.timeout(retireMs));
    after.tell("take-over");
    serving = after;
    watch(after);
    retiring = finish(before, after);
    if ((await after.hear("open")) !== undefined || signal.aborted) return;
    throw new BerthError(
      "HAND_OVER_FAILED",
      `The new process ended while it took over: ${after.failure?.message ?? "see its log"}`,
    );
  }

  /** @throws HAND_OVER_FAILED, HAND_OVER_IMPOSSIBLE: always */
  async function giveUp(server: KeptServer): Promise<never> {
    server.tell("close");
    const timer = setTimeout(server.kill, closeMs);
    const code = await server.exited;
    clearTimeout(timer);
    const { failure } = server;
    if (failure?.code === "HAND_OVER_IMPOSSIBLE") throw parseWireError(failure);
    const why = failure?.message ?? `It ended with ${code ?? "a signal"} before it was ready.`;
    throw new BerthError("HAND_OVER_FAILED", `The new process did not start: ${why}`, {
      ...(failure === undefined ? {} : { details: { code: failure.code } }),
    });
  }

  async function finish(before: KeptServer, after: KeptServer): Promise<void> {
    const timer = setTimeout(before.kill, options.drainMs + closeMs);
    await before.exited;
    clearTimeout(timer);
    after.tell("settle");
  }

  async function restartOnce(): Promise<void> {
    let error: BerthError | undefined;
    try {
      await replace();
    } catch (cause) {
      error =
        cause instanceof BerthError
          ? cause
          : new BerthError("HAND_OVER_FAILED", "The new process did not start.", { cause });
    }
    if (!signal.aborted) await onServing(serving, { error });
  }

  async function restartWhileWished(): Promise<void> {
    while (isWished && !signal.aborted) {
      isWished = false;
      await restartOnce();
    }
  }

  const opened = serving.hear("ready").then(async (ready) => {
    if (ready === undefined) return;
    await onServing(serving, undefined);
    serving.tell("noted");
  });
  watch(serving);
  const close = () => {
    for (const server of all) server.tell("close");
  };
  signal.addEventListener("abort", close, { once: true });
  if (signal.aborted) close();

  return {
    ended,
    restart() {
      isWished = true;
      restarting ??= opened.then(restartWhileWished).finally(() => {
        restarting = undefined;
      });
    },
  };
}
