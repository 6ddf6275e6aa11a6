/**
 * One kind of record in the installation's state: `contacts/<id>` and so on.
 *
 * Invariant: a change names the version that it was made on; two people who change the same
 * record cannot overwrite one another unseen.
 */
import { isBerthError, type State } from "@berth/sdk/server";
import type { Saved, Stored } from "./types.ts";

/** What the app answers with status 404. */
export class NotFound extends Error {
  override readonly name = "NotFound";
}

/** What the app answers with status 409. */
export class Conflict extends Error {
  override readonly name = "Conflict";
}

export interface Author {
  readonly memberId: string | null;
  readonly nowMs: number;
}

export interface Collection<T> {
  list(): Promise<readonly Saved<T>[]>;
  find(id: string): Promise<Saved<T> | undefined>;
  /** @throws NotFound */
  get(id: string): Promise<Saved<T>>;
  create(fields: T, author: Author): Promise<Saved<T>>;
  /** Many at once; returns how many. */
  createMany(fields: readonly T[], author: Author): Promise<number>;
  /** @throws NotFound; Conflict when it changed since `version` */
  replace(id: string, fields: T, version: unknown, author: Author): Promise<Saved<T>>;
  /** @throws NotFound */
  remove(id: string): Promise<void>;
}

const entriesPerCall = 200;
const isId = (id: string) => /^[\w-]{1,64}$/.test(id);

export function createCollection<T extends object>(
  state: State,
  name: string,
  noun: string,
): Collection<T> {
  type Kept = T & Stored;
  const prefix = `${name}/`;

  const keptOf = (fields: T, { memberId, nowMs }: Author): Kept => {
    const now = new Date(nowMs).toISOString();
    return {
      ...fields,
      id: crypto.randomUUID(),
      ownerId: memberId,
      createdAt: now,
      updatedAt: now,
    };
  };

  async function find(id: string): Promise<Saved<T> | undefined> {
    const entry = isId(id) ? await state.getEntry<Kept>(prefix + id) : undefined;
    return entry && { ...entry.value, version: entry.version };
  }

  async function get(id: string): Promise<Saved<T>> {
    const found = await find(id);
    if (found) return found;
    throw new NotFound(
      `There is no ${noun} ${JSON.stringify(id.slice(0, 80))}; it may have been removed.`,
    );
  }

  return {
    find,
    get,
    async list() {
      const all: Saved<T>[] = [];
      for await (const { value, version } of state.entries<Kept>(prefix))
        all.push({ ...value, version });
      return all;
    },
    async create(fields, author) {
      const kept = keptOf(fields, author);
      const { version } = await state.compareAndSet(prefix + kept.id, kept, null);
      return { ...kept, version };
    },
    async createMany(all, author) {
      const entries = all.map((fields) => {
        const value = keptOf(fields, author);
        return { key: prefix + value.id, value };
      });
      for (let at = 0; at < entries.length; at += entriesPerCall) {
        await state.putMany(entries.slice(at, at + entriesPerCall));
      }
      return entries.length;
    },
    async replace(id, fields, version, { nowMs }) {
      const { version: current, ...before } = await get(id);
      const kept = {
        ...(before as unknown as Kept),
        ...fields,
        updatedAt: new Date(nowMs).toISOString(),
      };
      const changed = new Conflict(
        `Someone else changed this ${noun} meanwhile; look at it again, then change it.`,
      );
      if (typeof version !== "string" || version !== current) throw changed;
      try {
        return {
          ...kept,
          version: (await state.compareAndSet(prefix + id, kept, version)).version,
        };
      } catch (error) {
        if (isBerthError(error, "STATE_CONFLICT")) throw changed;
        throw error;
      }
    },
    async remove(id) {
      const { existed } = isId(id) ? await state.delete(prefix + id) : { existed: false };
      if (!existed)
        throw new NotFound(`There is no ${noun} ${JSON.stringify(id.slice(0, 80))} to remove.`);
    },
  };
}
