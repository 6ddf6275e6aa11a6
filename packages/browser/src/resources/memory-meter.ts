/**
 * Memory of each app's frame and worker, where the browser tells it: Chromium, in a page that is
 * cross-origin isolated, of frames that share the page's process. Of others it says zero, which is
 * no figure. One measurement serves all apps; it may take seconds, so that it is a trend and no
 * trigger.
 */
import type { Clock } from "../clock.ts";
import { estimated, type Reading, unavailable } from "./reading.ts";

/** What `performance.measureUserAgentSpecificMemory()` answers, as far as it is read here. */
interface MemoryMeasurement {
  readonly breakdown?: readonly {
    readonly bytes?: number;
    readonly attribution?: readonly { readonly container?: { readonly id?: string } | null }[];
  }[];
}

export interface MemoryMeter {
  /** Of the frame with that id. */
  reading(frameId: string | undefined): Reading;
  /** When the last measurement ended; null before the first. */
  readonly measuredAt: number | null;
  close(): void;
}

export interface MemoryMeterOptions {
  readonly clock: Clock;
  /** Absent where the browser has none. */
  readonly measure: (() => Promise<unknown>) | undefined;
}

const everyMs = 30_000;
const bytesPerMb = 1_048_576;
const basis = "performance.measureUserAgentSpecificMemory, the app's frame and worker together";

/** The page's own measurement, where it has one that works. */
export function memoryMeasureOf(page: typeof globalThis): (() => Promise<unknown>) | undefined {
  const { performance, crossOriginIsolated } = page as typeof page & {
    performance?: { measureUserAgentSpecificMemory?: () => Promise<unknown> };
  };
  const measure = performance?.measureUserAgentSpecificMemory;
  if (crossOriginIsolated !== true || typeof measure !== "function") return undefined;
  return () => measure.call(performance);
}

export function openMemoryMeter({ clock, measure }: MemoryMeterOptions): MemoryMeter {
  let bytes: ReadonlyMap<string, number> | undefined;
  let measuredAt: number | null = null;
  let isMeasuring = false;
  let isClosed = false;
  const update = async (): Promise<void> => {
    if (measure === undefined || isMeasuring) return;
    isMeasuring = true;
    try {
      const found = bytesByFrame((await measure()) as MemoryMeasurement);
      if (isClosed) return;
      bytes = found;
      measuredAt = clock.now();
    } catch {
      // A browser may decline while it is busy; the next turn asks again, and until then the
      // figure is the last one, or unavailable.
    } finally {
      isMeasuring = false;
    }
  };
  void update();
  const cancel = measure === undefined ? () => {} : clock.every(everyMs, () => void update());
  return {
    reading(frameId) {
      if (measure === undefined)
        return unavailable("MB", "the browser tells it in cross-origin isolated pages only");
      const found = frameId === undefined ? undefined : bytes?.get(frameId);
      if (found === undefined) return unavailable("MB", "not measured yet");
      if (found === 0)
        return unavailable("MB", "the browser tells nothing of frames in another process");
      return estimated(Math.round((found / bytesPerMb) * 10) / 10, "MB", basis);
    },
    get measuredAt() {
      return measuredAt;
    },
    close() {
      isClosed = true;
      cancel();
    },
  };
}

function bytesByFrame(measurement: MemoryMeasurement): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const { bytes, attribution } of measurement.breakdown ?? []) {
    const id = attribution?.[0]?.container?.id;
    if (id === undefined || id === "" || typeof bytes !== "number") continue;
    found.set(id, (found.get(id) ?? 0) + bytes);
  }
  return found;
}
