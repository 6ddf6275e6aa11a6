/**
 * This host as a witness of other logs (C2SP tlog-witness): cosigns the checkpoints of those that its operator
 * named, as long as they only grow.
 *
 * Owns the keys of those logs, and its own. What was cosigned last stays when a log's keys go, so that a log that
 * is named again cannot come back with another history.
 * Trust: what is asked for is a stranger's until a named key has signed it. The log itself is hostile: its key
 * may sign anything, so what it can make grow here is bounded.
 */
import { createPrivateKey } from "node:crypto";
import {
  addCheckpoint,
  asType,
  cosignCheckpoint,
  createNoteSigner,
  type NoteSigner,
  parseCheckpoint,
  parseVerifierKey,
  type WitnessAnswer,
} from "@berth/audit";
import { BerthError, createId } from "@berth/protocol";
import { apiPrefix, type WitnessedLogView } from "@berth/protocol/api";
import type { Database } from "../../storage/database.ts";
import type { Ground } from "../../storage/ground.ts";
import type { KeyRing } from "../../storage/keys.ts";
import type { ActOrigin, ActRecord } from "../trail.ts";
import { createRefusals } from "./refusals.ts";
import { createWitnessStore } from "./witness-store.ts";

export interface Witness {
  /** What logs give as this witness's key. */
  readonly vkey: string;
  /** The submission prefix, as others reach it. */
  url(): string;
  /** Answers the body of an add-checkpoint request. */
  answer(body: string): Promise<WitnessAnswer>;
  logs(): Promise<WitnessedLogView[]>;
  /** @throws KEY_UNREADABLE; REQUEST_INVALID when it is there already, or there are too many */
  addKey(
    key: { readonly vkey: string; readonly origin?: string | undefined },
    by: ActOrigin,
  ): Promise<{ readonly id: string; readonly origin: string }>;
  /** @throws REQUEST_INVALID when there is none of that id */
  deleteKey(id: string, by: ActOrigin): Promise<void>;
}

export interface WitnessParts {
  readonly database: Pick<Database, "kysely">;
  readonly keys: Pick<KeyRing, "deriveKey">;
  readonly trail: ActRecord;
  readonly ground: Pick<Ground, "clock" | "random" | "logger">;
  /** What this host's own log is called. */
  readonly origin: string;
  /** The console's, such as `https://berth.example.com`. */
  readonly ownOrigin: () => string;
}

const maxKeys = 1_000;
const maxNameChars = 200;
const idBytes = 16;

/** RFC 8410: what stands before the 32 bytes of an Ed25519 key in PKCS #8. */
const pkcs8Prefix = Buffer.from("302e020100300506032b657004220420", "hex");

/** One key, which signs nothing but cosignatures; a rotation of the master key keeps it. */
function openSigner(keys: WitnessParts["keys"], origin: string): NoteSigner {
  const suffix = "/witness";
  const name = `${origin.slice(0, maxNameChars - suffix.length)}${suffix}`;
  const der = Buffer.concat([pkcs8Prefix, keys.deriveKey("audit-witness")]);
  return createNoteSigner(name, createPrivateKey({ key: der, format: "der", type: "pkcs8" }));
}

export function openWitness(parts: WitnessParts): Witness {
  const { ground, keys, trail } = parts;
  const { kysely } = parts.database;
  const { clock } = ground;
  const signer = openSigner(keys, parts.origin);
  const now = () => new Date(clock.now());
  const store = createWitnessStore({ kysely });
  const keepRefused = createRefusals({ kysely, trail, now, logger: ground.logger });

  async function findLogKeys(origin: string) {
    const rows = await kysely
      .selectFrom("trail_witness_key")
      .select("vkey")
      .where("origin", "=", origin)
      .execute();
    return rows.length === 0 ? undefined : rows.map(({ vkey }) => parseVerifierKey(vkey));
  }

  return {
    vkey: asType(signer.key, "cosignature").text,
    url: () => `${parts.ownOrigin()}${apiPrefix}/audit/witness`,
    answer: (body) =>
      addCheckpoint(body, { findLogKeys, store, signer, now: clock.now, onRefuse: keepRefused }),

    async logs() {
      const [named, heads, refusals] = await Promise.all([
        kysely.selectFrom("trail_witness_key").selectAll().orderBy("created_at").execute(),
        kysely.selectFrom("trail_witness_head").selectAll().execute(),
        kysely.selectFrom("trail_witness_refusal").selectAll().orderBy("at", "desc").execute(),
      ]);
      const origins = new Set([...named, ...heads].map(({ origin }) => origin));
      return Promise.all(
        [...origins].sort().map(async (origin): Promise<WitnessedLogView> => {
          const head = heads.find((one) => one.origin === origin);
          return {
            origin,
            keys: named
              .filter((one) => one.origin === origin)
              .map(({ created_at, id, vkey }) => ({
                ...{ id, vkey, createdAt: created_at.toISOString() },
              })),
            last:
              head === undefined
                ? null
                : {
                    ...{ size: head.size, at: head.at.toISOString() },
                    note: await cosigned(head.note, head.at),
                  },
            refused: refusals
              .filter((one) => one.origin === origin)
              .map(({ at, kind, note, size }) => ({ kind, size, note, at: at.toISOString() })),
          };
        }),
      );
    },

    addKey: async ({ origin, vkey }, by) => {
      const key = parseVerifierKey(vkey);
      const named = origin ?? key.name;
      const id = createId("wk", ground.random(idBytes));
      await kysely.transaction().execute(async (trx) => {
        const { count } = await trx
          .selectFrom("trail_witness_key")
          .select((on) => on.fn.countAll<number>().as("count"))
          .executeTakeFirstOrThrow();
        const added =
          Number(count) < maxKeys &&
          (await trx
            .insertInto("trail_witness_key")
            .values({ id, origin: named, vkey: key.text, created_at: now() })
            .onConflict((on) => on.doNothing())
            .returning("id")
            .executeTakeFirst());
        if (!added) {
          throw new BerthError(
            "REQUEST_INVALID",
            `The key ${key.keyId} of the log ${named} is named already, or ${maxKeys} keys are; berth audit witness lists them.`,
          );
        }
        await trail.record(trx, {
          ...by,
          action: "audit.witness.key.add",
          organizationId: null,
          target: { kind: "audit-log", id: named },
          details: { vkey: key.text },
        });
      });
      return { id, origin: named };
    },

    deleteKey: (id, by) =>
      kysely.transaction().execute(async (trx) => {
        const gone = await trx
          .deleteFrom("trail_witness_key")
          .where("id", "=", id)
          .returning(["origin", "vkey"])
          .executeTakeFirst();
        if (gone === undefined) {
          throw new BerthError(
            "REQUEST_INVALID",
            `No log's key has the id ${JSON.stringify(id)}; berth audit witness lists them.`,
          );
        }
        await trail.record(trx, {
          ...by,
          action: "audit.witness.key.delete",
          organizationId: null,
          target: { kind: "audit-log", id: gone.origin },
          details: { vkey: gone.vkey },
        });
      }),
  };

  /** Signed again with the same time, it is the same signature. */
  async function cosigned(note: string, at: Date): Promise<string> {
    return note + (await cosignCheckpoint(parseCheckpoint(note), signer, at.getTime()));
  }
}
