/**
 * The nodes of one database, for deciding: their leases and what they tell each other.
 *
 * On the embedded database there is one process, whose memory its own changes correct: it always holds
 * the lease, and nothing is announced.
 */
import type { Database } from "../../storage/database.ts";
import type { Ground } from "../../storage/ground.ts";
import type { PolicyChanges } from "./changes.ts";
import {
  type Announced,
  announce,
  listLiving,
  type PolicyChange,
  waitUntilReached,
} from "./changes.ts";
import { type NodeLease, openNodeLease } from "./lease.ts";

export interface PolicyNodesOptions {
  readonly database: Pick<Database, "kind" | "kysely">;
  /** Unlike that of any other process, now and later. */
  readonly id: string;
  /** Forgets what this node's memory holds of it; `everything` after a long absence. */
  readonly apply: (change: PolicyChange | "everything") => void | Promise<void>;
  readonly logger: Ground["logger"];
}

/** The processes that share the database. */
export interface KnownNodes {
  readonly ownId: string;
  /** Those that may be at work still, this one included: a few seconds longer than they may decide. */
  listLiving(): Promise<ReadonlySet<string>>;
}

export interface PolicyNodes extends KnownNodes, AsyncDisposable {
  readonly lease: Pick<NodeLease, "isHeld" | "regained">;
}

const alone: Pick<NodeLease, "isHeld" | "regained"> = Object.freeze({
  isHeld: () => true,
  regained: () => undefined,
});

/** What a process on the embedded database has to tell: nothing, to nobody. */
const untold = "" as Announced;

export function createPolicyChanges({
  kind,
  kysely,
}: Pick<Database, "kind" | "kysely">): PolicyChanges {
  if (kind === "pglite") return { announce: async () => untold, reached: async () => undefined };
  return { announce, reached: (announced) => waitUntilReached(kysely, announced) };
}

/** Resolves when this node may decide. */
export async function openPolicyNodes(options: PolicyNodesOptions): Promise<PolicyNodes> {
  const { database, id, apply, logger } = options;
  if (database.kind === "pglite") {
    return {
      lease: alone,
      ownId: id,
      listLiving: async () => new Set([id]),
      [Symbol.asyncDispose]: async () => undefined,
    };
  }
  const lease = await openNodeLease({ kysely: database.kysely, id, apply, logger });
  return {
    lease,
    ownId: id,
    listLiving: async () => new Set([id, ...(await listLiving(database.kysely))]),
    [Symbol.asyncDispose]: () => lease[Symbol.asyncDispose](),
  };
}
