/** Whether a release fits this Berth and what is published on it. */
import { BerthError, type ParsedManifest, parseAppName, platformVersion } from "@berth/protocol";
import semver from "semver";
import type { Registry } from "../registry.ts";

/** @throws PLATFORM_INCOMPATIBLE */
export function checkPlatform({ platform }: ParsedManifest): void {
  if (semver.satisfies(platformVersion, platform, { includePrerelease: true })) return;
  const why =
    semver.validRange(platform) === null
      ? "which is no semver range"
      : `and this Berth's app API is ${platformVersion}; publish a version for it`;
  throw new BerthError("PLATFORM_INCOMPATIBLE", `berth.json platform is "${platform}", ${why}.`, {
    details: { needs: platform, has: platformVersion },
  });
}

/** @throws DEPENDENCY_UNKNOWN */
export async function checkDependencies(
  { dependencies, id }: ParsedManifest,
  publisher: string,
  registry: Pick<Registry, "findRelease" | "resolveRange">,
): Promise<void> {
  for (const [name, range] of Object.entries(dependencies)) {
    const refuse = (what: string) =>
      new BerthError("DEPENDENCY_UNKNOWN", `berth.json dependencies["${name}"] ${what}.`, {
        details: { app: name, range },
      });
    if (name === `${publisher}/${id}`) throw refuse("is the app itself; remove it");
    const app = parseAppName(name);
    if ((await registry.findRelease(app, "latest")) === undefined) {
      throw refuse("names an app that is not published here");
    }
    if ((await registry.resolveRange(app, range)) === undefined) {
      throw refuse(`is "${range}", which no published version of ${name} satisfies`);
    }
  }
}
