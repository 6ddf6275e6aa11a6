/**
 * The API's handlers for installations and their runs. Membership and role are checked before they
 * are called; that the installation or run is the organization's own is checked here.
 */
import { BerthError, parseInstallationId } from "@berth/protocol";
import type { RunView } from "@berth/protocol/api";
import {
  type ApiContext,
  callerOf,
  type Handlers,
  organizationOf,
  type StreamEvent,
} from "../http/api.ts";
import type { RunRecord } from "../jobs/run.ts";
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
  const { works, people, functionOriginOf } = options;
  const { store, jobs } = works;

  async function partsOf(context: ApiContext, id: string): Promise<InstallationParts> {
    const parts = await store.findParts(id);
    if (parts?.row.organization_id !== organizationOf(context).id) throw notFound(id);
    return parts;
  }

  /** The id of an installation that is the organization's own. */
  async function ownId(context: ApiContext, id: string) {
    await partsOf(context, id);
    return parseInstallationId(id);
  }

  async function ownRun(context: ApiContext, id: string): Promise<RunRecord> {
    const run = await jobs.find(id);
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
      const rows = await store.list(id);
      return { installations: rows.map((row) => viewOf(row, slug)) };
    },

    install({ body }, context) {
      const { config, ...rest } = body;
      return requestInstall(works, {
        ...rest,
        // The body came as JSON.
        config: config as JsonObject,
        organizationId: organizationOf(context).id,
        personId: callerOf(context).personId,
      });
    },

    async getInstallation({ params }, context) {
      const parts = await partsOf(context, params.installation);
      const grantedBy = [...new Set(parts.grants.map((grant) => grant.granted_by))];
      return detailOf(parts, {
        organizationSlug: organizationOf(context).slug,
        peopleNames: await people.namesOf(grantedBy),
        functionOrigin: functionOriginOf(parts.row.id),
        ceilings: works.policy.ceilings,
      });
    },

    async uninstall({ params }, context) {
      const id = await ownId(context, params.installation);
      return { run: await lifecycle.requestUninstall(works, id) };
    },

    async suspendInstallation({ params, body }, context) {
      const id = await ownId(context, params.installation);
      await lifecycle.suspend(works, id, body.reason ?? null);
      return shown(context, id);
    },

    async resumeInstallation({ params }, context) {
      const id = await ownId(context, params.installation);
      await lifecycle.resume(works, id);
      return shown(context, id);
    },

    async getConfig({ params }, context) {
      const { row } = await partsOf(context, params.installation);
      return { config: { ...(row.config as JsonObject) } };
    },

    async putConfig({ params, body }, context) {
      const id = await ownId(context, params.installation);
      return { config: { ...(await lifecycle.putConfig(works, id, body.config as JsonObject)) } };
    },

    async putSecret({ params, body }, context) {
      const id = await ownId(context, params.installation);
      return lifecycle.putSecret(works, id, { name: params.secret, value: body.value });
    },

    async deleteSecret({ params }, context) {
      const id = await ownId(context, params.installation);
      await lifecycle.deleteSecret(works, id, params.secret);
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
      return runViewOf(await jobs.cancel(run.id));
    },
  };
}
