/**
 * Second factors: the secret of an authenticator app, and backup codes.
 *
 * Owns whether a code is right. Who may turn a factor on or off is decided by the routes.
 * Invariants: a code is accepted once, also when it is sent twice at the same moment; a factor counts
 * only once a code of it was confirmed; a secret is stored sealed, a backup code hashed.
 */
import { BerthError } from "@berth/protocol";
import type { Transaction } from "kysely";
import type { Database } from "../../storage/database.ts";
import type { Ground } from "../../storage/ground.ts";
import type { KeyRing } from "../../storage/keys.ts";
import type { Schema } from "../../storage/schema.ts";
import type { Act, ActOrigin, ActRecord } from "../../trail/trail.ts";
import type { LockOut } from "../lock-out.ts";
import { backupCodeCount, createBackupCode, hashBackupCode } from "./backup-codes.ts";
import { encodeBase32, findCounter, otpauthUri } from "./totp.ts";

export interface SecondFactorState {
  readonly isOn: boolean;
  readonly onSince: Date | null;
  readonly backupCodesLeft: number;
}

export interface SecondFactors {
  state(personId: string): Promise<SecondFactorState>;
  /** In place of one that was never confirmed. @throws REQUEST_INVALID when it is on */
  begin(person: {
    readonly personId: string;
    readonly account: string;
  }): Promise<{ readonly secret: string; readonly uri: string }>;
  /** @returns the backup codes. @throws SECOND_FACTOR_INVALID, REQUEST_INVALID, RATE_LIMITED */
  confirm(personId: string, code: string, origin: ActOrigin): Promise<string[]>;
  /** Uses a code up. @throws SECOND_FACTOR_INVALID, RATE_LIMITED */
  prove(personId: string, code: string): Promise<void>;
  /** @returns new backup codes */
  renewBackupCodes(personId: string, origin: ActOrigin): Promise<string[]>;
  /** Without a proof: whoever calls asked for one. @returns false when there was none */
  remove(personId: string, origin: ActOrigin): Promise<boolean>;
}

const secretBytes = 20;
const contextOf = (personId: string) => `second-factor/${personId}`;

export function createSecondFactors(options: {
  readonly database: Pick<Database, "kysely">;
  readonly keys: Pick<KeyRing, "createDataKey" | "seal" | "open">;
  readonly ground: Ground;
  readonly lockOut: Pick<LockOut, "begin" | "forgive">;
  readonly trail: ActRecord;
  /** What authenticator apps show the code under. */
  readonly issuer: () => string;
}): SecondFactors {
  const { keys, lockOut, trail } = options;
  const { kysely } = options.database;
  const { clock, random } = options.ground;
  const now = () => new Date(clock.now());

  const find = (personId: string) =>
    kysely
      .selectFrom("second_factor")
      .selectAll()
      .where("person_id", "=", personId)
      .executeTakeFirst();

  const invalid = () =>
    new BerthError(
      "SECOND_FACTOR_INVALID",
      "The code is wrong, too old or was used; wait for the next one, or use a backup code.",
    );

  /** Takes the code's step, unless it or a later one was taken. */
  async function takeTotp(
    factor: { person_id: string; wrapped_key: string; sealed_secret: Uint8Array },
    code: string,
  ): Promise<boolean> {
    const { person_id: personId, wrapped_key, sealed_secret } = factor;
    const secret = keys.open(wrapped_key, sealed_secret, contextOf(personId));
    const counter = findCounter(secret, code.replaceAll(/[\s-]/g, ""), clock.now());
    if (counter === undefined) return false;
    const taken = await kysely
      .updateTable("second_factor")
      .set({ last_counter: counter })
      .where("person_id", "=", personId)
      .where("wrapped_key", "=", wrapped_key)
      .where("last_counter", "<", String(counter))
      .returning("person_id")
      .executeTakeFirst();
    return taken !== undefined;
  }

  async function takeBackupCode(personId: string, code: string): Promise<boolean> {
    const used = await kysely
      .deleteFrom("backup_code")
      .where("person_id", "=", personId)
      .where("code_hash", "=", hashBackupCode(personId, code))
      .returning("person_id")
      .executeTakeFirst();
    return used !== undefined;
  }

  async function counted(personId: string, prove: () => Promise<boolean>): Promise<void> {
    const key = [{ kind: "secondFactor", of: personId }] as const;
    await lockOut.begin(key);
    if (!(await prove())) throw invalid();
    await lockOut.forgive(key);
  }

  async function replaceBackupCodes(trx: Transaction<Schema>, personId: string) {
    const codes = Array.from({ length: backupCodeCount }, () => createBackupCode(random));
    await trx.deleteFrom("backup_code").where("person_id", "=", personId).execute();
    await trx
      .insertInto("backup_code")
      .values(
        codes.map((code) => ({ person_id: personId, code_hash: hashBackupCode(personId, code) })),
      )
      .execute();
    return codes;
  }

  const act = (action: string, personId: string, origin: ActOrigin): Act => ({
    ...origin,
    action,
    organizationId: null,
    target: { kind: "person", id: personId },
  });

  return {
    async state(personId) {
      const factor = await find(personId);
      const { count } = await kysely
        .selectFrom("backup_code")
        .select((by) => by.fn.countAll<string | number>().as("count"))
        .where("person_id", "=", personId)
        .executeTakeFirstOrThrow();
      const onSince = factor?.confirmed_at ?? null;
      return { isOn: onSince !== null, onSince, backupCodesLeft: Number(count) };
    },

    async begin({ personId, account }) {
      const secret = random(secretBytes);
      const { wrapped } = keys.createDataKey();
      const fresh = {
        wrapped_key: wrapped,
        sealed_secret: keys.seal(wrapped, secret, contextOf(personId)),
        last_counter: 0,
        created_at: now(),
      };
      const begun = await kysely
        .insertInto("second_factor")
        .values({ person_id: personId, confirmed_at: null, ...fresh })
        .onConflict((on) =>
          on.column("person_id").doUpdateSet(fresh).where("second_factor.confirmed_at", "is", null),
        )
        .returning("person_id")
        .executeTakeFirst();
      if (begun === undefined) {
        throw new BerthError(
          "REQUEST_INVALID",
          "Your second factor is on already; turn it off before you set up another.",
        );
      }
      const text = encodeBase32(secret);
      return {
        secret: text,
        uri: otpauthUri({ secret: text, issuer: options.issuer(), account }),
      };
    },

    async confirm(personId, code, origin) {
      const factor = await find(personId);
      if (factor === undefined || factor.confirmed_at !== null) {
        throw new BerthError(
          "REQUEST_INVALID",
          "No second factor waits for its confirmation; begin by POST /api/v1/second-factor.",
        );
      }
      await counted(personId, () => takeTotp(factor, code));
      return kysely.transaction().execute(async (trx) => {
        const confirmed = await trx
          .updateTable("second_factor")
          .set({ confirmed_at: now() })
          .where("person_id", "=", personId)
          .where("wrapped_key", "=", factor.wrapped_key)
          .where("confirmed_at", "is", null)
          .returning("person_id")
          .executeTakeFirst();
        if (confirmed === undefined) throw invalid();
        await trail.record(trx, act("second-factor.on", personId, origin));
        return replaceBackupCodes(trx, personId);
      });
    },

    async prove(personId, code) {
      await counted(personId, async () => {
        const factor = await find(personId);
        if (factor === undefined || factor.confirmed_at === null) return false;
        return (await takeTotp(factor, code)) || (await takeBackupCode(personId, code));
      });
    },

    renewBackupCodes: (personId, origin) =>
      kysely.transaction().execute(async (trx) => {
        await trail.record(trx, act("second-factor.backup-codes", personId, origin));
        return replaceBackupCodes(trx, personId);
      }),

    remove: (personId, origin) =>
      kysely.transaction().execute(async (trx) => {
        await trx.deleteFrom("backup_code").where("person_id", "=", personId).execute();
        const gone = await trx
          .deleteFrom("second_factor")
          .where("person_id", "=", personId)
          .returning("confirmed_at")
          .executeTakeFirst();
        if (gone?.confirmed_at == null) return false;
        await trail.record(trx, act("second-factor.off", personId, origin));
        return true;
      }),
  };
}
