/**
 * What every `CellDriver` must keep, as trials that a driver's author runs with any test runner.
 *
 * They try one cell at a time and know no engine. A driver that passes them carries the pool and the
 * gateway; that its walls hold against an attacker they do not show, see `provePosture`.
 */

import { lifeTrials } from "./life-trials.ts";
import { reachTrials } from "./reach-trials.ts";
import { requestTrials } from "./request-trials.ts";
import type { DriverTrial } from "./trial.ts";

export const driverTrials: readonly DriverTrial[] = [
  ...lifeTrials,
  ...requestTrials,
  ...reachTrials,
];
