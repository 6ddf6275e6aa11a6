/** What an admin does to an installation that is there: suspend, resume, configure, uninstall. */
import {
  BerthError,
  type InstallationId,
  type InstallationState,
  type RunId,
  toWire,
} from "@berth/protocol";
import type { Transaction } from "kysely";
import { bySystem } from "../http/actor.ts";
import type { Jobs } from "../jobs/open-jobs.ts";
import type { Schema } from "../storage/schema.ts";
import type { ActOrigin } from "../trail/trail.ts";
import { configHashOf } from "./config/config-hash.ts";
import type { JsonObject, LiveInstallation } from "./live.ts";
import { getLive, type InstallationWorks } from "./parts.ts";
import { checkSecretName, sealSecret } from "./secrets.ts";
import { type InstallationRow, stateOf } from "./store.ts";
import { uninstallRunKind } from "./uninstall-run.ts";

export type LifecycleWorks = InstallationWorks & { readonly jobs: Jobs };

/** What any change of an installation takes. */
export type ChangeWorks = Pick<InstallationWorks, "store" | "changes" | "trail"> & {
  readonly directory: Pick<InstallationWorks["directory"], "invalidate">;
};

/** In the transaction of the change; the log never has a value of a secret or of the configuration. */
export async function recordAct(
  works: Pick<ChangeWorks, "trail">,
  trx: Transaction<Schema>,
  row: Pick<InstallationRow, "id" | "organization_id">,
  act: ActOrigin & { readonly verb: string; readonly details?: JsonObject },
): Promise<void> {
  const { verb, ...rest } = act;
  await works.trail.record(trx, {
    ...rest,
    action: `installation.${verb}`,
    organizationId: row.organization_id,
    target: { kind: "installation", id: row.id },
  });
}

/** Changes a row under its lock, and resolves when no node acts by what was before. */
export async function changeInstallation<T>(
  works: ChangeWorks,
  id: InstallationId,
  work: (trx: Transaction<Schema>, row: InstallationRow) => Promise<T>,
): Promise<T> {
  const { changes } = works;
  const { result, announced } = await works.store.transaction(async (trx) => ({
    result: await work(trx, await works.store.lock(trx, id)),
    announced: await changes.announce(trx, { kind: "installation", subject: id }),
  }));
  works.directory.invalidate(id);
  await changes.reached(announced);
  return result;
}

export async function suspend(
  works: LifecycleWorks,
  id: InstallationId,
  { reason, origin }: { readonly reason: string | null; readonly origin: ActOrigin },
): Promise<void> {
  await changeInstallation(works, id, async (trx, row) => {
    if (await works.jobs.hasUnfinished(trx, id)) throw busy(row, "suspended");
    await works.store.transition(trx, row, "suspend", reason);
    await recordAct(works, trx, row, { ...origin, verb: "suspend", details: { reason } });
  });
  await works.functions.release(id);
}

/**
 * Serves again, after a health check; when that fails it is suspended again and says why.
 *
 * @throws INSTALLATION_STATE, HEALTH_CHECK_FAILED, MODULE_INVALID, CELL_*
 */
export async function resume(
  works: LifecycleWorks,
  id: InstallationId,
  origin: ActOrigin,
): Promise<void> {
  await changeInstallation(works, id, async (trx, row) => {
    if (await works.jobs.hasUnfinished(trx, id)) throw busy(row, "resumed");
    if (await works.jobs.isStuck(trx, id)) throw halfDone(row);
    const event = stateOf(row) === "failed" ? "load" : "resume";
    await works.store.transition(trx, row, event);
    await works.store.update(trx, id, { resuming_node: works.nodes.ownId });
    await recordAct(works, trx, row, { ...origin, verb: "resume" });
  });
  try {
    const live = await getLive(works, id);
    await works.functions.load(live);
    await works.functions.checkHealth(live);
    await changeInstallation(works, id, (trx, row) => works.store.transition(trx, row, "activate"));
  } catch (error) {
    await works.functions.release(id);
    const reason = `It could not be resumed: ${toWire(error).message}`;
    await changeInstallation(works, id, async (trx, row) => {
      if (stateOf(row) !== "loading") return;
      await works.store.transition(trx, row, "suspend", reason);
      const details = { error: toWire(error).code };
      await recordAct(works, trx, row, { ...bySystem, verb: "resume.failed", details });
    });
    throw error;
  }
}

/** Marks a running installation as failed; does nothing to one in another state. */
export async function fail(
  works: LifecycleWorks,
  id: InstallationId,
  reason: string,
): Promise<void> {
  const hasFailed = await works.store.transaction(async (trx) => {
    const row = await works.store.findLocked(trx, id);
    if (row === undefined || stateOf(row) !== "running") return false;
    await works.store.transition(trx, row, "fail", reason);
    await recordAct(works, trx, row, { ...bySystem, verb: "fail", details: { reason } });
    return true;
  });
  if (!hasFailed) return;
  works.directory.invalidate(id);
  works.ground.logger.warn({ installation: id, reason }, "An installation failed");
  await works.functions.release(id);
}

const configurable: ReadonlySet<InstallationState> = new Set(["running", "suspended", "failed"]);

/**
 * Replaces the configuration. A running app gets it at once; when it does not start or refuses it in
 * its `configure` hook, the old one is put back.
 *
 * @throws CONFIG_INVALID, RATE_LIMITED, UNAVAILABLE, INSTALLATION_STATE, FUNCTION_THREW, MODULE_INVALID
 */
export async function putConfig(
  works: LifecycleWorks,
  id: InstallationId,
  { config: given, origin }: { readonly config: JsonObject; readonly origin: ActOrigin },
): Promise<JsonObject> {
  const before = await getLive(works, id);
  const config = await works.configChecker.check(before.organizationId, before.manifest, given);
  await changeInstallation(works, id, async (trx, row) => {
    if (!configurable.has(stateOf(row)) || (await works.jobs.hasUnfinished(trx, id))) {
      throw busy(row, "configured");
    }
    await writeConfig(works, trx, id, config);
    const details = { settings: Object.keys(config), hash: configHashOf(config) };
    await recordAct(works, trx, row, { ...origin, verb: "configure", details });
  });
  const live = await getLive(works, id);
  if (live.state === "running") await applyConfig(works, live, before);
  return config;
}

async function applyConfig(
  works: LifecycleWorks,
  live: LiveInstallation,
  before: LiveInstallation,
): Promise<void> {
  try {
    await works.functions.load(live);
    await works.functions.runHook(live, "configure", { config: live.config });
  } catch (error) {
    await changeInstallation(works, live.id, async (trx, row) => {
      // Someone else's newer configuration stays.
      if (row.config_hash === live.configHash) {
        await writeConfig(works, trx, live.id, before.config);
        const details = { error: toWire(error).code, hash: before.configHash };
        await recordAct(works, trx, row, { ...bySystem, verb: "configure.undone", details });
      }
    });
    throw error;
  }
}

async function writeConfig(
  works: LifecycleWorks,
  trx: Transaction<Schema>,
  id: InstallationId,
  config: JsonObject,
): Promise<void> {
  await works.store.update(trx, id, {
    config: JSON.stringify(config),
    config_hash: configHashOf(config),
  });
}

export async function putSecret(
  works: LifecycleWorks,
  id: InstallationId,
  given: { readonly name: string; readonly value: string; readonly origin: ActOrigin },
): Promise<{ fingerprint: string }> {
  const { origin, ...secret } = given;
  checkSecretName((await getLive(works, id)).manifest, secret.name);
  return changeInstallation(works, id, async (trx, row) => {
    if (await works.jobs.hasUnfinished(trx, id)) throw busy(row, "given a secret");
    const sealed = sealSecret(works.keys, {
      installationId: id,
      dataKey: row.data_key,
      ...secret,
    });
    const set = {
      sealed: sealed.sealed,
      fingerprint: sealed.fingerprint,
      updated_at: new Date(works.ground.clock.now()),
    };
    await trx
      .insertInto("installation_secret")
      .values({ installation_id: id, name: secret.name, ...set })
      .onConflict((conflict) => conflict.columns(["installation_id", "name"]).doUpdateSet(set))
      .execute();
    await works.store.update(trx, id, {});
    const { fingerprint } = sealed;
    const details = { name: secret.name, fingerprint };
    await recordAct(works, trx, row, { ...origin, verb: "secret.put", details });
    return { fingerprint };
  });
}

export async function deleteSecret(
  works: LifecycleWorks,
  id: InstallationId,
  { name, origin }: { readonly name: string; readonly origin: ActOrigin },
): Promise<void> {
  checkSecretName((await getLive(works, id)).manifest, name);
  await changeInstallation(works, id, async (trx, row) => {
    if (await works.jobs.hasUnfinished(trx, id)) throw busy(row, "changed");
    await trx
      .deleteFrom("installation_secret")
      .where("installation_id", "=", id)
      .where("name", "=", name)
      .execute();
    await works.store.update(trx, id, {});
    await recordAct(works, trx, row, { ...origin, verb: "secret.delete", details: { name } });
  });
}

/** Stops serving in the transaction that writes the run, and removes all of it in the background. */
export async function requestUninstall(
  works: LifecycleWorks,
  id: InstallationId,
  origin: ActOrigin,
): Promise<RunId> {
  const { organizationId } = await getLive(works, id);
  const { run, announced } = await works.store.transaction(async (trx) => {
    // The run's row before the installation's: whoever drives a run locks them in this order too.
    const created = await works.jobs.create(trx, {
      kind: uninstallRunKind,
      organizationId,
      subject: id,
      input: {},
    });
    const row = await works.store.lock(trx, id);
    await works.store.transition(trx, row, "uninstall");
    await works.store.update(trx, id, { last_run_id: created });
    const details = { app: row.app, version: row.version, run: created };
    await recordAct(works, trx, row, { ...origin, verb: "uninstall", details });
    const change = { kind: "installation", subject: id } as const;
    return { run: created, announced: await works.changes.announce(trx, change) };
  });
  works.directory.invalidate(id);
  await works.changes.reached(announced);
  works.jobs.launch(run);
  works.ground.logger.info({ installation: id, run }, "An uninstall began");
  return run;
}

function busy(row: InstallationRow, what: string): BerthError {
  return new BerthError(
    "INSTALLATION_STATE",
    `The installation is ${row.state}, so it cannot be ${what} now; wait until its run ends.`,
    { details: { state: row.state, run: row.last_run_id } },
  );
}

function halfDone(row: InstallationRow): BerthError {
  return new BerthError(
    "INSTALLATION_STATE",
    `The installation is only half there: ${row.state_reason ?? "a run on it did not end"} It cannot be resumed; uninstall it.`,
    { details: { state: row.state, run: row.last_run_id } },
  );
}
