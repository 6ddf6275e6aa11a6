/** What the runs and the lifecycle of installations are made with. */
import type { InstallationId } from "@berth/protocol";
import type { PolicyChanges } from "../policy/nodes/changes.ts";
import type { KnownNodes } from "../policy/nodes/open-nodes.ts";
import type { Ground } from "../storage/ground.ts";
import type { KeyRing } from "../storage/keys.ts";
import type { ActRecord } from "../trail/trail.ts";
import type { ConfigChecker } from "./config/check-config.ts";
import type { OwnedDirectory } from "./directory.ts";
import type { LiveInstallation } from "./live.ts";
import type {
  HostPolicy,
  InstallationData,
  InstallationFunctions,
  InstallationRegistry,
  SandboxCheck,
} from "./ports.ts";
import { type InstallationStore, notFound } from "./store.ts";

export interface InstallationWorks {
  readonly store: InstallationStore;
  readonly directory: OwnedDirectory;
  readonly registry: InstallationRegistry;
  readonly functions: InstallationFunctions;
  readonly sandbox: SandboxCheck;
  readonly keys: KeyRing;
  readonly policy: HostPolicy;
  readonly configChecker: ConfigChecker;
  /** All that other domains keep per installation. */
  readonly data: readonly InstallationData[];
  readonly changes: PolicyChanges;
  readonly nodes: KnownNodes;
  /** What is not recorded does not happen: written in the transaction of each change. */
  readonly trail: ActRecord;
  readonly ground: Ground;
}

/** @throws INSTALLATION_NOT_FOUND */
export async function getLive(
  works: Pick<InstallationWorks, "directory">,
  id: string,
): Promise<LiveInstallation> {
  const live = await works.directory.load(id);
  if (live === undefined) throw notFound(id);
  return live;
}

/** Ends its cells and forgets what other domains keep of it. */
export async function purge(
  works: Pick<InstallationWorks, "functions" | "data">,
  id: InstallationId,
): Promise<string> {
  await works.functions.release(id);
  for (const data of works.data) await data.purge(id);
  return works.data.map((data) => data.name).join(", ");
}
