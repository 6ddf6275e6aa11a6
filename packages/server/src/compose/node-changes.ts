/** What nodes tell each other of changes, and what each does upon it; see policy/nodes. */
import { parseInstallationId } from "@berth/protocol";
import type { OwnedDirectory } from "../installation/directory.ts";
import type { PolicyChange, PolicyChanges } from "../policy/nodes/changes.ts";
import type { OpenedPolicies } from "../policy/open-policies.ts";
import type { SubjectSource } from "../policy/subjects.ts";
import type { Storage } from "./open-storage.ts";

/** Forgets what this process holds in memory of what a node has changed, this one included. */
export async function applyChange(
  change: PolicyChange | "everything",
  parts: {
    readonly directory: Pick<OwnedDirectory, "invalidate" | "invalidateAll">;
    readonly subjects: Pick<SubjectSource, "invalidate" | "invalidateAll">;
    readonly policies: Pick<OpenedPolicies, "publications">;
    readonly endSession: { readonly here: (sessionId: string) => void };
  },
): Promise<void> {
  const { directory, subjects, policies, endSession } = parts;
  if (change === "everything") {
    directory.invalidateAll();
    subjects.invalidateAll();
    return policies.publications.refresh();
  }
  switch (change.kind) {
    case "installation":
      return directory.invalidate(parseInstallationId(change.subject));
    case "organization":
      return subjects.invalidate(change.subject);
    case "policies":
      return policies.publications.refresh(change.subject);
    case "session":
      return endSession.here(change.subject);
  }
}

/** For what is done already, and which nobody waits for. */
export function tellNodes(
  change: PolicyChange,
  parts: Pick<Storage, "database"> & {
    readonly changes: PolicyChanges;
    readonly logger: Storage["ground"]["logger"];
  },
): void {
  const { database, changes, logger } = parts;
  if (database.kind === "pglite") return;
  database.kysely
    .transaction()
    .execute((trx) => changes.announce(trx, change))
    .catch((error: unknown) => {
      logger.error(
        { err: error, kind: change.kind },
        "The other nodes could not be told of a change",
      );
    });
}
