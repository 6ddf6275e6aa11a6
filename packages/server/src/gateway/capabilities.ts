/** Every capability that Berth has. A new one is added here and nowhere else on this side. */
import type { Insight } from "../insight/insight.ts";
import type { InstallationDirectory } from "../installation/live.ts";
import type { Capability } from "./capability.ts";
import { createConfigCapability } from "./config/capability.ts";
import { createLogCapability } from "./log/capability.ts";
import { createSecretsCapability } from "./secrets/capability.ts";
import { createStateCapability } from "./state/capability.ts";
import type { StateStore } from "./state/store.ts";

export interface CapabilityParts {
  readonly state: StateStore;
  readonly insight: Pick<Insight, "write">;
  readonly directory: Pick<InstallationDirectory, "openSecret">;
}

export function createCapabilities(parts: CapabilityParts): readonly Capability[] {
  return [
    createStateCapability(parts.state),
    createLogCapability(parts.insight),
    createConfigCapability(),
    createSecretsCapability(parts.directory),
  ];
}
