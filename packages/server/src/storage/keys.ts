/**
 * Envelope encryption: master key → organization → installation; master key → host → person.
 *
 * Owns the opened keys in memory and never gives them out. A wrapped data key and a sealed value are
 * safe to store; both are authenticated, and a value opens only under the context it was sealed for.
 * Invariant: AES-256-GCM with a fresh 96-bit nonce for each sealing.
 */
import { dirname, relative, resolve } from "node:path";
import { BerthError } from "@berth/protocol";
import type { Logger } from "pino";
import { createKeyFileService } from "./key-service/key-file.ts";
import type { KeyService } from "./key-service/key-service.ts";
import { createLocalKeyService } from "./key-service/local-key-service.ts";
import { hostKeyContext, type KeyStore, organizationKeyContext } from "./key-store.ts";
import { loadMasterKey } from "./master-key.ts";
import { createKeyRing } from "./seal.ts";

export interface KeyRing {
  /** Opens an organization's key, which its data keys need; makes it when there is none. */
  ready(organizationId: string): Promise<void>;
  /**
   * A new random key in sealed form, as text for the database.
   *
   * @param organizationId - whose it is; call `ready` before. Without it, it is the host's.
   */
  createDataKey(organizationId?: string): { readonly wrapped: string };
  /** The same data key, wrapped by the organization's key; call `ready` before. */
  rewrap(wrapped: string, organizationId: string): string;
  /** @param context - what the value is and whose, such as `state/<installation>/<key>`; not secret */
  seal(wrapped: string, plaintext: Uint8Array, context: string): Uint8Array;
  /** @throws INTERNAL when the value, its context, its key or the master key is not the one it was sealed under */
  open(wrapped: string, sealed: Uint8Array, context: string): Uint8Array;
  /** First 8 hexadecimal digits of a keyed hash: tells equal values apart without giving them away. */
  fingerprint(wrapped: string, value: string): string;
  /** 32 bytes for one purpose, derived from the host's key; a rotation of the master key keeps them. */
  deriveKey(purpose: string): Uint8Array;
  /** True when the master key lies in the data folder, so that a copy of the folder holds both. */
  readonly isMasterBesideData: boolean;
}

export interface KeyRingOptions extends KeyServiceOptions {
  /** Where the keys below the master key lie. Without it there are none: the master key stands for all. */
  readonly store?: KeyStore;
  /**
   * True when this store's data is older than its keys: then what was derived from the master key
   * stays as it is. Default false.
   */
  readonly isUpgrade?: () => Promise<boolean>;
}

export interface KeyServiceOptions {
  /** The data folder; without `masterKey`, `folder/master.key` is read, or made with mode 0600. */
  readonly folder: string;
  /** BERTH_MASTER_KEY: 32 bytes as 64 hexadecimal digits or in base64. */
  readonly masterKey?: string;
  /** BERTH_MASTER_KEY_FILE: a file of keys with their versions; see key-file.ts. */
  readonly masterKeyFile?: string;
  /** Another keeper of the master key, such as a KMS; then the other two are left out. */
  readonly keyService?: KeyService;
  readonly random: (bytes: number) => Uint8Array;
  readonly logger: Logger;
}

export interface OpenedKeyService {
  readonly service: KeyService;
  /** Undefined when this process does not hold it, or holds several. */
  readonly master: Uint8Array | undefined;
  readonly isBesideData: boolean;
}

/** @throws OPTION_INVALID when the key is not 32 bytes; FILE_UNREADABLE when its file cannot be read */
export async function openKeyService(options: KeyServiceOptions): Promise<OpenedKeyService> {
  const { folder, keyService, masterKey, masterKeyFile: path, random, logger } = options;
  const given = [keyService, masterKey, path].filter((each) => each !== undefined);
  if (given.length > 1) {
    throw new BerthError(
      "OPTION_INVALID",
      "The master key is given in two ways; leave out BERTH_MASTER_KEY or BERTH_MASTER_KEY_FILE.",
      { details: { option: "BERTH_MASTER_KEY_FILE" } },
    );
  }
  if (keyService !== undefined) {
    return { service: keyService, master: undefined, isBesideData: false };
  }
  if (path !== undefined) {
    const isInside = !relative(resolve(folder), dirname(resolve(path))).startsWith("..");
    const service = createKeyFileService({ path, random, logger });
    await service.currentId();
    return { service, master: undefined, isBesideData: isInside };
  }
  const master = await loadMasterKey(options);
  const service = createLocalKeyService({ random, readKeys: async () => [master] });
  return { service, master, isBesideData: masterKey === undefined };
}

/** @throws as `openKeyService`; MASTER_KEY_WRONG when the store's keys are wrapped by another */
export async function openKeyRing(options: KeyRingOptions): Promise<KeyRing> {
  const { random, store } = options;
  const { service, master, isBesideData } = await openKeyService(options);
  if (store === undefined) {
    if (master === undefined) throw new TypeError("A key ring without a store needs a master key.");
    return createKeyRing({ root: master, random, isMasterBesideData: isBesideData });
  }
  return createKeyRing({
    root: await openHostKey({ ...options, store, service, master }),
    random,
    isMasterBesideData: isBesideData,
    async openOrganizationKey(organizationId) {
      const context = organizationKeyContext(organizationId);
      const found =
        (await store.findOrganizationKey(organizationId)) ??
        (await store.addOrganizationKey(organizationId, await service.generate(context)));
      if (found !== undefined) return service.unwrap(found.wrapped, context);
      throw new BerthError(
        "MASTER_KEY_WRONG",
        "The master key was rotated while this server ran; start it again with the new one.",
      );
    },
  });
}

async function openHostKey(
  options: Pick<KeyRingOptions, "isUpgrade"> & {
    readonly store: KeyStore;
    readonly service: KeyService;
    readonly master: Uint8Array | undefined;
  },
): Promise<Uint8Array> {
  const { store, service, master } = options;
  const found = await store.findHostKey();
  if (found !== undefined) return service.unwrap(found.wrapped, hostKeyContext);
  // Sessions, pseudonyms and data keys of an older Berth hang on its master key.
  const isKept = master !== undefined && (await options.isUpgrade?.()) === true;
  const made = isKept
    ? await service.wrap(master, hostKeyContext)
    : await service.generate(hostKeyContext);
  const kept = await store.addHostKey(made);
  return service.unwrap(kept.wrapped, hostKeyContext);
}
