/** An installation as the data plane sees it: whole, frozen, in memory. */
import type {
  AppName,
  Digest,
  Grant,
  InstallationId,
  InstallationState,
  ParsedManifest,
  ResourceLimits,
} from "@berth/protocol";

export type JsonValue =
  | null
  | boolean
  | number
  | string
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

export type JsonObject = { readonly [key: string]: JsonValue };

export interface LiveInstallation {
  readonly id: InstallationId;
  readonly organizationId: string;
  readonly organizationName: string;
  readonly organizationSlug: string;
  readonly app: AppName;
  readonly version: string;
  readonly digest: Digest;
  readonly manifest: ParsedManifest;
  readonly grants: readonly Grant[];
  readonly state: InstallationState;
  readonly stateReason: string | null;
  readonly config: JsonObject;
  /** 16 hexadecimal digits of the SHA-256 of the canonical configuration. */
  readonly configHash: string;
  /** Effective: what the manifest asks, clamped to the operator's ceilings. */
  readonly resources: ResourceLimits;
  /** Wrapped by the organization's key, which is open; for `KeyRing`. */
  readonly dataKey: string;
  /** Secrets that have a value. */
  readonly secretNames: readonly string[];
  /** Milliseconds since 1970. */
  readonly installedAt: number;
  /** Changes with every change of the installation. */
  readonly epoch: number;
}

export interface InstallationDirectory {
  /** From memory only; undefined does not mean that it does not exist. */
  findLoaded(id: string): LiveInstallation | undefined;
  /** Loads it when it is not in memory; undefined when there is none of that id. */
  load(id: string): Promise<LiveInstallation | undefined>;
  /** The secret's value, or undefined when it has none. */
  openSecret(id: string, name: string): Promise<string | undefined>;
  /** Called after an installation changed or went away; returns how to stop that. */
  onChange(listener: (id: InstallationId) => void): () => void;
}
