/** Makes a key of this machine one that the registry accepts for a publisher. */
import { hostname } from "node:os";
import { BerthError } from "@berth/protocol";
import type { KeyView } from "@berth/protocol/api";
import type { Connection } from "../connection/connect.ts";
import type { CliContext } from "../context.ts";
import type { StoredKey } from "../keys/key-store.ts";

/** The publisher's key with this id. @throws BerthError SIGNATURE_KEY_UNKNOWN when it was revoked */
export async function findRegisteredKey(
  { signal }: CliContext,
  { client }: Connection,
  publisher: string,
  keyId: string,
): Promise<KeyView | undefined> {
  const { keys } = await client.call("getPublisher", { params: { publisher } }, { signal });
  const found = keys.find((key) => key.keyId === keyId);
  if (!found?.revokedAt) return found;
  throw new BerthError(
    "SIGNATURE_KEY_UNKNOWN",
    `The key ${keyId} of ${publisher} was revoked on ${found.revokedAt}; make another by \`berth keys create <name>\` and give it as --key.`,
  );
}

/** Registers the key unless it is registered already. */
export async function registerKey(
  context: CliContext,
  connection: Connection,
  publisher: string,
  key: StoredKey,
): Promise<KeyView> {
  const found = await findRegisteredKey(context, connection, publisher, key.keyId);
  if (found) return found;
  const label = `${key.name} on ${hostname()}`.slice(0, 80);
  return connection.client.call(
    "addPublisherKey",
    { params: { publisher }, body: { publicKey: key.publicKey, label } },
    { signal: context.signal },
  );
}
