/**
 * Divides a shared cell's processor time among its isolates.
 *
 * The kernel counts a cell as a whole. What it used between two looks goes to the requests that ran
 * meanwhile, in equal parts; what it used while none ran, to the isolates of the requests before,
 * whose work may go on after their answers. So it is an estimate, and called one wherever it is shown.
 */

export class CpuShares {
  readonly #readCpuMs: () => number;
  readonly #byKey = new Map<string, number>();
  #lastCpuMs = 0;
  #lastKeys: readonly string[];

  /** @param keys - whose everything was that the cell used until now */
  constructor(readCpuMs: () => number, keys: readonly string[]) {
    this.#readCpuMs = readCpuMs;
    this.#lastKeys = keys;
    this.settle([]);
  }

  /** @param running - the isolate of each request that ran since the last look */
  settle(running: readonly string[]): void {
    const cpuMs = this.#readCpuMs();
    const usedMs = Math.max(0, cpuMs - this.#lastCpuMs);
    this.#lastCpuMs = cpuMs;
    if (running.length > 0) this.#lastKeys = running;
    for (const key of this.#lastKeys) {
      this.#byKey.set(key, (this.#byKey.get(key) ?? 0) + usedMs / this.#lastKeys.length);
    }
  }

  read(key: string): number {
    return this.#byKey.get(key) ?? 0;
  }

  forget(key: string): void {
    this.#byKey.delete(key);
    this.#lastKeys = this.#lastKeys.filter((each) => each !== key);
  }
}
