/**
 * Mounts an app within a time, unless it crashes first or is given up. What is mounted after all
 * is unmounted again.
 */
import { BerthError } from "@berth/protocol";
import type { Clock } from "../clock.ts";
import { type Mounted, type MountOptions, mountExposed } from "./mount.ts";

export interface MountInTimeOptions extends Omit<MountOptions, "onCrash"> {
  readonly instance: string;
  readonly limitMs: number;
  readonly clock: Clock;
  /** Gives it up. */
  readonly signal: AbortSignal;
  /** It crashed after it had been mounted. */
  readonly onCrash: (error: unknown) => void;
}

/** @throws BerthError VIEW_LOAD_FAILED; the signal's reason; what mounting throws */
export async function mountInTime(exposed: unknown, options: MountInTimeOptions): Promise<Mounted> {
  const { instance, limitMs, clock, signal } = options;
  const failed = Promise.withResolvers<never>();
  // Raced below; nobody waits for what comes after.
  failed.promise.catch(() => {});
  let isUp = false;
  const mounting = mountExposed(exposed, {
    ...options,
    onCrash: (error) => (isUp ? options.onCrash(error) : failed.reject(error)),
  });
  const cancel = clock.after(limitMs, () =>
    failed.reject(
      new BerthError(
        "VIEW_LOAD_FAILED",
        `The app ${instance} was not mounted within ${limitMs} ms.`,
      ),
    ),
  );
  const abort = () => failed.reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    const mounted = await Promise.race([failed.promise, mounting]);
    isUp = true;
    return mounted;
  } catch (error) {
    mounting.then(
      (mounted) => unmountQuietly(mounted, () => {}),
      // What it threw is told by the caller, or came too late for anybody.
      () => {},
    );
    throw error;
  } finally {
    cancel();
    signal.removeEventListener("abort", abort);
  }
}

/** Never rejects: what unmounting throws is told. */
export async function unmountQuietly(
  mounted: Mounted | undefined,
  onThrow: (error: unknown) => void,
): Promise<void> {
  try {
    await mounted?.unmount();
  } catch (error) {
    onThrow(error);
  }
}
