/** What installing needs of other domains; the composition root passes it in. */
import type { FunctionLimits, ResourceLimits } from "@berth/protocol";
import type { Organization } from "../identity/identity.ts";
import type { SandboxLevels } from "../policy/sandbox-levels.ts";
import type { Registry, Release } from "../registry/registry.ts";
import type { Functions } from "../runtime/functions.ts";

export type { Organization, Release };

export type InstallationFunctions = Pick<
  Functions,
  "load" | "checkHealth" | "runHook" | "release" | "recheck"
>;

export type InstallationRegistry = Pick<
  Registry,
  "getRelease" | "resolveRange" | "openPackage" | "verifySignature"
>;

/** Whether a cell can be had here. */
export interface SandboxCheck {
  /** @returns what isolates cells, in a few words. @throws JAIL_UNAVAILABLE */
  check(): Promise<string>;
}

/** What the operator allows apps on this host. */
export interface HostPolicy {
  /** No installation gets more, whatever its manifest asks. */
  readonly ceilings: ResourceLimits & Partial<FunctionLimits>;
  readonly sandboxLevels: SandboxLevels;
}

/** A domain that keeps something per installation. Forgetting twice is as good as once. */
export interface InstallationData {
  /** Such as "state" or "logs". */
  readonly name: string;
  purge(installationId: string): Promise<void>;
}

export interface People {
  namesOf(personIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
}

export interface Organizations {
  findOrganization(slugOrId: string): Promise<Organization | undefined>;
}
