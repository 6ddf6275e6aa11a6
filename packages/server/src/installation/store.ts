/**
 * The rows of installations.
 *
 * Invariant: a state changes only by protocol's table of transitions, under a lock on the row, and
 * every change grows the row's revision and is announced to the other nodes.
 */
import {
  BerthError,
  type InstallationEvent,
  type InstallationState,
  installationStates,
  nextInstallationState,
} from "@berth/protocol";
import type { Kysely, Selectable, Transaction, Updateable } from "kysely";
import type { PolicyChanges } from "../policy/nodes/changes.ts";
import type { Ground } from "../storage/ground.ts";
import type { Schema } from "../storage/schema.ts";
import type {
  InstallationGrantTable,
  InstallationSecretTable,
  InstallationTable,
} from "./tables.ts";

/** PostgreSQL takes at most 65,535 parameters. */
const idsAtOnce = 5_000;

export type InstallationRow = Selectable<InstallationTable>;
export type GrantRow = Selectable<InstallationGrantTable>;
export type SecretRow = Selectable<InstallationSecretTable>;

export interface InstallationParts {
  readonly row: InstallationRow;
  readonly grants: readonly GrantRow[];
  /** Without the sealed values. */
  readonly secrets: readonly Pick<SecretRow, "name" | "fingerprint">[];
}

export interface InstallationStore {
  findParts(id: string): Promise<InstallationParts | undefined>;
  /** Undefined when there is no such installation. */
  findRevision(id: string): Promise<number | undefined>;
  /** Of those that exist. */
  listRevisions(ids: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** `publisher/name` by installation; without those that are gone. */
  listApps(ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
  list(organizationId: string): Promise<readonly InstallationRow[]>;
  findByApp(organizationId: string, app: string): Promise<InstallationRow | undefined>;
  findSealedSecret(
    id: string,
    name: string,
  ): Promise<{ readonly dataKey: string; readonly sealed: Uint8Array } | undefined>;
  listIdsInState(state: InstallationState): Promise<readonly string[]>;
  /** @throws INSTALLATION_NOT_FOUND */
  lock(trx: Transaction<Schema>, id: string): Promise<InstallationRow>;
  findLocked(trx: Transaction<Schema>, id: string): Promise<InstallationRow | undefined>;
  update(
    trx: Transaction<Schema>,
    id: string,
    set: Omit<Updateable<InstallationTable>, "id" | "revision" | "updated_at">,
  ): Promise<void>;
  /** @throws INSTALLATION_STATE when the event is not possible in the row's state */
  transition(
    trx: Transaction<Schema>,
    row: Pick<InstallationRow, "id" | "state">,
    event: InstallationEvent,
    reason?: string | null,
  ): Promise<InstallationState>;
  transaction<T>(work: (trx: Transaction<Schema>) => Promise<T>): Promise<T>;
  /** The same, held to one organization by the database: for what serves it. */
  of(organizationId: string): InstallationStore;
}

export function stateOf(row: Pick<InstallationRow, "state">): InstallationState {
  const state = installationStates.find((known) => known === row.state);
  if (state === undefined) throw new TypeError(`An installation has the state "${row.state}".`);
  return state;
}

export function notFound(id: string): BerthError {
  return new BerthError(
    "INSTALLATION_NOT_FOUND",
    `There is no installation ${id.slice(0, 40)} in this organization.`,
  );
}

export function createInstallationStore(options: {
  readonly kysely: Kysely<Schema>;
  /** The database's; without it nothing is held to an organization. */
  readonly of?: (organizationId: string) => Kysely<Schema>;
  readonly ground: Pick<Ground, "clock">;
  /** Default: this process is the only one that holds installations in memory. */
  readonly changes?: Pick<PolicyChanges, "announce">;
}): InstallationStore {
  const { kysely, ground, changes, of = () => kysely } = options;

  const findLocked: InstallationStore["findLocked"] = (trx, id) =>
    trx.selectFrom("installation").selectAll().where("id", "=", id).forUpdate().executeTakeFirst();

  const update: InstallationStore["update"] = async (trx, id, set) => {
    await trx
      .updateTable("installation")
      .set(set)
      .set((column) => ({
        revision: column("revision", "+", 1),
        updated_at: new Date(ground.clock.now()),
      }))
      .where("id", "=", id)
      .execute();
    await changes?.announce(trx, { kind: "installation", subject: id });
  };

  return {
    findLocked,
    update,
    transaction: (work) => kysely.transaction().execute(work),
    of: (organizationId) => createInstallationStore({ kysely: of(organizationId), of, ground }),

    async findParts(id) {
      // One moment for all three: a grant must not be seen without the row that it belongs to.
      return kysely
        .transaction()
        .setIsolationLevel("repeatable read")
        .execute(async (trx) => {
          const row = await trx
            .selectFrom("installation")
            .selectAll()
            .where("id", "=", id)
            .executeTakeFirst();
          if (row === undefined) return undefined;
          const grants = await trx
            .selectFrom("installation_grant")
            .selectAll()
            .where("installation_id", "=", id)
            .orderBy("position")
            .execute();
          const secrets = await trx
            .selectFrom("installation_secret")
            .select(["name", "fingerprint"])
            .where("installation_id", "=", id)
            .orderBy("name")
            .execute();
          return { row, grants, secrets };
        });
    },

    async findRevision(id) {
      const row = await kysely
        .selectFrom("installation")
        .select("revision")
        .where("id", "=", id)
        .executeTakeFirst();
      return row?.revision;
    },

    async listRevisions(ids) {
      const found = new Map<string, number>();
      for (let start = 0; start < ids.length; start += idsAtOnce) {
        const rows = await kysely
          .selectFrom("installation")
          .select(["id", "revision"])
          .where("id", "in", ids.slice(start, start + idsAtOnce))
          .execute();
        for (const row of rows) found.set(row.id, row.revision);
      }
      return found;
    },

    async listApps(ids) {
      if (ids.length === 0) return new Map();
      const rows = await kysely
        .selectFrom("installation")
        .select(["id", "app"])
        .where("id", "in", ids)
        .execute();
      return new Map(rows.map(({ id, app }) => [id, app]));
    },

    list: (organizationId) =>
      kysely
        .selectFrom("installation")
        .selectAll()
        .where("organization_id", "=", organizationId)
        .orderBy("installed_at")
        .orderBy("id")
        .execute(),

    findByApp: (organizationId, app) =>
      kysely
        .selectFrom("installation")
        .selectAll()
        .where("organization_id", "=", organizationId)
        .where("app", "=", app)
        .executeTakeFirst(),

    findSealedSecret: (id, name) =>
      kysely
        .selectFrom("installation_secret as secret")
        .innerJoin("installation", "installation.id", "secret.installation_id")
        .select(["installation.data_key as dataKey", "secret.sealed"])
        .where("secret.installation_id", "=", id)
        .where("secret.name", "=", name)
        .executeTakeFirst(),

    async listIdsInState(state) {
      const rows = await kysely
        .selectFrom("installation")
        .select("id")
        .where("state", "=", state)
        .execute();
      return rows.map((row) => row.id);
    },

    async lock(trx, id) {
      const row = await findLocked(trx, id);
      if (row === undefined) throw notFound(id);
      return row;
    },

    async transition(trx, row, event, reason = null) {
      const next = nextInstallationState(stateOf(row), event);
      await update(trx, row.id, { state: next, state_reason: reason });
      return next;
    },
  };
}
