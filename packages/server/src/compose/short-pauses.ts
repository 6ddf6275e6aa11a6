/** How a process collects garbage when answering without a pause matters more than throughput. */

/**
 * Flags of Node for a process that does nothing but serve; `berth serve` starts itself again with
 * them. They must be on its command line: V8 sizes the young generation when it starts, and a worker
 * thread takes the size from its process.
 *
 * Left alone, V8 lets the young generation of a busy server grow to twice this, and a flood then makes
 * pauses of 10 to 20 ms of its collections; kept at 16 MiB they take 3 to 6 ms, on two cores. A quarter
 * of it is no better under a flood (`bench -- flood`) and costs throughput (`bench -- request`).
 */
export const shortPauseFlags: readonly string[] = ["--max-semi-space-size=16"];
