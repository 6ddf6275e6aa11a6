/** Writes acts beside the rows that they change, with what is personal in them sealed. */
import type { Ground } from "../storage/ground.ts";
import { encodeAct, type Sealed, saltBytes } from "./entry.ts";
import { type SealedFields, strangersOf } from "./person-keys.ts";
import type { Act, Trail } from "./trail.ts";

export interface RecordActOptions {
  readonly ground: Pick<Ground, "clock" | "random">;
  readonly persons: Pick<SealedFields, "seal">;
  /** Told that there will be something to sequence, once the transaction commits. */
  readonly onRecord: () => void;
}

/** Personal fields by the person whose they are. */
function personalOf(
  { actor, personal }: Act,
  at: number,
): ReadonlyMap<string, Record<string, unknown>> {
  const byPerson = new Map<string, Record<string, unknown>>();
  if (personal !== undefined)
    byPerson.set(personal.personId ?? strangersOf(at), { ...personal.fields });
  if (actor.address !== undefined) {
    byPerson.set(actor.id, { ...byPerson.get(actor.id), address: actor.address });
  }
  return byPerson;
}

export function createActRecord(options: RecordActOptions): Pick<Trail, "record" | "noteKeyUse"> {
  const { ground, persons, onRecord } = options;
  return {
    async record(trx, act) {
      const at = ground.clock.now();
      const sealed: Sealed[] = [];
      for (const [keyId, fields] of personalOf(act, at)) {
        sealed.push({ keyId, ciphertext: await persons.seal(trx, keyId, JSON.stringify(fields)) });
      }
      const stamp = { at, salt: ground.random(saltBytes) };
      await trx
        .insertInto("trail_act")
        .values({ body: encodeAct(act, stamp, sealed) })
        .execute();
      onRecord();
    },
    async noteKeyUse(trx, { keyId, now, since }) {
      const noted = await trx
        .insertInto("trail_key_use")
        .values({ key_id: keyId, at: now })
        .onConflict((on) =>
          on.column("key_id").doUpdateSet({ at: now }).where("trail_key_use.at", "<=", since),
        )
        .returning("key_id")
        .executeTakeFirst();
      return noted !== undefined;
    },
  };
}
