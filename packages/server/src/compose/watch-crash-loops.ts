/**
 * Ends what crashes without end. The pool holds a crashing isolate back, longer each time; one that
 * keeps crashing through that is marked as failed, until an admin resumes it.
 */
import type { CellPool } from "@berth/cells";
import { type InstallationId, parseInstallationId } from "@berth/protocol";
import type { Logger } from "pino";
import type { Insight } from "../insight/insight.ts";

/** The pool doubles the wait from one second: this is the seventh time in a row. */
const hopelessBackoffMs = 64_000;
const maxRemembered = 1_000;

export interface CrashLoopOptions {
  readonly pool: Pick<CellPool, "onEvent">;
  readonly fail: (id: InstallationId, reason: string) => Promise<void>;
  /** Where the admin reads that the app is held back. */
  readonly insight: Pick<Insight, "write">;
  readonly logger: Logger;
}

/** @returns how to stop watching */
export function watchCrashLoops({ pool, fail, insight, logger }: CrashLoopOptions): () => void {
  const lastCauses = new Map<string, string>();
  return pool.onEvent((event) => {
    if (event.type === "cell-lost") {
      if (lastCauses.size >= maxRemembered) lastCauses.clear();
      for (const key of event.isolateKeys) lastCauses.set(key, event.detail);
      return;
    }
    if (event.type !== "quarantined") return;
    const cause = lastCauses.get(event.isolateKey) ?? "its cell ended";
    // A key begins with its installation's id; see runtime/spec.ts.
    const id = parseInstallationId(event.isolateKey.split("@")[0]);
    const seconds = Math.ceil(event.backoffMs / 1_000);
    insight.write(id, {
      level: "error",
      source: "berth",
      requestId: null,
      message: `Held back for ${seconds} s after it ended its cell ${event.losses} times within a minute; the last time: ${cause.slice(0, 300)}`,
    });
    if (event.backoffMs < hopelessBackoffMs) return;
    lastCauses.delete(event.isolateKey);
    const reason = `It crashed again and again, and was stopped; the last time: ${cause.slice(0, 300)}`;
    fail(id, reason).catch((error: unknown) => {
      logger.error(
        { err: error, installation: id },
        "A crashing installation could not be stopped",
      );
    });
  });
}
