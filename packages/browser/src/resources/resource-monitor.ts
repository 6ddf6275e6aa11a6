/**
 * Counts what one app instance does in the page, and gathers what else is known of it. Each
 * reading says how it is known: browsers show no processor time of one worker, and its memory
 * only in cross-origin isolated pages.
 */
import { type Clock, systemClock } from "../clock.ts";
import type { EngineUsage } from "../metered/read-beat.ts";
import { createRateMeter, type RateMeter } from "./rate-meter.ts";
import { measured, type Reading, type ResourceReadings, unavailable } from "./reading.ts";

export interface ResourceUsage {
  readonly messages: number;
  readonly messageBytes: number;
  readonly mutations: number;
  /** Requests to the app's function or the platform's API. */
  readonly requests: number;
  /** Requests that left the page for others than the app's own function. */
  readonly networkRequests: number;
  readonly capabilityCalls: number;
  readonly failedCalls: number;
  readonly denials: number;
  /** Nodes in the view's tree now. */
  readonly nodes: number;
  /** Milliseconds since the worker last gave a sign of life; null when it does not run. */
  readonly silenceMs: number | null;
  /** Median time of the last 200 calls, in milliseconds; null before the first. */
  readonly callP50Ms: number | null;
  /** What the metered engine counts of an app that runs in it. */
  readonly engine?: EngineUsage;
  /** What it uses now, in the units of its limits. */
  readonly readings: ResourceReadings;
}

export type ResourceCounter =
  | "messages"
  | "messageBytes"
  | "mutations"
  | "requests"
  | "networkRequests"
  | "capabilityCalls"
  | "failedCalls"
  | "denials";

/** What is read where it lies, not counted here. */
export interface ResourceGauges {
  readonly nodes: number;
  readonly silenceMs: number | null;
  readonly memory?: Reading;
  readonly cpu?: Reading;
  readonly engine?: EngineUsage;
  /** Bytes kept in the page's stores; undefined where no store tells. */
  readonly storageBytes?: number | undefined;
}

const maxDurations = 200;
const bytesPerMb = 1_048_576;
/** Messages and mutations are judged by their mean over this time. */
const sustainedSeconds = 10;

export class ResourceMonitor {
  readonly #clock: Clock;
  readonly #counts: Record<ResourceCounter, number> = {
    messages: 0,
    messageBytes: 0,
    mutations: 0,
    requests: 0,
    networkRequests: 0,
    capabilityCalls: 0,
    failedCalls: 0,
    denials: 0,
  };
  readonly #rates: Readonly<Partial<Record<ResourceCounter, RateMeter>>>;
  #durations: number[] = [];
  #gauges: () => ResourceGauges = () => ({ nodes: 0, silenceMs: null });

  constructor(options: { readonly clock?: Clock } = {}) {
    this.#clock = options.clock ?? systemClock;
    this.#rates = {
      messages: createRateMeter(this.#clock),
      mutations: createRateMeter(this.#clock),
      requests: createRateMeter(this.#clock),
      networkRequests: createRateMeter(this.#clock),
      capabilityCalls: createRateMeter(this.#clock),
    };
  }

  count(counter: ResourceCounter, by = 1): void {
    this.#counts[counter] += by;
    this.#rates[counter]?.add(by);
  }

  /** Where the values come from that are read, not counted. */
  observe(gauges: () => ResourceGauges): void {
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

  /** A worker starts anew: what the one before said a moment ago is not its. */
  beginRun(): void {
    this.#rates.messages?.clear();
    this.#rates.mutations?.clear();
  }

  /** Messages and mutations a second, mean of the last five seconds: what it would use now. */
  demand(): { readonly messages: number; readonly mutations: number } {
    return { messages: this.#sum("messages", 5) / 5, mutations: this.#sum("mutations", 5) / 5 };
  }

  usage(): ResourceUsage {
    const sorted = [...this.#durations].sort((a, b) => a - b);
    const gauges = this.#gauges();
    return {
      ...this.#counts,
      nodes: gauges.nodes,
      silenceMs: gauges.silenceMs,
      callP50Ms: sorted[Math.floor((sorted.length - 1) / 2)] ?? null,
      ...(gauges.engine === undefined ? {} : { engine: gauges.engine }),
      readings: this.#readings(gauges),
    };
  }

  #readings({ memory, cpu, storageBytes }: ResourceGauges): ResourceReadings {
    const calls = this.#sum("requests", 60) + this.#sum("capabilityCalls", 60);
    const perSecond = (counter: ResourceCounter) =>
      measured(this.#sum(counter, sustainedSeconds) / sustainedSeconds, "perSecond");
    return {
      memory: memory ?? unavailable("MB", "nothing measures it"),
      cpu: cpu ?? unavailable("percent", "no worker runs"),
      storage:
        storageBytes === undefined
          ? unavailable("MB", "no store tells")
          : measured(storageBytes / bytesPerMb, "MB"),
      network: measured(this.#sum("networkRequests", 60), "perMinute"),
      apiCalls: measured(calls, "perMinute"),
      messages: perSecond("messages"),
      mutations: perSecond("mutations"),
    };
  }

  #sum(counter: ResourceCounter, seconds: number): number {
    return this.#rates[counter]?.sum(seconds) ?? 0;
  }
}
