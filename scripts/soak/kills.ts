/**
 * Kills cells from outside, as the kernel, a bad board or an operator would: by SIGKILL, at random.
 *
 * Only processes that this Berth lists as its cells are killed, and only while they still are what
 * it started. No app is hit so often that the pool would hold it back as a crashing one.
 */
import { readFileSync, statSync } from "node:fs";
import type { Berth } from "@berth/server";
import type { Random } from "./random.ts";

type CellInfo = ReturnType<Berth["cells"]["list"]>[number];

/** The pool's quarantine begins at three losses within a minute. */
const maxPerMinute = 2;
const minuteMs = 60_000;

export interface Kill {
  /** By `performance.now()`. */
  readonly at: number;
  /** Undefined when the cell was still blank: it may have been on its way to any app. */
  readonly installation: string | undefined;
  readonly inFlight: number;
}

export interface Killer {
  readonly kills: readonly Kill[];
  close(): void;
}

export interface KillerOptions {
  readonly cells: Berth["cells"];
  readonly random: Random;
  /** On average; 0: never. */
  readonly everySeconds: number;
}

/** The process may have ended since the list was made, and its id been given to another. */
function isStillTheCell({ pid, hostUid }: CellInfo): boolean {
  try {
    const isEngine = readFileSync(`/proc/${pid}/comm`, "utf8").startsWith("workerd");
    return isEngine && (hostUid === undefined || statSync(`/proc/${pid}`).uid === hostUid);
  } catch {
    // It is gone.
    return false;
  }
}

export function startKiller({ cells, random, everySeconds }: KillerOptions): Killer {
  const kills: Kill[] = [];
  let timer: NodeJS.Timeout | undefined;

  function isSpared(installation: string | undefined, now: number): boolean {
    if (installation === undefined) return false;
    const recent = kills.filter(
      (kill) => kill.installation === installation && now - kill.at < minuteMs,
    );
    return recent.length >= maxPerMinute;
  }

  function killOne(): void {
    const now = performance.now();
    const listed = cells.list().filter(({ placement }) => !isSpared(placement, now));
    // Half of the kills go to cells that are busy, where they hurt.
    const busy = listed.filter((cell) => cell.inFlight > 0);
    const from = busy.length > 0 && random.next() < 0.5 ? busy : listed;
    if (from.length === 0) return;
    const cell = random.pick(from);
    if (!isStillTheCell(cell)) return;
    // Noted before: its requests may fail before the call below returns.
    kills.push({ at: now, installation: cell.placement, inFlight: cell.inFlight });
    try {
      process.kill(cell.pid, "SIGKILL");
    } catch {
      // It ended by itself in this very moment.
      kills.pop();
    }
  }

  function plan(): void {
    const waitMs = random.between(0, 2 * everySeconds * 1_000);
    timer = setTimeout(() => {
      killOne();
      plan();
    }, waitMs);
  }

  if (everySeconds > 0) plan();
  return { kills, close: () => clearTimeout(timer) };
}
