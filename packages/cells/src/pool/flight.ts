/** One running request: its deadlines, what it has used, and the means to end it. */

import type { BerthError } from "@berth/protocol";
import type { Exchange } from "../driver.ts";
import type { CellLimits } from "../spec.ts";

export interface FlightOptions {
  readonly isolateKey: string;
  readonly requestId: string | null;
  readonly limits: CellLimits;
  now(): number;
  onEnd(flight: Flight, error: BerthError | undefined): void;
}

export class Flight implements Exchange {
  readonly isolateKey: string;
  readonly requestId: string | null;
  readonly limits: CellLimits;
  readonly maxResponseBytes: number;
  /** By the pool's clock; Infinity once the head of the answer is in. */
  deadlineAt: number;
  cpuMs = 0;
  /** Of the span in which `cpuMs` is counted. */
  cpuSince: number;
  readonly #options: FlightOptions;
  #cancel: ((error: BerthError) => void) | undefined;
  #failure: BerthError | undefined;
  #isEnded = false;

  constructor(options: FlightOptions) {
    this.#options = options;
    this.isolateKey = options.isolateKey;
    this.requestId = options.requestId;
    this.limits = options.limits;
    this.maxResponseBytes = options.limits.maxResponseBytes;
    this.cpuSince = options.now();
    this.deadlineAt = this.cpuSince + options.limits.wallMs;
  }

  /** False once the head of the answer is in. */
  get isAwaited(): boolean {
    return this.deadlineAt !== Number.POSITIVE_INFINITY;
  }

  bindCancel(cancel: (error: BerthError) => void): void {
    if (this.#failure === undefined) this.#cancel = cancel;
    else cancel(this.#failure);
  }

  onProgress(): void {
    if (this.isAwaited) this.deadlineAt = this.#options.now() + this.limits.wallMs;
  }

  onHead(): void {
    this.deadlineAt = Number.POSITIVE_INFINITY;
  }

  onEnd(error?: BerthError): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#options.onEnd(this, error);
  }

  /** Ends the request with this error; the first one counts. */
  fail(error: BerthError): void {
    if (this.#failure !== undefined || this.#isEnded) return;
    this.#failure = error;
    this.#cancel?.(error);
  }
}
