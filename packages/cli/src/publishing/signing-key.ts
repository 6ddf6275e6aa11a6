/** The key that signs a release: found on this machine, or made and registered on the way. */
import type { KeyObject } from "node:crypto";
import { BerthError } from "@berth/protocol";
import type { Connection } from "../connection/connect.ts";
import type { CliContext } from "../context.ts";
import {
  createKey,
  defaultKeyName,
  findKey,
  getKey,
  type StoredKey,
  unlockKey,
} from "../keys/key-store.ts";
import { newPassphrase, passphraseOf } from "../keys/passphrase.ts";
import { findRegisteredKey, registerKey } from "./register-key.ts";

export interface KeyWish {
  readonly publisher: string;
  /** `--key`; default `default`. */
  readonly wanted: string | undefined;
  readonly isYes: boolean;
}

/** @throws BerthError KEY_UNREADABLE, SIGNATURE_KEY_UNKNOWN, OPTION_INVALID */
export async function openSigningKey(
  context: CliContext,
  connection: Connection,
  wish: KeyWish,
): Promise<KeyObject> {
  const key = await findOrCreate(context, wish);
  const registered = await findRegisteredKey(context, connection, wish.publisher, key.keyId);
  if (!registered) {
    const question = `Let the key ${key.name} (${key.keyId.slice(0, 8)}…) sign for ${wish.publisher}?`;
    const isWanted = wish.isYes || (await context.terminal.confirm(question, "--yes"));
    if (!isWanted) {
      throw new BerthError(
        "SIGNATURE_KEY_UNKNOWN",
        `The key ${key.name} was not registered for ${wish.publisher}, so nothing was published.`,
      );
    }
    await registerKey(context, connection, wish.publisher, key);
    context.terminal.note(`Registered the key ${key.name} for ${wish.publisher}.`);
  }
  return unlockKey(key, await passphraseOf(context, key));
}

async function findOrCreate(context: CliContext, { isYes, wanted }: KeyWish): Promise<StoredKey> {
  if (wanted !== undefined) return getKey(context, wanted);
  const found = await findKey(context, defaultKeyName);
  if (found) return found;
  const isWanted =
    isYes || (await context.terminal.confirm("You have no signing key. Make one?", "--yes"));
  if (!isWanted) {
    throw new BerthError("KEY_UNREADABLE", "Without a signing key nothing can be published.");
  }
  const passphrase = await newPassphrase(context);
  const key = await createKey(context, defaultKeyName, passphrase, context.now());
  context.terminal.note(`Made the signing key ${key.name} (${key.keyId.slice(0, 8)}…).`);
  return key;
}
