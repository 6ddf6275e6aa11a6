/**
 * The data plane: cells, functions, gateway, meters and logs.
 *
 * Some parts need each other: the pool calls the gateway, meters read the functions' cells. Who is
 * made first gets the other through a closure that is only called once both are there.
 */
import { type CellPool, openCellPool } from "@berth/cells";
import { createGateway, type Gateway } from "../gateway/gateway.ts";
import { createInsight, type Insight } from "../insight/insight.ts";
import type { OwnedDirectory } from "../installation/directory.ts";
import { createMetering, type Metering } from "../metering/metering.ts";
import { createPolicy } from "../policy/policy.ts";
import type { Registry } from "../registry/registry.ts";
import type { Hosts } from "../runtime/hosts.ts";
import { type OpenFunctions, openFunctions } from "../runtime/open-functions.ts";
import type { ViewTokens } from "../runtime/view-token.ts";
import type { Storage } from "./open-storage.ts";
import type { BerthOptions } from "./options.ts";

export interface DataPlane {
  readonly pool: CellPool;
  readonly functions: OpenFunctions;
  readonly gateway: Gateway;
  readonly metering: Metering;
  readonly insight: Insight;
}

export interface DataPlaneParts {
  readonly storage: Storage;
  readonly directory: OwnedDirectory;
  readonly registry: Pick<Registry, "openPackage">;
  readonly hosts: Hosts;
  readonly tokens: ViewTokens;
  readonly createRequestId: () => string;
}

/** What it opens is closed by `opened`: first the functions, then their cells, last what they wrote. */
export async function openDataPlane(
  options: BerthOptions,
  parts: DataPlaneParts,
  opened: AsyncDisposableStack,
): Promise<DataPlane> {
  const { storage, directory, registry, hosts, tokens, createRequestId } = parts;
  const { ground, database, keys } = storage;
  let functions: OpenFunctions | undefined;
  const insight = createInsight({ database, ground, idOffset: 500 * storage.place.place });
  // Once more after its followers were ended: the last lines come while the cells end.
  opened.defer(async () => {
    await insight.close();
    await insight.flush();
  });
  const metering = createMetering({
    database,
    ground,
    readCpu: (installationId) => functions?.usage(installationId),
  });
  opened.defer(() => metering.close());
  const policy = createPolicy({ metering, insight });
  const gateway = createGateway({
    database,
    keys,
    directory,
    policy,
    metering,
    insight,
    ground,
    ...(options.egress === undefined ? {} : { egress: options.egress }),
  });
  const pool = await openCellPool({
    folder: storage.place.cellsFolder,
    jail: options.jail ?? "required",
    ...(options.jailer === undefined ? {} : { jailer: options.jailer }),
    onCall: (call) => gateway.call(call),
    onEgress: (call) => gateway.egress(call),
    onLog: (entry) => (functions ?? gateway).log(entry),
    ...options.cells,
    logger: ground.logger,
    clock: ground.clock,
  });
  opened.defer(() => pool.close());
  // Processor time is read from cells, so once more before they end.
  opened.defer(() => metering.flush());
  functions = openFunctions({
    pool,
    registry,
    directory,
    hosts,
    tokens,
    gateway,
    policy,
    metering,
    insight,
    ground,
    createRequestId,
    ...(options.placement === undefined ? {} : { placement: options.placement }),
    ...(options.ceilings === undefined ? {} : { ceilings: options.ceilings }),
  });
  opened.defer(functions.close);
  return { pool, functions, gateway, metering, insight };
}
