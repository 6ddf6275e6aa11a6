/**
 * Rows of the `state` capability: versioned, counted, sealed.
 *
 * Owns `app_state` and `app_state_usage`. A writer first takes the installation's usage row, which
 * puts writers of one installation in a row, and gives each write the next version; so a version
 * never comes back, and the quota holds under any interleaving.
 * Trust: keys and values are an app's; nothing here reads them.
 */
import type { JsonValue } from "@berth/cells";
import { BerthError, stateLimits } from "@berth/protocol";
import type { Kysely, Transaction } from "kysely";
import { sql } from "kysely";
import type { LiveInstallation } from "../../installation/live.ts";
import type { Database } from "../../storage/database.ts";
import type { KeyRing } from "../../storage/keys.ts";
import type { Schema } from "../../storage/schema.ts";
import { prefixEnd } from "./prefix-end.ts";

export interface StateEntry {
  readonly key: string;
  readonly value: JsonValue;
  readonly version: string;
}

export interface StatePage {
  readonly entries: readonly StateEntry[];
  readonly cursor: string | null;
}

export interface StateWrite {
  readonly key: string;
  readonly value: JsonValue;
}

type Owner = Pick<LiveInstallation, "id" | "organizationId" | "dataKey" | "resources">;

export interface StateStore {
  get(owner: Owner, key: string): Promise<StateEntry | undefined>;
  /**
   * Writes all or nothing.
   *
   * @param expected - the version that the (only) key must have; null: it must have no value;
   * undefined: whatever it has
   * @returns the version of the last write
   * @throws STATE_CONFLICT, STATE_QUOTA_EXCEEDED, CAPABILITY_INPUT_INVALID for a value too large
   */
  put(owner: Owner, writes: readonly StateWrite[], expected?: string | null): Promise<string>;
  delete(owner: Owner, key: string): Promise<boolean>;
  list(
    owner: Owner,
    range: { readonly prefix: string; readonly after: string | null; readonly limit: number },
  ): Promise<StatePage>;
  usage(
    owner: Pick<Owner, "id" | "organizationId">,
  ): Promise<{ readonly bytes: number; readonly keys: number }>;
  removeAll(installationId: string): Promise<void>;
}

export interface StateStoreOptions {
  readonly database: Pick<Database, "kysely" | "of">;
  readonly keys: Pick<KeyRing, "seal" | "open">;
}

const bytesPerMb = 1_048_576;
/** A page of a list stops here even when more entries were asked for. */
const maxPageBytes = 4 * bytesPerMb;

interface SealedWrite {
  readonly key: string;
  readonly value: string;
  readonly bytes: number;
}

export function createStateStore({ database, keys }: StateStoreOptions): StateStore {
  /** Whatever is asked of it, it reaches the owner's organization only. */
  const of = (owner: Pick<Owner, "organizationId">) => database.of(owner.organizationId);
  const contextOf = (owner: Owner, key: string) => `state/${owner.id}/${key}`;

  function seal(owner: Owner, { key, value }: StateWrite): SealedWrite {
    const plain = Buffer.from(stringify(key, value));
    if (plain.byteLength > stateLimits.maxValueBytes) {
      throw new BerthError(
        "CAPABILITY_INPUT_INVALID",
        `The value of ${JSON.stringify(key.slice(0, 80))} is ${plain.byteLength} bytes of JSON; at most ${stateLimits.maxValueBytes}. Split it over several keys.`,
      );
    }
    return {
      key,
      value: toBase64(keys.seal(owner.dataKey, plain, contextOf(owner, key))),
      bytes: Buffer.byteLength(key) + plain.byteLength,
    };
  }

  function open(owner: Owner, row: { key: string; value: string; version: number }): StateEntry {
    const plain = keys.open(
      owner.dataKey,
      Buffer.from(row.value, "base64"),
      contextOf(owner, row.key),
    );
    const value = JSON.parse(Buffer.from(plain).toString()) as JsonValue;
    return { key: row.key, value, version: String(row.version) };
  }

  /** Takes the installation's turn and `count` versions; the last of them is returned. */
  async function takeTurn(trx: Transaction<Schema>, installationId: string, count: number) {
    return trx
      .insertInto("app_state_usage")
      .values({ installation_id: installationId, bytes: 0, keys: 0, last_version: count })
      .onConflict((conflict) =>
        conflict.column("installation_id").doUpdateSet({
          last_version: sql<number>`app_state_usage.last_version + ${count}`,
        }),
      )
      .returning(["bytes", "keys", "last_version"])
      .executeTakeFirstOrThrow();
  }

  async function write(
    trx: Transaction<Schema>,
    owner: Owner,
    writes: readonly SealedWrite[],
    expected: string | null | undefined,
  ): Promise<string> {
    const usage = await takeTurn(trx, owner.id, writes.length);
    const existing = await trx
      .selectFrom("app_state")
      .select(["bytes", "version"])
      .where("installation_id", "=", owner.id)
      .where(
        "key",
        "in",
        writes.map(({ key }) => key),
      )
      .execute();
    if (expected !== undefined) checkVersion(writes[0]?.key ?? "", expected, existing[0]?.version);
    const bytes = usage.bytes + total(writes) - total(existing);
    checkQuota(owner, usage.bytes, bytes);
    const first = usage.last_version - writes.length + 1;
    await trx
      .insertInto("app_state")
      .values(
        writes.map((row, index) => ({
          installation_id: owner.id,
          ...row,
          version: first + index,
        })),
      )
      .onConflict((conflict) =>
        conflict.columns(["installation_id", "key"]).doUpdateSet((row) => ({
          value: row.ref("excluded.value"),
          version: row.ref("excluded.version"),
          bytes: row.ref("excluded.bytes"),
        })),
      )
      .execute();
    await trx
      .updateTable("app_state_usage")
      .set({ bytes, keys: usage.keys + writes.length - existing.length })
      .where("installation_id", "=", owner.id)
      .execute();
    return String(usage.last_version);
  }

  return {
    async get(owner, key) {
      const row = await of(owner)
        .selectFrom("app_state")
        .select(["key", "value", "version"])
        .where("installation_id", "=", owner.id)
        .where("key", "=", key)
        .executeTakeFirst();
      return row === undefined ? undefined : open(owner, row);
    },

    async put(owner, writes, expected) {
      // A key given twice takes its last value.
      const byKey = new Map(writes.map((entry) => [entry.key, entry]));
      const sealed = [...byKey.values()].map((entry) => seal(owner, entry));
      if (sealed.length === 0) return "0";
      return of(owner)
        .transaction()
        .execute((trx) => write(trx, owner, sealed, expected));
    },

    async delete(owner, key) {
      return of(owner)
        .transaction()
        .execute(async (trx) => {
          const usage = await takeTurn(trx, owner.id, 0);
          const gone = await trx
            .deleteFrom("app_state")
            .where("installation_id", "=", owner.id)
            .where("key", "=", key)
            .returning("bytes")
            .executeTakeFirst();
          if (gone === undefined) return false;
          await trx
            .updateTable("app_state_usage")
            .set({ bytes: usage.bytes - gone.bytes, keys: usage.keys - 1 })
            .where("installation_id", "=", owner.id)
            .execute();
          return true;
        });
    },

    async list(owner, { prefix, after, limit }) {
      const rows = await pageOf(of(owner), owner.id, { prefix, after, limit: limit + 1 });
      const fitting = rows.filter((row, index) => {
        return index < limit && (index === 0 || row.running <= maxPageBytes);
      });
      const last = fitting.at(-1);
      return {
        entries: fitting.map((row) => open(owner, row)),
        cursor: last !== undefined && fitting.length < rows.length ? last.key : null,
      };
    },

    async usage(owner) {
      const row = await of(owner)
        .selectFrom("app_state_usage")
        .select(["bytes", "keys"])
        .where("installation_id", "=", owner.id)
        .executeTakeFirst();
      return row ?? { bytes: 0, keys: 0 };
    },

    async removeAll(installationId) {
      await database.kysely.transaction().execute(async (trx) => {
        await trx
          .deleteFrom("app_state_usage")
          .where("installation_id", "=", installationId)
          .execute();
        await trx.deleteFrom("app_state").where("installation_id", "=", installationId).execute();
      });
    },
  };
}

interface PageRange {
  readonly prefix: string;
  readonly after: string | null;
  readonly limit: number;
}

/** One page of rows, each with the bytes up to and with it, cut once past `maxPageBytes`. */
async function pageOf(db: Kysely<Schema>, installationId: string, range: PageRange) {
  let within = db
    .selectFrom("app_state")
    .selectAll()
    .where("installation_id", "=", installationId)
    .where("key", ">=", range.prefix);
  const end = prefixEnd(range.prefix);
  if (end !== undefined) within = within.where("key", "<", end);
  if (range.after !== null) within = within.where("key", ">", range.after);
  const page = within.orderBy("key").limit(range.limit).as("page");
  const counted = db
    .selectFrom(page)
    .select(["key", "value", "version", "bytes"])
    .select(sql<number>`sum(bytes) over (order by key rows unbounded preceding)`.as("running"))
    .as("counted");
  const rows = await db
    .selectFrom(counted)
    .select(["key", "value", "version", "running"])
    // One row more than fits tells that there are more.
    .where(sql<boolean>`running - bytes <= ${maxPageBytes}`)
    .orderBy("key")
    .execute();
  return rows.map((row) => ({ ...row, running: Number(row.running) }));
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}

function total(rows: readonly { readonly bytes: number }[]): number {
  return rows.reduce((sum, row) => sum + row.bytes, 0);
}

function stringify(key: string, value: JsonValue): string {
  try {
    return JSON.stringify(value);
  } catch (cause) {
    throw new BerthError(
      "CAPABILITY_INPUT_INVALID",
      `The value of ${JSON.stringify(key.slice(0, 80))} is nested too deeply; flatten it.`,
      { cause },
    );
  }
}

function checkVersion(key: string, expected: string | null, actual: number | undefined): void {
  const has = actual === undefined ? null : String(actual);
  if (has === expected) return;
  const found = has === null ? "it has no value" : `it has version ${has}`;
  const wanted = expected === null ? "no value" : `version ${expected}`;
  throw new BerthError(
    "STATE_CONFLICT",
    `${JSON.stringify(key.slice(0, 80))} was expected to have ${wanted}, but ${found}; read it again and retry.`,
    { details: { version: has } },
  );
}

function checkQuota(owner: Owner, before: number, after: number): void {
  const quota = owner.resources.storage * bytesPerMb;
  if (after <= quota || after <= before) return;
  throw new BerthError(
    "STATE_QUOTA_EXCEEDED",
    `The write would bring the app's state to ${after} bytes; its quota is ${owner.resources.storage} MB (${quota} bytes). Delete something, or ask for more in resources.storage.`,
    {
      details: {
        limit: "storage",
        enforcer: "quota",
        allowed: owner.resources.storage,
        usedBytes: before,
        quotaBytes: quota,
      },
    },
  );
}
