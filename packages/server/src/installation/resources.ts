import type { ResourceLimits } from "@berth/protocol";

const names: readonly (keyof ResourceLimits)[] = [
  "memory",
  "cpu",
  "storage",
  "network",
  "apiCalls",
];

/** What the manifest asks, each clamped to the operator's ceiling. */
export function clampResources(asked: ResourceLimits, ceilings: ResourceLimits): ResourceLimits {
  return {
    memory: Math.min(asked.memory, ceilings.memory),
    cpu: Math.min(asked.cpu, ceilings.cpu),
    storage: Math.min(asked.storage, ceilings.storage),
    network: Math.min(asked.network, ceilings.network),
    apiCalls: Math.min(asked.apiCalls, ceilings.apiCalls),
  };
}

/** Such as "memory 64 of 128 asked"; empty when nothing was clamped. */
export function describeClamping(asked: ResourceLimits, given: ResourceLimits): string {
  return names
    .filter((name) => given[name] < asked[name])
    .map((name) => `${name} ${given[name]} of ${asked[name]} asked`)
    .join(", ");
}
