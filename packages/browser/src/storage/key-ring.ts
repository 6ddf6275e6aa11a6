/**
 * The keys that records are sealed with: one for each scope, made here, not extractable, kept in
 * the page's IndexedDB; or the host's own.
 *
 * A key that lies beside the data keeps it from whoever reads the disk's files alone, and makes
 * removal final. It does not keep it from code of the page's own origin.
 */
import { BerthError } from "@berth/protocol";
import { resultOf, type ViewDatabase } from "./database.ts";

export interface StorageKey {
  /** Stored with each record, to tell which key it needs. */
  readonly id: string;
  /** AES-GCM, for encrypt and decrypt. */
  readonly key: CryptoKey;
}

export interface KeyRing {
  /** True for a host's keys, which may be back tomorrow; a key made here is gone for good. */
  readonly isGiven: boolean;
  find(scope: string): Promise<StorageKey>;
  /** Reads it anew next time: another tab may have removed it. */
  forget(scope: string): void;
}

/** @param give - called once for each scope that this page uses */
export function createGivenKeyRing(give: (scope: string) => Promise<StorageKey>): KeyRing {
  return { isGiven: true, ...remember(give) };
}

export function createOwnKeyRing(database: ViewDatabase): KeyRing {
  return { isGiven: false, ...remember((scope) => openOwnKey(database, scope)) };
}

function remember(make: (scope: string) => Promise<StorageKey>): Pick<KeyRing, "find" | "forget"> {
  const keys = new Map<string, Promise<StorageKey>>();
  return {
    find(scope) {
      const known = keys.get(scope) ?? make(scope);
      keys.set(scope, known);
      known.catch(() => keys.delete(scope));
      return known;
    },
    forget: (scope) => {
      keys.delete(scope);
    },
  };
}

async function openOwnKey(database: ViewDatabase, scope: string): Promise<StorageKey> {
  const kept = await database.transact("readonly", async ({ keys }) =>
    parseKey(await resultOf<unknown>(keys.get(scope))),
  );
  if (kept !== undefined) return kept;
  if (globalThis.crypto?.subtle === undefined)
    throw new BerthError(
      "UNAVAILABLE",
      "This page cannot encrypt: WebCrypto needs HTTPS or localhost. An app whose manifest sets security.dataEncryption to false is kept in plain.",
    );
  const made = {
    id: crypto.randomUUID(),
    key: await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, [
      "encrypt",
      "decrypt",
    ]),
  };
  return database.transact("readwrite", async ({ keys }) => {
    // Another tab may have been first: then its key is the scope's.
    const first = parseKey(await resultOf<unknown>(keys.get(scope)));
    if (first !== undefined) return first;
    await resultOf(keys.put({ scope, ...made }));
    return made;
  });
}

function parseKey(value: unknown): StorageKey | undefined {
  const { id, key } = (value ?? {}) as Record<string, unknown>;
  return typeof id === "string" && key instanceof CryptoKey ? { id, key } : undefined;
}
