/** Puts the policies together: what is published in memory, the database behind it, recent traffic. */
import type { Database } from "../storage/database.ts";
import type { Ground } from "../storage/ground.ts";
import type { Trail } from "../trail/trail.ts";
import { createPolicyChecker, type PolicyChecker } from "./cedar/checker.ts";
import { createForbids, type PolicyForbids } from "./forbids.ts";
import type { PolicyChanges } from "./nodes/changes.ts";
import { createPublications, type Publications } from "./publications.ts";
import { createTraffic, type PolicyTraffic } from "./traffic.ts";

export interface OpenedPolicies extends AsyncDisposable {
  readonly forbids: PolicyForbids;
  readonly publications: Publications;
  readonly checker: PolicyChecker;
  readonly traffic: PolicyTraffic;
}

/** Needs the tables of `policyMigrations`. What was published is in force when it resolves. */
export async function openPolicies(options: {
  readonly database: Pick<Database, "kysely">;
  readonly ground: Ground;
  readonly trail: Pick<Trail, "record">;
  /** Default: this process is the only one that decides. */
  readonly changes?: PolicyChanges;
}): Promise<OpenedPolicies> {
  const { database, ground, trail, changes } = options;
  const checker = createPolicyChecker();
  const traffic = createTraffic({ database, ground });
  const { clock, logger } = ground;
  const forbids = createForbids({ clock, logger, onAsked: traffic.note });
  const publications = createPublications({
    ...{ database, ground, trail, checker, forbids },
    ...(changes === undefined ? {} : { changes }),
  });
  try {
    await publications.refresh();
  } catch (error) {
    await traffic.close();
    throw error;
  }
  return {
    ...{ forbids, publications, checker, traffic },
    [Symbol.asyncDispose]: () => traffic.close(),
  };
}
