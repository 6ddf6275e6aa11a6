/** What an instance's data is called: decided by the host's names, never by an app's own choice alone. */
import type { ParsedManifest } from "@berth/protocol";

/** The name under which an instance's data lies: nothing of it is the app's own choice alone. */
export function storageScopeOf(
  instance: string,
  app: string,
  installation: string | undefined,
): string {
  return JSON.stringify(installation === undefined ? [instance, app] : [installation]);
}

/** What a manifest calls its app; a claim until it is held with an instance's name. */
export function appNameOf({ publisher, id }: ParsedManifest): string {
  return publisher === undefined ? id : `${publisher}/${id}`;
}
