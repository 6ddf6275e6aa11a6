/** The counters, and their columns in the same order. */

export interface Counters {
  requests: number;
  failedRequests: number;
  /** From each request to the end of its answer; of a WebSocket its hand-shake. */
  wallMs: number;
  cpuMs: number;
  capabilityCalls: number;
  deniedCalls: number;
  egressRequests: number;
  bytesIn: number;
  bytesOut: number;
}

export const counterNames = [
  "requests",
  "failedRequests",
  "wallMs",
  "cpuMs",
  "capabilityCalls",
  "deniedCalls",
  "egressRequests",
  "bytesIn",
  "bytesOut",
] as const satisfies readonly (keyof Counters)[];

export const columnOf = {
  requests: "requests",
  failedRequests: "failed_requests",
  wallMs: "wall_ms",
  cpuMs: "cpu_ms",
  capabilityCalls: "capability_calls",
  deniedCalls: "denied_calls",
  egressRequests: "egress_requests",
  bytesIn: "bytes_in",
  bytesOut: "bytes_out",
} as const satisfies Record<keyof Counters, string>;

export function createCounters(): Counters {
  return {
    requests: 0,
    failedRequests: 0,
    wallMs: 0,
    cpuMs: 0,
    capabilityCalls: 0,
    deniedCalls: 0,
    egressRequests: 0,
    bytesIn: 0,
    bytesOut: 0,
  };
}
