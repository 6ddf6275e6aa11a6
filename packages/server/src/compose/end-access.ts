/**
 * Ends what stands open by what somebody was allowed in an organization, once that changed: view
 * tokens and WebSockets, on this node. Requests and event streams ask the database themselves.
 */
import { setImmediate } from "node:timers/promises";
import { parseInstallationId } from "@berth/protocol";
import type { OpenedIdentity } from "../identity/open-identity.ts";
import type { InstallationStore } from "../installation/store.ts";
import type { Functions } from "../runtime/functions.ts";
import type { ViewTokens } from "../runtime/view-token.ts";
import type { Ground } from "../storage/ground.ts";

export interface EndAccessOptions {
  readonly identity: Pick<OpenedIdentity, "accessChanges" | "pseudonym">;
  readonly store: Pick<InstallationStore, "list">;
  readonly tokens: Pick<ViewTokens, "endMember">;
  readonly functions: Pick<Functions, "endMember">;
  readonly ground: Pick<Ground, "logger">;
}

/** Returns how to stop it. */
export function endAccess(options: EndAccessOptions): () => void {
  const { identity, store, tokens, functions, ground } = options;
  return identity.accessChanges.on(async ({ organizationId, personIds }) => {
    try {
      for (const { id } of await store.list(organizationId)) {
        // A directory may change a group of thousands: requests are served in between.
        await setImmediate();
        for (const personId of personIds) {
          const member = identity.pseudonym(parseInstallationId(id), personId);
          tokens.endMember(id, member);
          functions.endMember(id, member);
        }
      }
    } catch (error) {
      ground.logger.error(
        { err: error, organizationId },
        "view tokens of members whose rights changed could not be ended; they end within five minutes",
      );
    }
  });
}
