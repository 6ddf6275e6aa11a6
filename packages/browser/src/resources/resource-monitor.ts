/**
 * Counts what one app instance does in the page: messages, mutations, calls, refusals. Browsers
 * show no memory or processor time of one worker, so none is invented here.
 */
import { type Clock, systemClock } from "../clock.ts";

export interface ResourceUsage {
  readonly messages: number;
  readonly messageBytes: number;
  readonly mutations: number;
  /** Requests to the app's function or the platform's API. */
  readonly requests: number;
  readonly capabilityCalls: number;
  readonly failedCalls: number;
  readonly denials: number;
  /** Nodes in the view's tree now. */
  readonly nodes: number;
  /** Milliseconds since the worker last gave a sign of life; null when it does not run. */
  readonly silenceMs: number | null;
  /** Median time of the last 200 calls, in milliseconds; null before the first. */
  readonly callP50Ms: number | null;
}

export type ResourceCounter =
  | "messages"
  | "messageBytes"
  | "mutations"
  | "requests"
  | "capabilityCalls"
  | "failedCalls"
  | "denials";

const maxDurations = 200;

export class ResourceMonitor {
  readonly #clock: Clock;
  readonly #counts: Record<ResourceCounter, number> = {
    messages: 0,
    messageBytes: 0,
    mutations: 0,
    requests: 0,
    capabilityCalls: 0,
    failedCalls: 0,
    denials: 0,
  };
  #durations: number[] = [];
  #gauges: () => Pick<ResourceUsage, "nodes" | "silenceMs"> = () => ({
    nodes: 0,
    silenceMs: null,
  });

  constructor(options: { readonly clock?: Clock } = {}) {
    this.#clock = options.clock ?? systemClock;
  }

  count(counter: ResourceCounter, by = 1): void {
    this.#counts[counter] += by;
  }

  /** Where the values come from that are read, not counted. */
  observe(gauges: () => Pick<ResourceUsage, "nodes" | "silenceMs">): void {
    this.#gauges = gauges;
  }

  /** Runs a call and keeps its time; a failure is counted and thrown on. */
  async time<Result>(work: () => Promise<Result>): Promise<Result> {
    const startedAt = this.#clock.now();
    try {
      return await work();
    } catch (error) {
      this.#counts.failedCalls += 1;
      throw error;
    } finally {
      this.#durations = [...this.#durations, this.#clock.now() - startedAt].slice(-maxDurations);
    }
  }

  usage(): ResourceUsage {
    const sorted = [...this.#durations].sort((a, b) => a - b);
    return {
      ...this.#counts,
      ...this.#gauges(),
      callP50Ms: sorted[Math.floor((sorted.length - 1) / 2)] ?? null,
    };
  }
}
