/**
 * The one way by which the grants of an installation change once it is installed.
 *
 * Invariant: when it resolves, no call that begins on this node is decided by what was before, and
 * what went on under a grant that no longer carries it was ended. The change and its record are one
 * transaction.
 */
import { BerthError, type InstallationId } from "@berth/protocol";
import type { Transaction } from "kysely";
import type { LastUses } from "../../policy/last-uses.ts";
import type { Schema } from "../../storage/schema.ts";
import type { Act, Actor, Trail } from "../../trail/trail.ts";
import type { LifecycleWorks } from "../lifecycle.ts";
import { type GrantRow, type InstallationRow, notFound } from "../store.ts";

export type GrantWorks = LifecycleWorks & {
  readonly trail: Pick<Trail, "record">;
  readonly lastUses: Pick<LastUses, "find">;
};

/** Which grants, of whom, and who changes them. */
export interface GrantChangeTarget {
  readonly id: InstallationId;
  readonly organizationId: string;
  readonly actor: Actor;
  readonly requestId: string;
  /** In the actor's own words. */
  readonly reason: string | undefined;
}

export interface GrantsBefore {
  readonly row: InstallationRow;
  readonly grants: readonly GrantRow[];
}

interface Changed<Result> {
  readonly result: Result;
  readonly act: Required<Pick<Act, "action" | "details">>;
}

/** @throws INSTALLATION_NOT_FOUND, INSTALLATION_STATE while a run is at work, and what `work` throws */
export async function changeGrants<Result>(
  works: GrantWorks,
  target: GrantChangeTarget,
  work: (trx: Transaction<Schema>, before: GrantsBefore) => Promise<Changed<Result>>,
): Promise<Result> {
  const { id, organizationId, actor, requestId, reason } = target;
  const { result, announced } = await works.store.transaction(async (trx) => {
    const row = await works.store.findLocked(trx, id);
    if (row?.organization_id !== organizationId) throw notFound(id);
    if (await works.jobs.hasUnfinished(trx, id)) throw busy(row);
    const grants = await trx
      .selectFrom("installation_grant")
      .selectAll()
      .where("installation_id", "=", id)
      .orderBy("position")
      .execute();
    const changed = await work(trx, { row, grants });
    await works.store.update(trx, id, {});
    await works.trail.record(trx, {
      ...changed.act,
      ...{ organizationId, actor, requestId },
      target: { kind: "installation", id },
      ...(reason === undefined ? {} : { personal: { personId: actor.id, fields: { reason } } }),
    });
    const announced = await works.changes.announce(trx, { kind: "installation", subject: id });
    return { result: changed.result, announced };
  });
  works.directory.invalidate(id);
  await works.functions.recheck(id);
  await works.changes.reached(announced);
  return result;
}

function busy(row: InstallationRow): BerthError {
  return new BerthError(
    "INSTALLATION_STATE",
    `The installation is ${row.state}, and a run on it is at work, so its grants cannot be changed now; wait until it ends.`,
    { details: { state: row.state, run: row.last_run_id } },
  );
}
