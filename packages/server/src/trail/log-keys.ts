/**
 * The keys that sign the log's checkpoints, each sealed under the master key.
 *
 * Invariant: one is current. That a key began or ended to count is an entry of the log itself, in the
 * transaction that made it so.
 */
import { createPrivateKey } from "node:crypto";
import { createNoteSigner, generateSigningKey, keyActions, type NoteSigner } from "@berth/audit";
import { BerthError } from "@berth/protocol";
import type { Transaction } from "kysely";
import { bySystem } from "../http/actor.ts";
import type { Database } from "../storage/database.ts";
import type { Ground } from "../storage/ground.ts";
import type { KeyRing } from "../storage/keys.ts";
import type { Schema } from "../storage/schema.ts";
import type { ActOrigin, ActRecord } from "./trail.ts";

export interface LogKeys {
  /** What the log is called, for ever. */
  readonly origin: string;
  /** Who signs the next checkpoint: the current key, and for the first one after a rotation the one before. */
  signers(lastCheckpointAt: Date | undefined): Promise<readonly NoteSigner[]>;
  /** Public halves, oldest first. */
  vkeys(): Promise<readonly { readonly text: string; readonly retiredAt: Date | null }[]>;
  /** @returns the new key's public half */
  rotate(origin: ActOrigin): Promise<string>;
}

export interface LogKeysOptions {
  readonly database: Pick<Database, "kysely">;
  readonly keys: Pick<KeyRing, "createDataKey" | "seal" | "open">;
  readonly trail: ActRecord;
  readonly ground: Pick<Ground, "clock" | "random">;
  /** What the log is to be called. Default: a name of chance. */
  readonly origin?: string;
}

const contextOf = (vkey: string) => `trail-key/${vkey}`;

/** Makes the first key when there is none. @throws OPTION_INVALID when the log has another name already */
export async function openLogKeys(options: LogKeysOptions): Promise<LogKeys> {
  const { database, keys, trail, ground } = options;
  const { kysely } = database;

  async function insert(
    trx: Transaction<Schema>,
    name: string,
    origin: ActOrigin,
  ): Promise<string> {
    const { signer, privateKeyPem } = generateSigningKey(name);
    const vkey = signer.key.text;
    const { wrapped } = keys.createDataKey();
    await trx
      .insertInto("trail_key")
      .values({
        ...{ name, vkey, wrapped },
        sealed: keys.seal(wrapped, Buffer.from(privateKeyPem), contextOf(vkey)),
        created_at: new Date(ground.clock.now()),
        retired_at: null,
      })
      .execute();
    await trail.record(trx, {
      ...origin,
      action: keyActions.add,
      organizationId: null,
      target: { kind: "log-key", id: signer.key.keyId },
      details: { vkey },
    });
    return vkey;
  }

  async function provideName(): Promise<string> {
    const chance = Buffer.from(ground.random(8)).toString("hex");
    const wanted = options.origin ?? `berth-${chance}`;
    return kysely.transaction().execute(async (trx) => {
      // Two nodes that start on an empty database make one key.
      await trx.selectFrom("trail_head").select("size").forUpdate().execute();
      const known = await trx
        .selectFrom("trail_key")
        .select("name")
        .where("retired_at", "is", null)
        .executeTakeFirst();
      if (known === undefined) await insert(trx, wanted, bySystem);
      return known?.name ?? wanted;
    });
  }

  const origin = await provideName();
  if (options.origin !== undefined && options.origin !== origin) {
    throw new BerthError(
      "OPTION_INVALID",
      `The audit log is called ${origin}, which verifiers know it by, and the option says ${options.origin}; leave the option out, or begin a new database.`,
      { details: { option: "audit.origin" } },
    );
  }

  const signerOf = (row: { name: string; vkey: string; wrapped: string; sealed: Uint8Array }) => {
    const pem = keys.open(row.wrapped, row.sealed, contextOf(row.vkey));
    return createNoteSigner(row.name, createPrivateKey(Buffer.from(pem)));
  };

  return {
    origin,
    async signers(lastCheckpointAt) {
      const rows = await kysely
        .selectFrom("trail_key")
        .select(["name", "vkey", "wrapped", "sealed"])
        .where((by) =>
          by.or([
            by("retired_at", "is", null),
            by("retired_at", ">=", lastCheckpointAt ?? new Date(ground.clock.now())),
          ]),
        )
        .orderBy("id", "desc")
        .execute();
      return rows.map(signerOf);
    },
    async vkeys() {
      const rows = await kysely
        .selectFrom("trail_key")
        .select(["vkey", "retired_at"])
        .orderBy("id")
        .execute();
      return rows.map(({ vkey, retired_at }) => ({ text: vkey, retiredAt: retired_at }));
    },
    rotate: (by) =>
      kysely.transaction().execute(async (trx) => {
        const retired = await trx
          .updateTable("trail_key")
          .set({ retired_at: new Date(ground.clock.now()) })
          .where("retired_at", "is", null)
          .returning(["name", "vkey"])
          .executeTakeFirstOrThrow();
        const vkey = await insert(trx, retired.name, by);
        await trail.record(trx, {
          ...by,
          action: keyActions.retire,
          organizationId: null,
          target: { kind: "log-key", id: retired.vkey.split("+")[1] ?? retired.vkey },
          details: { vkey: retired.vkey },
        });
        return vkey;
      }),
  };
}
