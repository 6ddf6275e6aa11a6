/**
 * The load: well-behaved apps are asked at a steady pace, hostile ones one request at a time.
 *
 * Invariant: at most `maxInFlight` requests to well-behaved apps run at once; what the pace would
 * send on top is left out and counted, so that a slow server is not buried.
 */
import { Agent } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import type { BerthClient } from "@berth/client";
import { isBerthError } from "@berth/protocol";
import { type AppCall, callApp, type Outcome } from "./call-app.ts";
import type { Installed } from "./install.ts";
import type { Ledger } from "./ledger.ts";
import type { Random } from "./random.ts";
import { createTokens } from "./tokens.ts";

const maxInFlight = 64;
/** Longer than the server's own deadline, so that the server's answer counts. */
const timeoutMs = 60_000;
const paceMs = 20;
/** Twenty of them on two cores still leave something to the others. */
const hostilePauseMs = { least: 10_000, most: 30_000 } as const;
/** A few apps are asked often, many rarely: those are swapped out and start anew each time. */
const busyApps = { share: 1 / 6, ofRequests: 0.9 } as const;

export interface LoadOptions {
  readonly client: BerthClient;
  readonly port: number;
  readonly installed: readonly Installed[];
  readonly ratePerSecond: number;
  readonly random: Random;
  readonly ledger: Ledger;
}

export interface Load {
  readonly sent: number;
  /** Left out because too many were running. */
  readonly leftOut: number;
  /** How often a hostile installation that was stopped for crashing was started again. */
  readonly resumed: number;
  /** Sends nothing more and waits for what runs; hostile requests are given up. */
  close(): Promise<void>;
}

export function startLoad(options: LoadOptions): Load {
  const { client, port, installed, ratePerSecond, random, ledger } = options;
  const calm = installed.filter(({ kind }) => !kind.isHostile);
  const wild = installed.filter(({ kind }) => kind.isHostile);
  const busyCount = Math.ceil(calm.length * busyApps.share);
  const tokens = createTokens(client);
  const agent = new Agent({ keepAlive: true });
  const ending = new AbortController();
  const running = new Set<Promise<void>>();
  const counts = { sent: 0, leftOut: 0, resumed: 0 };

  function keep(work: Promise<void>): void {
    const kept = work.finally(() => running.delete(kept));
    running.add(kept);
  }

  /** Opens a view for its token when there is none, as a page would. Never rejects. */
  async function ask(
    { id, ...place }: Installed,
    what: Pick<AppCall, "method" | "path" | "body" | "signal">,
  ): Promise<Outcome> {
    let token: string;
    try {
      token = await tokens.get({ id, ...place });
    } catch (error) {
      if (!isBerthError(error)) throw error;
      const { code, message, definition } = error;
      const { isRetryable } = definition;
      return {
        type: "refused",
        code,
        message: `no view: ${message}`,
        isRetryable,
        retryAfterMs: 0,
      };
    }
    return callApp({ agent, port, installation: id, token, timeoutMs, ...what });
  }

  async function askCalm(): Promise<void> {
    const isBusy = random.next() < busyApps.ofRequests;
    const target = random.pick(isBusy ? calm.slice(0, busyCount) : calm.slice(busyCount));
    const method = random.next() < 0.5 ? "GET" : "POST";
    const path = `/r/${counts.sent}`;
    const body = `${counts.sent} ${"b".repeat(Math.floor(random.between(0, 2_000)))}`;
    const startedAt = performance.now();
    const outcome = await ask(target, { method, path, body });
    ledger.addCalm({ installed: target, body, startedAt, endedAt: performance.now() }, outcome);
  }

  /** It was stopped because it crashed on and on; an admin who knows no better starts it again. */
  async function resume({ id, organization }: Installed): Promise<void> {
    try {
      const params = { organization, installation: id };
      await client.call("resumeInstallation", { params }, { signal: ending.signal });
      counts.resumed += 1;
    } catch {
      // A hostile app may well fail its health check; it is tried again later.
    }
  }

  async function pester(target: Installed): Promise<void> {
    const { signal } = ending;
    const { least, most } = hostilePauseMs;
    while (!signal.aborted) {
      await delay(random.between(least, most), undefined, { signal });
      const outcome = await ask(target, { method: "POST", path: "/", body: "", signal });
      if (signal.aborted) return;
      ledger.addWild(target, outcome);
      if (outcome.type !== "refused") continue;
      if (outcome.code === "INSTALLATION_STATE") await resume(target);
      await delay(outcome.retryAfterMs, undefined, { signal });
    }
  }

  function askNext(): void {
    if (running.size - wild.length >= maxInFlight) {
      counts.leftOut += 1;
      return;
    }
    counts.sent += 1;
    keep(askCalm());
  }

  const startedAt = performance.now();
  const pace = setInterval(() => {
    const due = ((performance.now() - startedAt) * ratePerSecond) / 1_000;
    // Timers come late, but not fewer requests.
    while (counts.sent + counts.leftOut < due) askNext();
  }, paceMs);
  for (const target of wild) {
    keep(
      pester(target).catch((error: unknown) => {
        if (!ending.signal.aborted) throw error;
      }),
    );
  }

  return {
    get sent() {
      return counts.sent;
    },
    get leftOut() {
      return counts.leftOut;
    },
    get resumed() {
      return counts.resumed;
    },
    async close() {
      clearInterval(pace);
      ending.abort();
      await Promise.all(running);
      agent.destroy();
    },
  };
}
