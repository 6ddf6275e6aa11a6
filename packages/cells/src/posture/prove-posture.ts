/**
 * Finds out what really isolates and limits apps here, by trying to break each limit in a
 * throw-away cell and looking at the cell from outside.
 */

import { describeCgroup } from "../cgroup/find-cgroup.ts";
import { findEngine } from "../workerd/engine.ts";
import type { Posture } from "./posture.ts";
import { proveJail } from "./prove-jail.ts";
import { proveLimits } from "./prove-limits.ts";
import { openTrial, type PostureOptions } from "./trial-pool.ts";

const dayMs = 86_400_000;

/**
 * Takes some three seconds and up to two cores.
 *
 * @throws BerthError `JAIL_UNAVAILABLE` or `CELL_START_FAILED` when no cell can be started at all
 */
export async function provePosture(options: PostureOptions): Promise<Posture> {
  const { jailer } = options;
  const engine = jailer?.engine ?? findEngine(options.engine?.binary);
  const version = jailer?.cgroupVersion ?? describeCgroup().version;
  const hasCgroup = options.cgroup !== "off" && version !== "none";
  await using trial = await openTrial(options, hasCgroup);
  const proofs = await Promise.all([proveJail(trial), proveLimits(trial)]);
  const lines = proofs.flat();
  return {
    ok: lines.every((line) => line.ok),
    mode: hasCgroup ? "full" : "degraded",
    jail: trial.isJailed ? "bubblewrap" : "off",
    engine: {
      version: engine.version,
      ageDays: Math.floor((Date.now() - engine.releasedAt) / dayMs),
    },
    lines,
  };
}
