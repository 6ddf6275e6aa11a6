/** How a process collects garbage when answering without a pause matters more than throughput. */
import { setFlagsFromString } from "node:v8";

/**
 * For the start of a process that does nothing but serve, before it loads anything else: what the
 * young generation has grown to, it keeps. `berth serve` does it. Not done by `createBerth`, since it changes the whole process.
 *
 * Under a flood the young generation is collected tens of times a second. Kept at 2 MiB each
 * collection copies little; and without helper threads it does not wait for one that a busy machine
 * gave no processor (pauses of 10 to 20 ms before, of 3 to 6 ms with both, on two cores).
 */
export function preferShortPauses(): void {
  for (const flag of [
    "--max-semi-space-size=2",
    "--semi-space-growth-factor=1",
    "--no-parallel-scavenge",
  ]) {
    setFlagsFromString(flag);
  }
}
