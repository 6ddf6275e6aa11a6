/** Installations and runs as the API shows them. */
import {
  clampFunctionLimits,
  explainLimits,
  type ParsedManifest,
  type ResourceLimits,
} from "@berth/protocol";
import type { InstallationDetail, InstallationView, RunView } from "@berth/protocol/api";
import type { RunRecord } from "../jobs/run.ts";
import { grantOf } from "./grants/grant-of.ts";
import type { HostPolicy } from "./ports.ts";
import { clampResources } from "./resources.ts";
import { type InstallationParts, type InstallationRow, stateOf } from "./store.ts";

export function viewOf(row: InstallationRow, organizationSlug: string): InstallationView {
  const manifest = row.manifest as ParsedManifest;
  return {
    id: row.id,
    organization: organizationSlug,
    app: row.app,
    title: manifest.name,
    version: row.version,
    digest: row.digest,
    state: stateOf(row),
    stateReason: row.state_reason,
    hasView: manifest.entryPoint !== undefined,
    hasFunction: manifest.server !== undefined,
    installedAt: row.installed_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  };
}

export function detailOf(
  parts: InstallationParts,
  about: {
    readonly organizationSlug: string;
    readonly peopleNames: ReadonlyMap<string, string>;
    readonly functionOrigin: string;
    readonly ceilings: HostPolicy["ceilings"];
  },
): InstallationDetail {
  const { row, grants } = parts;
  const manifest = row.manifest as ParsedManifest;
  return {
    ...viewOf(row, about.organizationSlug),
    grants: grants.map((grant) => ({
      id: grant.id,
      type: grant.type,
      resource: grant.resource,
      // Written from a parsed manifest's permission.
      actions: grant.actions as string[],
      ...(grant.reason === null ? {} : { reason: grant.reason }),
      optional: grant.is_optional,
      ...(grant.conditions === null ? {} : { conditions: { ...grantOf(grant).conditions } }),
      grantedBy: about.peopleNames.get(grant.granted_by) ?? grant.granted_by,
      grantedAt: grant.granted_at.toISOString(),
    })),
    resources: clampResources(row.resources as ResourceLimits, about.ceilings),
    functionLimits:
      manifest.server === undefined
        ? null
        : // Manifests of older releases were stored without it.
          clampFunctionLimits(manifest.server.limits ?? {}, about.ceilings),
    limits: explainLimits(
      {
        resources: manifest.resources,
        granted: row.resources as ResourceLimits,
        server: manifest.server === undefined ? undefined : (manifest.server.limits ?? {}),
      },
      about.ceilings,
    ).map((limit) => ({ ...limit })),
    configSchema: manifest.server?.config ?? null,
    secrets: secretsOf(manifest, parts.secrets),
    functionOrigin: manifest.server === undefined ? null : about.functionOrigin,
    lastRunId: row.last_run_id,
  };
}

function secretsOf(
  manifest: ParsedManifest,
  set: InstallationParts["secrets"],
): InstallationDetail["secrets"] {
  const fingerprints = new Map(set.map((secret) => [secret.name, secret.fingerprint]));
  return (manifest.server?.secrets ?? []).map(({ name, description, optional }) => ({
    name,
    description,
    optional: optional === true,
    fingerprint: fingerprints.get(name) ?? null,
  }));
}

export function runViewOf(run: RunRecord): RunView {
  return {
    id: run.id,
    kind: run.kind === "uninstall" ? "uninstall" : "install",
    installation: run.subject,
    state: run.state,
    steps: run.steps.map((step) => ({
      name: step.name,
      state: step.state,
      detail: step.detail,
      startedAt: step.startedAt?.toISOString() ?? null,
      endedAt: step.endedAt?.toISOString() ?? null,
    })),
    error:
      run.error === null
        ? null
        : {
            code: run.error.code,
            message: run.error.message,
            isRetryable: run.error.isRetryable,
            ...(run.error.details === undefined ? {} : { details: { ...run.error.details } }),
          },
    startedAt: run.startedAt.toISOString(),
    endedAt: run.endedAt?.toISOString() ?? null,
  };
}
