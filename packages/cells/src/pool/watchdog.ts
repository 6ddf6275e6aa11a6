/**
 * Keeps the deadlines that a cell cannot keep itself: wall time and processor time, apart.
 *
 * A cell runs on one thread, so an endless loop in it can be seen only from outside. Processor time
 * is shared out evenly among the requests that ran in each interval. After a missed deadline the
 * cell is pinged; it counts as hung when it burned processor time without answering, so that a
 * cell which is merely throttled is not mistaken for a hung one.
 */

import type { BerthError } from "@berth/protocol";
import { createLimitError } from "../limit-error.ts";
import type { Flight } from "./flight.ts";
import type { CellLossCause } from "./pool.ts";
import type { Slot } from "./slot.ts";

const tickMs = 50;
/** A healthy thread answers a ping for far less. */
const idleHungCpuMs = 200;
const suspectHungWallMs = 10_000;
const pingEveryMs = 5_000;
const hungWallMs = 60_000;
/** The engine lets \`waitUntil\` run for 30 s after the answer. */
const restWatchMs = 35_000;
const restLookMs = 500;

export interface WatchdogOptions {
  now(): number;
  /** The cell must go, through this flight's or nobody's fault. */
  onLost(slot: Slot, cause: CellLossCause, culprit: string | null, error: BerthError): void;
  onDeadline(slot: Slot, flight: Flight): void;
}

export class Watchdog {
  readonly #options: WatchdogOptions;
  readonly #watched = new Set<Slot>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: WatchdogOptions) {
    this.#options = options;
  }

  /** Cheap when it is watched already, as on every warm request. */
  watch(slot: Slot): void {
    if (this.#watched.has(slot)) return;
    this.#watched.add(slot);
    // A request that runs keeps the process up by itself.
    this.#timer ??= setInterval(() => this.#tick(), tickMs).unref();
  }

  #tick(): void {
    const now = this.#options.now();
    for (const slot of this.#watched) {
      if (slot.isClosing) this.#watched.delete(slot);
      else if (slot.flights.size > 0 || slot.isSuspect) this.#look(slot, now);
      else this.#lookAfter(slot, now);
    }
    if (this.#watched.size === 0) this.close();
  }

  /**
   * Nobody waits for the app any longer, but its `waitUntil` may still run: then it has the processor
   * time of one more request.
   */
  #lookAfter(slot: Slot, now: number): void {
    const { restSince = now, restLookAt = now, lastCpuMs } = slot;
    slot.restSince = restSince;
    if (now - restSince > restWatchMs) {
      this.#watched.delete(slot);
      slot.lastCpuMs = undefined;
      slot.restSince = undefined;
      return;
    }
    if (now < restLookAt) return;
    slot.restLookAt = now + restLookMs;
    const cpuMs = slot.cell.readCpuMs();
    slot.lastCpuMs = cpuMs;
    slot.restCpuMs += lastCpuMs === undefined ? 0 : cpuMs - lastCpuMs;
    const all = [...slot.isolates.values()].map(({ limits }) => limits.cpuMs);
    const allowedMs = Math.max(...all);
    if (all.length === 0 || slot.restCpuMs <= allowedMs) return;
    const culprit = slot.isolates.size === 1 ? [...slot.isolates.keys()][0] : undefined;
    const message = `The app used more than ${allowedMs} ms of processor time after its last answer; its cell was ended.`;
    const met = { limit: "cpu time", enforcer: "watchdog", allowed: allowedMs } as const;
    const error = createLimitError("SANDBOX_CPU_EXCEEDED", message, met);
    this.#options.onLost(slot, "cpu", culprit ?? null, error);
  }

  #look(slot: Slot, now: number): void {
    slot.restSince = undefined;
    slot.restLookAt = undefined;
    slot.restCpuMs = 0;
    const cpuMs = slot.cell.readCpuMs();
    const usedMs = slot.lastCpuMs === undefined ? 0 : cpuMs - slot.lastCpuMs;
    slot.lastCpuMs = cpuMs;
    const share = usedMs / Math.max(1, slot.flights.size);
    for (const flight of [...slot.flights]) {
      if (this.#isOverCpu(flight, share, now)) {
        const limit = flight.limits.cpuMs;
        const message = `The app used more than ${limit} ms of processor time for one request; its cell was ended.`;
        const met = { limit: "cpu time", enforcer: "watchdog", allowed: limit } as const;
        const error = createLimitError("SANDBOX_CPU_EXCEEDED", message, met);
        this.#options.onLost(slot, "cpu", flight.isolateKey, error);
        return;
      }
      if (now > flight.deadlineAt) {
        slot.isSuspect = true;
        this.#options.onDeadline(slot, flight);
      }
    }
    this.#checkPing(slot, cpuMs, now);
  }

  #isOverCpu(flight: Flight, share: number, now: number): boolean {
    const isStreaming = flight.deadlineAt === Number.POSITIVE_INFINITY;
    if (isStreaming && now - flight.cpuSince > flight.limits.wallMs) {
      flight.cpuSince = now;
      flight.cpuMs = 0;
    }
    flight.cpuMs += share;
    return flight.cpuMs > flight.limits.cpuMs;
  }

  #checkPing(slot: Slot, cpuMs: number, now: number): void {
    if (slot.ping !== undefined) {
      const burnedMs = cpuMs - slot.ping.cpuMs;
      const isAlone = slot.isSuspect && slot.flights.size === 0;
      const allowedMs = isAlone
        ? idleHungCpuMs
        : Math.max(idleHungCpuMs, ...[...slot.flights].map((flight) => flight.limits.cpuMs));
      const wallMs = isAlone ? suspectHungWallMs : hungWallMs;
      if (burnedMs <= allowedMs && now - slot.ping.sentAt <= wallMs) return;
      const message = "The app's cell stopped answering and was ended.";
      const culprit = slot.isolates.size === 1 ? [...slot.isolates.keys()][0] : undefined;
      const all = [...slot.isolates.values()].map(({ limits }) => limits.wallMs);
      const met = {
        limit: "deadline",
        enforcer: "watchdog",
        allowed: Math.max(0, ...all),
      } as const;
      const error = createLimitError("SANDBOX_DEADLINE_EXCEEDED", message, met);
      this.#options.onLost(slot, "deadline", culprit ?? null, error);
      return;
    }
    if (!slot.isSuspect && now - slot.lastPingAt < pingEveryMs) return;
    slot.ping = { sentAt: now, cpuMs };
    slot.cell.ping().then(
      () => {
        slot.ping = undefined;
        slot.isSuspect = false;
        slot.lastPingAt = this.#options.now();
      },
      () => {
        // The cell is gone; its end is dealt with where it is awaited.
        slot.ping = undefined;
        slot.isSuspect = false;
      },
    );
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
