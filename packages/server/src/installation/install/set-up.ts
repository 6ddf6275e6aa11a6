/** Install steps that change something, each with its way back. */
import {
  BerthError,
  createId,
  isBerthError,
  parseInstallationId,
  permissionKey,
} from "@berth/protocol";
import type { Transaction } from "kysely";
import type { RunStep, StepContext } from "../../jobs/run.ts";
import type { Schema } from "../../storage/schema.ts";
import { configHashOf } from "../config/config-hash.ts";
import { getLive, type InstallationWorks, purge } from "../parts.ts";
import { stateOf } from "../store.ts";
import type { InstallInput } from "./install-input.ts";

type Step = RunStep<InstallInput>;

/** Grants first, so that nothing of the app runs before they are there; then its code. */
export function deployStep(works: InstallationWorks): Step {
  return {
    name: "deploy",
    begin: (trx, context) => writeGrants(works, trx, context),
    async run({ subject, input }) {
      const live = await getLive(works, subject);
      await works.functions.load(live);
      const what = live.manifest.server === undefined ? "no function" : "the function loaded";
      return { detail: `Granted ${input.granted.length} permissions; ${what}.` };
    },
    async undo({ subject }) {
      await purge(works, parseInstallationId(subject));
      return {
        detail: "Stopped its cells and withdrew its grants.",
        commit: async (trx) => {
          await trx
            .deleteFrom("installation_grant")
            .where("installation_id", "=", subject)
            .execute();
        },
      };
    },
  };
}

async function writeGrants(
  works: InstallationWorks,
  trx: Transaction<Schema>,
  { subject, input }: StepContext<InstallInput>,
): Promise<void> {
  await trx.deleteFrom("installation_grant").where("installation_id", "=", subject).execute();
  const keys = new Set(input.granted.map(permissionKey));
  if (keys.size > 0) {
    await trx
      .insertInto("installation_grant")
      .values(
        input.granted.map((permission, position) => ({
          id: createId("grant", works.ground.random(16)),
          installation_id: subject,
          position,
          type: permission.type,
          resource: permission.resource,
          actions: JSON.stringify(permission.actions),
          reason: permission.reason ?? null,
          is_optional: permission.optional === true,
          conditions: permission.conditions ? JSON.stringify(permission.conditions) : null,
          granted_by: input.personId,
          granted_at: new Date(works.ground.clock.now()),
        })),
      )
      .execute();
  }
  await works.store.update(trx, subject, {});
}

/** Configuration and secrets are in place before the app's install hook runs. */
export function configureStep(works: InstallationWorks): Step {
  return {
    name: "configure",
    begin: (trx, context) => writeConfig(works, trx, context),
    async run({ subject, input, attempt }) {
      const live = await getLive(works, subject);
      await works.functions.load(live);
      const { isDefined } = await works.functions.runHook(live, "install", {
        config: live.config,
        attempt,
      });
      const settings = Object.keys(input.config).length;
      return {
        detail: `Stored ${settings} settings and ${input.secrets.length} secrets; ${isDefined ? "the install hook ran" : "the app has no install hook"}.`,
        commit: async (trx) => {
          const row = await works.store.lock(trx, subject);
          await works.store.transition(trx, row, "complete");
        },
      };
    },
    async undo({ subject }) {
      const kept = await purge(works, parseInstallationId(subject));
      return {
        detail: `Removed its ${kept}, configuration and secrets.`,
        commit: async (trx) => {
          await trx
            .deleteFrom("installation_secret")
            .where("installation_id", "=", subject)
            .execute();
          await works.store.update(trx, subject, { config: "{}", config_hash: configHashOf({}) });
        },
      };
    },
  };
}

async function writeConfig(
  works: InstallationWorks,
  trx: Transaction<Schema>,
  { subject, input }: StepContext<InstallInput>,
): Promise<void> {
  await trx.deleteFrom("installation_secret").where("installation_id", "=", subject).execute();
  if (input.secrets.length > 0) {
    await trx
      .insertInto("installation_secret")
      .values(
        input.secrets.map((secret) => ({
          ...secret,
          installation_id: subject,
          updated_at: new Date(works.ground.clock.now()),
        })),
      )
      .execute();
  }
  await works.store.update(trx, subject, {
    config: JSON.stringify(input.config),
    config_hash: configHashOf(input.config),
  });
}

export function healthStep(works: InstallationWorks): Step {
  return {
    name: "health",
    async begin(trx, { subject }) {
      const row = await works.store.lock(trx, subject);
      // A second attempt finds it loading already.
      if (stateOf(row) === "installed") await works.store.transition(trx, row, "load");
    },
    async run({ subject }) {
      const live = await getLive(works, subject);
      await works.functions.checkHealth(live);
      const what =
        live.manifest.server === undefined ? "Nothing to ask: no function." : "It answers.";
      return { detail: what };
    },
  };
}

export function activateStep(works: InstallationWorks): Step {
  return {
    name: "activate",
    async run({ subject }) {
      return {
        detail: "It serves.",
        commit: async (trx) => {
          const row = await works.store.lock(trx, subject);
          await works.store.transition(trx, row, "activate");
        },
      };
    },
  };
}

/** A failure that names its step; Berth's own failures get the install's code. */
export function installError(error: unknown, step: string): BerthError {
  if (isBerthError(error)) {
    return new BerthError(error.code, error.message, {
      cause: error,
      details: { ...error.details, step },
    });
  }
  return new BerthError(
    "INSTALL_FAILED",
    `The step "${step}" failed inside Berth, and the installation was undone; the server's log has the cause. Try again.`,
    { cause: error, details: { step } },
  );
}
