/** How a process collects garbage when answering without a pause matters more than throughput. */

/**
 * Flags of Node for a process that does nothing but serve; `berth serve` starts itself again with
 * them. They must be on its command line: V8 sizes the young generation when it starts, and a worker
 * thread takes the size from its process.
 *
 * Under a flood the young generation is collected tens of times a second. Kept at 4 MiB each
 * collection copies little; and without helper threads it does not wait for one that a busy machine
 * gave no processor (pauses of 10 to 20 ms before, of 3 to 6 ms with both, on two cores).
 */
export const shortPauseFlags: readonly string[] = [
  "--max-semi-space-size=4",
  "--no-parallel-scavenge",
];
