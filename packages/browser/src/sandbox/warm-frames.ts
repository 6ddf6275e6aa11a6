/**
 * A few frames that wait in the page with their bootstrap running, so that the next start does not
 * wait for a process and a document.
 *
 * Owns the frames that wait; one that was taken is its taker's. Invariant: a frame is handed out
 * once and never comes back, so that no app finds what another left.
 */
import type { Clock } from "../clock.ts";
import type { FrameSource } from "./frame.ts";
import { openSandboxFrame, type SandboxFrame } from "./sandbox-frame.ts";

export interface WarmFramesOptions {
  /** That wait at once, of all sources together. */
  readonly max: number;
  readonly container: () => HTMLElement;
  readonly clock: Clock;
}

export interface WarmFrames {
  /** Opens a frame of that source, unless one waits or there is no room. Resolves when it is up. */
  prepare(source: FrameSource): Promise<void>;
  /** The same a little later, out of the way of what was just started. Any app fits a srcdoc. */
  refill(source: FrameSource): void;
  /** A waiting frame of that source; the caller's from now on. */
  take(source: FrameSource): SandboxFrame | undefined;
  /** Removes what waits for that one installation: nobody else can use it. */
  release(source: FrameSource): void;
  /** Removes all that waits. */
  clear(): void;
}

interface Waiting {
  readonly key: string;
  readonly frame: SandboxFrame;
  /** It is up, or waits no longer. */
  readonly settled: PromiseWithResolvers<void>;
}

/** After a start the page draws and the app loads its data; a further frame can wait for that. */
const refillDelayMs = 300;

export function createWarmFrames({ max, container, clock }: WarmFramesOptions): WarmFrames {
  const waiting = new Set<Waiting>();
  let cancelRefill: (() => void) | undefined;

  function drop(entry: Waiting): void {
    waiting.delete(entry);
    entry.settled.resolve();
    entry.frame.remove();
  }

  function find(key: string): Waiting | undefined {
    for (const entry of waiting) {
      if (!entry.frame.isUsable) drop(entry);
      else if (entry.key === key) return entry;
    }
    return undefined;
  }

  async function prepare(source: FrameSource): Promise<void> {
    await open(source)?.settled.promise;
  }

  function open(source: FrameSource): Waiting | undefined {
    const key = keyOf(source);
    const found = find(key);
    if (found !== undefined) return found;
    if (waiting.size >= max) return undefined;
    const title = "Sandbox in waiting";
    const frame = openSandboxFrame({ source, title, container: container() });
    const entry: Waiting = { key, frame, settled: Promise.withResolvers() };
    waiting.add(entry);
    void frame.hello.then((frameWindow) => {
      // To whatever origin: it says nothing, and a frame's own is opaque.
      if (waiting.has(entry)) frameWindow.postMessage({ berth: "warm" }, "*");
      entry.settled.resolve();
    });
    frame.onMisbehaviour(() => drop(entry));
    return entry;
  }

  function clear(): void {
    cancelRefill?.();
    cancelRefill = undefined;
    for (const entry of [...waiting]) drop(entry);
  }

  return {
    prepare,
    refill(source) {
      if (!("srcdoc" in source) || max === 0) return;
      cancelRefill?.();
      cancelRefill = clock.after(refillDelayMs, () => {
        open(source);
      });
    },
    take(source) {
      const entry = find(keyOf(source));
      if (entry === undefined) return undefined;
      waiting.delete(entry);
      entry.settled.resolve();
      return entry.frame;
    },
    release(source) {
      const key = keyOf(source);
      if ("url" in source) for (const entry of [...waiting]) if (entry.key === key) drop(entry);
    },
    clear,
  };
}

function keyOf(source: FrameSource): string {
  return "url" in source ? `url ${source.url}` : "srcdoc";
}
