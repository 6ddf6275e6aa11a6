/**
 * Says when a view has stopped beating. Counts its own ticks since the last beat, not wall time:
 * a host page that was itself busy or frozen ticks as seldom as it listens, and blames nobody.
 */
import type { ViewLimits } from "@berth/protocol";
import type { Clock } from "../clock.ts";

export interface Watchdog {
  /** Milliseconds since the last beat. */
  silenceMs(): number;
  close(): void;
}

export interface WatchdogOptions {
  readonly port: MessagePort;
  readonly limits: Pick<ViewLimits, "heartbeatIntervalMs" | "heartbeatTimeoutMs">;
  readonly clock: Clock;
  /** `silent` or `flooding`: at most one call; the watchdog is closed by then. */
  readonly onTrouble: (trouble: "silent" | "flooding") => void;
}

/** Far above what any honest bootstrap sends between two ticks. */
const maxBeatsPerTick = 200;

export function createWatchdog({ port, limits, clock, onTrouble }: WatchdogOptions): Watchdog {
  const maxMissed = Math.ceil(limits.heartbeatTimeoutMs / limits.heartbeatIntervalMs);
  let missed = 0;
  let beats = 0;
  let beatAt = clock.now();
  // A beat holds nothing; whatever else the message carries is never read.
  port.onmessage = () => {
    missed = 0;
    beats += 1;
    beatAt = clock.now();
    if (beats > maxBeatsPerTick) end("flooding");
  };
  const cancel = clock.every(limits.heartbeatIntervalMs, () => {
    beats = 0;
    missed += 1;
    if (missed > maxMissed) end("silent");
  });
  function end(trouble: "silent" | "flooding"): void {
    close();
    onTrouble(trouble);
  }
  function close(): void {
    cancel();
    port.onmessage = null;
    port.close();
  }
  return { silenceMs: () => clock.now() - beatAt, close };
}
