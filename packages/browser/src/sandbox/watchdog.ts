/**
 * Says when a view has stopped beating. Counts its own ticks since the last beat, not wall time:
 * a host page that was itself busy or frozen ticks as seldom as it listens, and blames nobody.
 *
 * The same port tells the worker how slowly its timers are to run, and brings how late they were.
 * Trust: both are a courtesy. A worker may beat with any number, so that the silences seen here
 * count when they say more.
 */
import type { ViewLimits } from "@berth/protocol";
import type { Clock } from "../clock.ts";
import type { Beat } from "../resources/busy-meter.ts";

export interface Watchdog {
  /** Milliseconds since the last beat. */
  silenceMs(): number;
  /** Timers and frames at most this often; Infinity: not at all; zero: as they like. */
  setTimerPace(everyMs: number): void;
  close(): void;
}

export interface WatchdogOptions {
  readonly port: MessagePort;
  readonly limits: Pick<ViewLimits, "heartbeatIntervalMs" | "heartbeatTimeoutMs">;
  readonly clock: Clock;
  /** `silent` or `flooding`: at most one call; the watchdog is closed by then. */
  readonly onTrouble: (trouble: "silent" | "flooding") => void;
  readonly onBeat?: (beat: Beat) => void;
  /** What each beat carries, as it came. */
  readonly onData?: ((data: unknown) => void) | undefined;
}

/** Far above what any honest bootstrap sends between two ticks. */
const maxBeatsPerTick = 200;

/** A number, or where an engine measures it, a member of that name. */
function busyMsOf(data: unknown): number {
  const told =
    typeof data === "object" && data !== null ? (data as { busyMs?: unknown }).busyMs : data;
  return typeof told === "number" && told > 0 ? told : 0;
}

export function createWatchdog(options: WatchdogOptions): Watchdog {
  const { port, limits, clock, onTrouble, onBeat } = options;
  const maxMissed = Math.ceil(limits.heartbeatTimeoutMs / limits.heartbeatIntervalMs);
  let missed = 0;
  let beats = 0;
  let beatAt = clock.now();
  let timerPaceMs = 0;
  // Of a beat, one number is read here, whatever else the message carries.
  port.onmessage = ({ data }: MessageEvent<unknown>) => {
    const elapsedMs = clock.now() - beatAt;
    const silentMs = Math.max(0, missed - 1) * limits.heartbeatIntervalMs;
    missed = 0;
    beats += 1;
    beatAt = clock.now();
    if (beats > maxBeatsPerTick) {
      end("flooding");
      return;
    }
    // A gap beyond the time-out, after which it still lives, was the page's own.
    if (elapsedMs <= 0 || elapsedMs > limits.heartbeatTimeoutMs) return;
    options.onData?.(data);
    const told = busyMsOf(data);
    onBeat?.({ lateMs: Math.min(elapsedMs, Math.max(told, silentMs)), elapsedMs });
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
  return {
    silenceMs: () => clock.now() - beatAt,
    setTimerPace(everyMs) {
      if (everyMs === timerPaceMs) return;
      timerPaceMs = everyMs;
      port.postMessage({ timerPaceMs: everyMs });
    },
    close,
  };
}
