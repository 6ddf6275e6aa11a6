/**
 * The data plane: cells, functions, gateway, meters and logs.
 *
 * Some parts need each other: the pool calls the gateway, meters read the functions' cells. Who is
 * made first gets the other through a closure that is only called once both are there.
 */
import { type CellPool, openCellPool } from "@berth/cells";
import { createGateway, type Gateway } from "../gateway/gateway.ts";
import { createAddressOfRequest, createFindClientAddress } from "../http/client-address.ts";
import { createInsight, type Insight } from "../insight/insight.ts";
import type { OwnedDirectory } from "../installation/directory.ts";
import { createMetering, type Metering } from "../metering/metering.ts";
import { type LastUses, openLastUses } from "../policy/last-uses.ts";
import { createOpenUses } from "../policy/open-uses.ts";
import { createPolicy, type Policy } from "../policy/policy.ts";
import type { DecisionRecord, Forbids, PolicyLease } from "../policy/ports.ts";
import type { SubjectSource } from "../policy/subjects.ts";
import { createWhoCalls } from "../policy/who-calls.ts";
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
  readonly policy: Policy;
  readonly metering: Metering;
  readonly insight: Insight;
  readonly lastUses: LastUses;
}

export interface DataPlaneParts {
  readonly subjects: SubjectSource;
  readonly storage: Storage;
  readonly trail: { readonly decisions: DecisionRecord };
  readonly directory: OwnedDirectory;
  readonly lease: PolicyLease;
  readonly registry: Pick<Registry, "openPackage">;
  readonly hosts: Hosts;
  readonly tokens: ViewTokens;
  readonly createRequestId: () => string;
  readonly forbids: Forbids;
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
  const lastUses = openLastUses({ database, ground });
  opened.defer(() => lastUses[Symbol.asyncDispose]());
  const policy = createPolicy({
    ...{ metering, insight, clock: ground.clock, lastUses },
    lease: parts.lease,
    forbids: parts.forbids,
    record: parts.trail.decisions,
  });
  const { logger } = ground;
  const openUses = createOpenUses({ load: (id) => directory.load(id), logger });
  const whoCalls = createWhoCalls(parts.subjects);
  const gateway = createGateway({
    database,
    keys,
    directory,
    policy,
    asOfNow: whoCalls.asOfNow,
    openUses,
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
    whoCalls,
    openUses,
    metering,
    insight,
    ground,
    createRequestId,
    addressOf: createAddressOfRequest(createFindClientAddress(options.trustedProxies ?? [])),
    ...(options.placement === undefined ? {} : { placement: options.placement }),
    ...(options.ceilings === undefined ? {} : { ceilings: options.ceilings }),
  });
  opened.defer(functions.close);
  const { recheck } = functions;
  opened.defer(
    parts.subjects.onChange(() => {
      recheck().catch((error: unknown) => {
        logger.warn({ err: error }, "open streams were not asked anew");
      });
    }),
  );
  return { pool, functions, gateway, metering, insight, policy, lastUses };
}
