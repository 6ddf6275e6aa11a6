/** The use of API keys in the audit log, at most once an hour for each. */
import type { Caller } from "../http/api.ts";
import type { Database } from "../storage/database.ts";
import type { Ground } from "../storage/ground.ts";
import type { Trail } from "../trail/trail.ts";

const useIntervalMs = 3_600_000;
/** Keys whose last use is remembered here, so that a use asks the database once an hour. */
const maxRemembered = 10_000;

export interface RecordedKeys {
  /** Called at each use. */
  used(caller: Pick<Caller, "kind" | "personId" | "keyId" | "organizationId">): Promise<void>;
}

export interface RecordedKeysOptions {
  readonly database: Pick<Database, "kysely">;
  readonly trail: Pick<Trail, "record" | "noteKeyUse">;
  readonly ground: Pick<Ground, "clock">;
}

export function createRecordedKeys(options: RecordedKeysOptions): RecordedKeys {
  const { trail, ground } = options;
  const { kysely } = options.database;
  const lastUse = new Map<string, number>();

  function remember(keyId: string, now: number): void {
    const oldest = lastUse.size >= maxRemembered ? lastUse.keys().next().value : undefined;
    if (oldest !== undefined) lastUse.delete(oldest);
    lastUse.set(keyId, now);
  }

  return {
    async used({ kind, personId, keyId = "", organizationId = null }) {
      const now = ground.clock.now();
      if (now - (lastUse.get(keyId) ?? Number.NEGATIVE_INFINITY) < useIntervalMs) return;
      await kysely.transaction().execute(async (trx) => {
        const since = new Date(now - useIntervalMs);
        if (!(await trail.noteKeyUse(trx, { keyId, now: new Date(now), since }))) return;
        await trail.record(trx, {
          actor: { kind, id: personId, by: "key", credentialId: keyId },
          action: "api-key.use",
          // A person's own key concerns the host; a service principal's, its organization.
          organizationId: kind === "service" ? organizationId : null,
          target: { kind: "api-key", id: keyId },
        });
      });
      remember(keyId, now);
    },
  };
}
