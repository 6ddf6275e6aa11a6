/** The counters, and their columns in the same order. */

export interface Counters {
  requests: number;
  failedRequests: number;
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
  cpuMs: "cpu_ms",
  capabilityCalls: "capability_calls",
  deniedCalls: "denied_calls",
  egressRequests: "egress_requests",
  bytesIn: "bytes_in",
  bytesOut: "bytes_out",
} as const satisfies Record<keyof Counters, string>;

export const counterColumns = counterNames.map((name) => columnOf[name]);

export function createCounters(): Counters {
  return {
    requests: 0,
    failedRequests: 0,
    cpuMs: 0,
    capabilityCalls: 0,
    deniedCalls: 0,
    egressRequests: 0,
    bytesIn: 0,
    bytesOut: 0,
  };
}
