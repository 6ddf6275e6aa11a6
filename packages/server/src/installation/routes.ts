/**
 * The API's handlers for installations and their runs. Membership and role are checked before they
 * are called; that the installation or run is the organization's own is checked here.
 */
import { BerthError, parseInstallationId } from "@berth/protocol";
import type { RunView } from "@berth/protocol/api";
import type { Transaction } from "kysely";
import { originOf } from "../http/actor.ts";
import {
  type ApiContext,
  callerOf,
  type Handlers,
  organizationOf,
  type StreamEvent,
} from "../http/api.ts";
import type { RunRecord } from "../jobs/run.ts";
import type { Schema } from "../storage/schema.ts";
import { requestInstall } from "./install/request-install.ts";
import * as lifecycle from "./lifecycle.ts";
import type { JsonObject } from "./live.ts";
import type { People } from "./ports.ts";
import { type InstallationParts, notFound } from "./store.ts";
import { detailOf, runViewOf, viewOf } from "./views.ts";

export type InstallationRouteNames =
  | "listInstallations"
  | "install"
  | "getInstallation"
  | "uninstall"
  | "suspendInstallation"
  | "resumeInstallation"
  | "getConfig"
  | "putConfig"
  | "putSecret"
  | "deleteSecret"
  | "getRun"
  | "followRun"
  | "cancelRun";

export interface InstallationHandlersOptions {
  readonly works: lifecycle.LifecycleWorks;
  readonly people: People;
  /** Where an installation's function answers. */
  readonly functionOriginOf: (installationId: string) => string;
}

export function installationHandlers(
  options: InstallationHandlersOptions,
): Handlers<InstallationRouteNames> {
  const { people, functionOriginOf } = options;
  const { jobs } = options.works;

  /** Held to the organization of the request by the database, too. */
  const worksOf = (context: ApiContext): lifecycle.LifecycleWorks => ({
    ...options.works,
    store: options.works.store.of(organizationOf(context).id),
  });

  async function partsOf(context: ApiContext, id: string): Promise<InstallationParts> {
    const parts = await worksOf(context).store.findParts(id);
    if (parts?.row.organization_id !== organizationOf(context).id) throw notFound(id);
    return parts;
  }

  /** The id of an installation that is the organization's own. */
  async function ownId(context: ApiContext, id: string) {
    await partsOf(context, id);
    return parseInstallationId(id);
  }

  async function ownRun(context: ApiContext, id: string): Promise<RunRecord> {
    const run = await jobs.find(id, organizationOf(context).id);
    if (run?.organizationId === organizationOf(context).id) return run;
    throw new BerthError("RUN_NOT_FOUND", `There is no run ${id.slice(0, 40)} here.`);
  }

  async function* eventsOf(
    first: RunRecord,
    signal: AbortSignal,
  ): AsyncGenerator<StreamEvent<RunView>> {
    for await (const run of jobs.follow(first.id, signal)) {
      yield { id: String(run.revision), data: runViewOf(run) };
    }
  }

  const shown = async (context: ApiContext, id: string) =>
    viewOf((await partsOf(context, id)).row, organizationOf(context).slug);

  return {
    async listInstallations(_input, context) {
      const { id, slug } = organizationOf(context);
      const rows = await worksOf(context).store.list(id);
      return { installations: rows.map((row) => viewOf(row, slug)) };
    },

    install({ body }, context) {
      const { config, ...rest } = body;
      return requestInstall(worksOf(context), {
        ...rest,
        // The body came as JSON.
        config: config as JsonObject,
        organizationId: organizationOf(context).id,
        personId: callerOf(context).personId,
        origin: originOf(context),
      });
    },

    async getInstallation({ params }, context) {
      const parts = await partsOf(context, params.installation);
      const grantedBy = [...new Set(parts.grants.map((grant) => grant.granted_by))];
      return detailOf(parts, {
        organizationSlug: organizationOf(context).slug,
        peopleNames: await people.namesOf(grantedBy),
        functionOrigin: functionOriginOf(parts.row.id),
        ceilings: options.works.policy.ceilings,
      });
    },

    async uninstall({ params }, context) {
      const id = await ownId(context, params.installation);
      return { run: await lifecycle.requestUninstall(worksOf(context), id, originOf(context)) };
    },

    async suspendInstallation({ params, body }, context) {
      const id = await ownId(context, params.installation);
      const origin = originOf(context);
      await lifecycle.suspend(worksOf(context), id, { reason: body.reason ?? null, origin });
      return shown(context, id);
    },

    async resumeInstallation({ params }, context) {
      const id = await ownId(context, params.installation);
      await lifecycle.resume(worksOf(context), id, originOf(context));
      return shown(context, id);
    },

    async getConfig({ params }, context) {
      const { row } = await partsOf(context, params.installation);
      return { config: { ...(row.config as JsonObject) } };
    },

    async putConfig({ params, body }, context) {
      const id = await ownId(context, params.installation);
      const given = { config: body.config as JsonObject, origin: originOf(context) };
      return { config: { ...(await lifecycle.putConfig(worksOf(context), id, given)) } };
    },

    async putSecret({ params, body }, context) {
      const id = await ownId(context, params.installation);
      return lifecycle.putSecret(worksOf(context), id, {
        name: params.secret,
        value: body.value,
        origin: originOf(context),
      });
    },

    async deleteSecret({ params }, context) {
      const id = await ownId(context, params.installation);
      await lifecycle.deleteSecret(worksOf(context), id, {
        name: params.secret,
        origin: originOf(context),
      });
      return undefined;
    },

    async getRun({ params }, context) {
      return runViewOf(await ownRun(context, params.run));
    },

    async followRun({ params }, context) {
      return eventsOf(await ownRun(context, params.run), context.signal);
    },

    async cancelRun({ params }, context) {
      const run = await ownRun(context, params.run);
      const { organizationId } = run;
      const record = (trx: Transaction<Schema>) =>
        options.works.trail.record(trx, {
          ...originOf(context),
          action: "run.cancel",
          organizationId,
          target: { kind: "installation", id: run.subject },
          details: { run: run.id, kind: run.kind },
        });
      return runViewOf(await jobs.cancel(run.id, { organizationId, record }));
    },
  };
}
