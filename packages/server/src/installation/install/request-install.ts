/**
 * Takes a request to install: everything that can be refused at once is refused before a row exists.
 *
 * Trust: the request is an admin's, who may be wrong or forged by a page; only the registry says what
 * is installed. Invariant: the installation and its run appear together or not at all.
 */
import {
  BerthError,
  createId,
  type InstallationId,
  idPrefixes,
  type Permission,
  parseAppName,
  parseInstallationId,
  type RunId,
} from "@berth/protocol";
import type { Jobs } from "../../jobs/open-jobs.ts";
import { isUniqueViolation } from "../../storage/constraint.ts";
import type { ActOrigin } from "../../trail/trail.ts";
import { configHashOf } from "../config/config-hash.ts";
import { type Consent, checkConsent } from "../consent.ts";
import type { JsonObject } from "../live.ts";
import type { InstallationWorks } from "../parts.ts";
import type { Release } from "../ports.ts";
import { clampResources } from "../resources.ts";
import { checkSecrets, sealSecret } from "../secrets.ts";
import { formatInstallInput } from "./install-input.ts";
import { installRunKind } from "./install-run.ts";

export interface InstallRequest {
  readonly organizationId: string;
  readonly personId: string;
  readonly app: string;
  /** Exact, or `latest`. */
  readonly version: string;
  readonly consent: Consent;
  readonly config: JsonObject;
  readonly secrets: Readonly<Record<string, string>>;
  readonly origin: ActOrigin;
}

/**
 * @throws APP_NOT_FOUND, RELEASE_NOT_FOUND, CONSENT_MISMATCH, CONSENT_REFUSED, CONFIG_INVALID,
 * INSTALLATION_EXISTS, RATE_LIMITED, UNAVAILABLE
 */
export async function requestInstall(
  works: InstallationWorks & { readonly jobs: Jobs },
  request: InstallRequest,
): Promise<{ readonly installation: InstallationId; readonly run: RunId }> {
  const { registry, keys, ground, jobs } = works;
  const app = parseAppName(request.app);
  const release = await registry.getRelease(app, request.version);
  const granted = checkConsent(request.consent, release);
  const config = await works.configChecker.check(
    request.organizationId,
    release.manifest,
    request.config,
  );
  checkSecrets(release.manifest, request.secrets);

  const id = parseInstallationId(createId(idPrefixes.installation, ground.random(16)));
  await keys.ready(request.organizationId);
  const dataKey = keys.createDataKey(request.organizationId).wrapped;
  // Sealed before they reach the journal, which is the first place where they are stored.
  const secrets = Object.entries(request.secrets)
    .filter(([, value]) => value !== "")
    .map(([name, value]) => sealSecret(keys, { installationId: id, dataKey, name, value }));
  const { organizationId, personId } = request;
  const input = formatInstallInput({ personId, granted, config, secrets });
  const run = await insert(works, { id, dataKey, release, request, input, granted });
  jobs.launch(run);
  ground.logger.info({ installation: id, run, app, organizationId }, "An install began");
  return { installation: id, run };
}

async function insert(
  works: InstallationWorks & { readonly jobs: Jobs },
  parts: {
    readonly id: InstallationId;
    readonly dataKey: string;
    readonly release: Release;
    readonly request: InstallRequest;
    readonly input: unknown;
    readonly granted: readonly Permission[];
  },
): Promise<RunId> {
  const { id, dataKey, release, request, input, granted } = parts;
  const now = new Date(works.ground.clock.now());
  try {
    return await works.store.transaction(async (trx) => {
      const run = await works.jobs.create(trx, {
        kind: installRunKind,
        organizationId: request.organizationId,
        subject: id,
        input,
      });
      await trx
        .insertInto("installation")
        .values({
          id,
          organization_id: request.organizationId,
          app: release.app,
          version: release.version,
          digest: release.digest,
          manifest: JSON.stringify(release.manifest),
          state: "installing",
          state_reason: null,
          data_key: dataKey,
          resources: JSON.stringify(
            clampResources(release.manifest.resources, works.policy.ceilings),
          ),
          config: "{}",
          config_hash: configHashOf({}),
          last_run_id: run,
          installed_by: request.personId,
          installed_at: now,
          updated_at: now,
          revision: 1,
        })
        .execute();
      await works.trail.record(trx, {
        ...request.origin,
        action: "installation.install",
        organizationId: request.organizationId,
        target: { kind: "installation", id },
        details: {
          ...{ app: release.app, version: release.version, digest: release.digest, run },
          consent: granted.map(({ type, resource, actions }) => ({
            ...{ type, resource },
            actions: [...actions],
          })),
          secrets: Object.keys(request.secrets),
        },
      });
      return run;
    });
  } catch (cause) {
    if (!isUniqueViolation(cause, "installation_once")) throw cause;
    throw new BerthError(
      "INSTALLATION_EXISTS",
      `${release.app} is installed in this organization already, or is being installed or removed; open it, or uninstall it first.`,
      { cause, details: { app: release.app } },
    );
  }
}
