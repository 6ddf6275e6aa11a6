/** Which of an app's versions is meant. */
import semver from "semver";

/** Highest first. */
export function sortVersions<Item extends { readonly version: string }>(
  items: readonly Item[],
): Item[] {
  return [...items].sort((a, b) => semver.compareBuild(b.version, a.version));
}

/** The highest that is no pre-release; if all are, the highest. */
export function findLatest<Item extends { readonly version: string }>(
  items: readonly Item[],
): Item | undefined {
  const sorted = sortVersions(items);
  return sorted.find(({ version }) => semver.prerelease(version) === null) ?? sorted[0];
}

/** The highest in a range; pre-releases only where the range names one. */
export function findInRange<Item extends { readonly version: string }>(
  items: readonly Item[],
  range: string,
): Item | undefined {
  return sortVersions(items).find(({ version }) => semver.satisfies(version, range));
}
