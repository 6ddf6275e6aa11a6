/**
 * Envelope encryption: a data key per installation, itself sealed under the master key.
 *
 * Owns the master key in memory and never gives it out. A wrapped data key and a sealed value are
 * safe to store; both are authenticated, and a value opens only under the context it was sealed for.
 * Invariant: AES-256-GCM with a fresh 96-bit nonce for each sealing.
 */
import type { Logger } from "pino";
import { loadMasterKey } from "./master-key.ts";
import { createKeyRing } from "./seal.ts";

export interface KeyRing {
  /** A new random key in sealed form, as text for the database. */
  createDataKey(): { readonly wrapped: string };
  /** @param context - what the value is and whose, such as `state/<installation>/<key>`; not secret */
  seal(wrapped: string, plaintext: Uint8Array, context: string): Uint8Array;
  /** @throws INTERNAL when the value, its context, its key or the master key is not the one it was sealed under */
  open(wrapped: string, sealed: Uint8Array, context: string): Uint8Array;
  /** First 8 hexadecimal digits of a keyed hash: tells equal values apart without giving them away. */
  fingerprint(wrapped: string, value: string): string;
  /** 32 bytes for one purpose, derived from the master key; stable as long as the master key is. */
  deriveKey(purpose: string): Uint8Array;
  /** True when the master key lies in the data folder, so that a copy of the folder holds both. */
  readonly isMasterBesideData: boolean;
}

export interface KeyRingOptions {
  /** The data folder; without `masterKey`, `folder/master.key` is read, or made with mode 0600. */
  readonly folder: string;
  /** BERTH_MASTER_KEY: 32 bytes as 64 hexadecimal digits or in base64. */
  readonly masterKey?: string;
  readonly random: (bytes: number) => Uint8Array;
  readonly logger: Logger;
}

/** @throws OPTION_INVALID when the key is not 32 bytes; FILE_UNREADABLE when its file cannot be read */
export async function openKeyRing(options: KeyRingOptions): Promise<KeyRing> {
  const master = await loadMasterKey(options);
  return createKeyRing({
    master,
    random: options.random,
    isMasterBesideData: options.masterKey === undefined,
  });
}
