/** Install steps that only look: may this release be installed here at all? */
import { BerthError, parseAppName, platformVersion } from "@berth/protocol";
import semver from "semver";
import type { RunStep } from "../../jobs/run.ts";
import { getLive, type InstallationWorks } from "../parts.ts";
import { clampResources, describeClamping } from "../resources.ts";
import { stateOf } from "../store.ts";
import type { InstallInput } from "./install-input.ts";

type Step = RunStep<InstallInput>;

/** The release that consent named is still there, under the same digest. */
export function resolveStep(works: InstallationWorks): Step {
  return {
    name: "resolve",
    async run({ subject }) {
      const live = await getLive(works, subject);
      const release = await works.registry.getRelease(live.app, live.version);
      if (release.digest !== live.digest) {
        throw new BerthError(
          "CONSENT_MISMATCH",
          `Consent was given to ${live.app} ${live.version} as ${live.digest}, but the registry has ${release.digest}.`,
          { details: { shownDigest: live.digest, digest: release.digest } },
        );
      }
      return {
        detail: `Found ${live.app} ${live.version}, signed by the key ${release.signedBy}.`,
      };
    },
  };
}

export function compatibilityStep(works: InstallationWorks): Step {
  return {
    name: "compatibility",
    async run({ subject }) {
      const { manifest, app } = await getLive(works, subject);
      if (!semver.satisfies(platformVersion, manifest.platform, { includePrerelease: true })) {
        throw new BerthError(
          "PLATFORM_INCOMPATIBLE",
          `${app} ${manifest.version} needs the app API ${manifest.platform}, and this Berth has ${platformVersion}; install another version, or another Berth.`,
          { details: { needs: manifest.platform, has: platformVersion } },
        );
      }
      works.policy.sandboxLevels.admit({ app, manifest });
      const { sandboxLevel } = manifest.security;
      return { detail: `Runs on the app API ${platformVersion}, view level ${sandboxLevel}.` };
    },
  };
}

export function dependenciesStep(works: InstallationWorks): Step {
  return {
    name: "dependencies",
    async run({ subject }) {
      const live = await getLive(works, subject);
      const needed = Object.entries(live.manifest.dependencies);
      for (const [name, range] of needed)
        await checkDependency(works, live.organizationId, name, range);
      const names = needed.map(([name]) => name).join(", ");
      return {
        detail: needed.length === 0 ? "Depends on no other app." : `Has what it needs: ${names}.`,
      };
    },
  };
}

async function checkDependency(
  works: InstallationWorks,
  organizationId: string,
  name: string,
  range: string,
): Promise<void> {
  const app = parseAppName(name);
  const row = await works.store.findByApp(organizationId, app);
  const state = row && stateOf(row);
  const fits = row !== undefined && semver.satisfies(row.version, range);
  if (fits && (state === "running" || state === "updating")) return;
  const details = { app, range, installed: row?.version ?? null, state: state ?? null };
  if (row !== undefined && fits) {
    throw new BerthError(
      "DEPENDENCY_UNKNOWN",
      `It needs ${app} ${range}, which is installed but ${state}; resume it first.`,
      { details },
    );
  }
  const release = await works.registry.resolveRange(app, range);
  const has = row === undefined ? "is not installed here" : `is installed here as ${row.version}`;
  const mend =
    release === undefined
      ? "and no published version fits; ask the publisher"
      : `so install ${app} ${release.version} first`;
  throw new BerthError("DEPENDENCY_UNKNOWN", `It needs ${app} ${range}, which ${has}, ${mend}.`, {
    details: { ...details, available: release?.version ?? null },
  });
}

/** Fixes what the installation may use. Its row and its data key are there since the request. */
export function allocateStep(works: InstallationWorks): Step {
  return {
    name: "allocate",
    async run({ subject }) {
      const live = await getLive(works, subject);
      const asked = live.manifest.resources;
      const resources = clampResources(asked, works.policy.ceilings);
      const clamped = describeClamping(asked, resources);
      const { memory, cpu, storage } = resources;
      return {
        detail: `Gave ${memory} MB memory, ${cpu} % of a core, ${storage} MB storage${clamped === "" ? "" : ` (the operator's ceiling: ${clamped})`}, and a data key of its own.`,
        commit: (trx) => works.store.update(trx, subject, { resources: JSON.stringify(resources) }),
      };
    },
  };
}

export function sandboxStep(works: InstallationWorks): Step {
  return {
    name: "sandbox",
    async run({ subject }) {
      const live = await getLive(works, subject);
      if (live.manifest.server === undefined) {
        return { detail: "Has no function, so it needs no cell." };
      }
      return { detail: `Cells can be had: ${await works.sandbox.check()}.` };
    },
  };
}

/** The bytes themselves: fetched, their digest and the publisher's signature checked again. */
export function downloadStep(works: InstallationWorks): Step {
  return {
    name: "download",
    async run({ subject }) {
      const live = await getLive(works, subject);
      const { keyId } = await works.registry.verifySignature(live.app, live.version, live.digest);
      const { files, totalBytes } = await works.registry.openPackage(live.digest);
      return {
        detail: `Fetched ${files.size} files, ${totalBytes} bytes; digest and signature by ${keyId} verified.`,
      };
    },
  };
}
