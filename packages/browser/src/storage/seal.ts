/**
 * Seals a record's text by AES-GCM. The place of the record is sealed with it, so that one that
 * was moved to another scope, key or version does not open. An older record put back whole, at
 * its own place, does.
 */
import type { StorageKey } from "./key-ring.ts";
import { type RecordBody, sealIvBytes } from "./record-store.ts";

export interface RecordPlace {
  readonly scope: string;
  readonly key: string;
  readonly version: number;
}

export async function seal(text: string, place: RecordPlace, key: StorageKey): Promise<RecordBody> {
  const iv = crypto.getRandomValues(new Uint8Array(sealIvBytes));
  const data = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv, additionalData: placeBytes(place) },
    key.key,
    new TextEncoder().encode(text),
  );
  return { keyId: key.id, iv, data };
}

/** Undefined when it was sealed otherwise, or changed since. */
export async function unseal(
  body: Exclude<RecordBody, { readonly text: string }>,
  place: RecordPlace,
  key: StorageKey,
): Promise<string | undefined> {
  try {
    const data = await crypto.subtle.decrypt(
      { name: "AES-GCM", iv: body.iv, additionalData: placeBytes(place) },
      key.key,
      body.data,
    );
    return new TextDecoder("utf-8", { fatal: true }).decode(data);
  } catch (error) {
    // WebCrypto says no more than this of a wrong tag; any other failure is not the record's.
    if (error instanceof DOMException && error.name === "OperationError") return undefined;
    throw error;
  }
}

function placeBytes({ scope, key, version }: RecordPlace): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify([scope, key, version]));
}
