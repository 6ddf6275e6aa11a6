/**
 * What a view may do to the page's face. Its placement, its own routes and its dialogs are what
 * an app is installed for, so that the page grants them by itself, revocably, unless the manifest
 * asks for them: then the answer to that decides.
 */
import { type Grant, matchesResource, type Permission, uiResources } from "@berth/protocol";

/** @param asked - all that the manifest asks for, granted or not */
export function basicUiGrants(asked: readonly Permission[]): readonly Grant[] {
  const patterns = asked.filter(({ type }) => type === "ui").map(({ resource }) => resource);
  return uiResources
    .filter((resource) => !patterns.some((pattern) => matchesResource("ui", pattern, resource)))
    .map(
      (resource): Grant => ({ id: `basic:${resource}`, type: "ui", resource, actions: ["show"] }),
    );
}
