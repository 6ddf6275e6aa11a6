/**
 * The tree of keys: the host's and the organizations' are wrapped by the master key, an installation's
 * data key by its organization's, values by the data key.
 *
 * Forms of a wrapped data key: `o1.<organization>.<sealed in base64>`; without a prefix it is wrapped by
 * the host's key, as all were before organizations had keys.
 * Purposes have keys of their own, derived by HKDF-SHA-256 (RFC 5869).
 */
import { createHmac, createSecretKey, hkdfSync, type KeyObject } from "node:crypto";
import { BerthError } from "@berth/protocol";
import type { KeyRing } from "./keys.ts";
import { decrypt, encrypt, keyBytes, nonceBytes } from "./sealed-box.ts";

const fingerprintDigits = 8;
/** Data keys stay open in memory; this many at most. */
const maxOpenKeys = 10_000;
const organizationForm = "o1";

interface DataKey {
  readonly sealing: KeyObject;
  readonly hashing: KeyObject;
}

function derive(key: Uint8Array, purpose: string): Buffer {
  return Buffer.from(hkdfSync("sha256", key, "", `berth/${purpose}`, keyBytes));
}

export function createKeyRing(options: {
  /** The host's own key. */
  readonly root: Uint8Array;
  readonly random: (bytes: number) => Uint8Array;
  readonly isMasterBesideData: boolean;
  /** An organization's key in clear, made when there is none. Without it the host's key stands in. */
  readonly openOrganizationKey?: (organizationId: string) => Promise<Uint8Array>;
}): KeyRing {
  const { root, random, isMasterBesideData, openOrganizationKey } = options;
  const hostWrapping = createSecretKey(derive(root, "wrap"));
  const organizations = new Map<string, KeyObject>();
  const opening = new Map<string, Promise<void>>();
  const opened = new Map<string, DataKey>();

  const dataKeyContext = (organizationId: string) => `data-key/${organizationId}`;

  function wrapRaw(raw: Uint8Array, organizationId: string | undefined): string {
    if (organizationId === undefined || openOrganizationKey === undefined) {
      return encrypt(hostWrapping, random(nonceBytes), raw, "data-key").toString("base64");
    }
    const key = organizationKey(organizationId);
    const sealed = encrypt(key, random(nonceBytes), raw, dataKeyContext(organizationId));
    return `${organizationForm}.${organizationId}.${sealed.toString("base64")}`;
  }

  function unwrapRaw(wrapped: string): Uint8Array {
    const [form, organizationId = "", sealed = ""] = wrapped.split(".");
    if (form !== organizationForm) {
      return decrypt(hostWrapping, Buffer.from(wrapped, "base64"), "data-key");
    }
    const key = organizationKey(organizationId);
    return decrypt(key, Buffer.from(sealed, "base64"), dataKeyContext(organizationId));
  }

  function organizationKey(organizationId: string): KeyObject {
    const key = organizations.get(organizationId);
    if (key !== undefined) return key;
    throw new BerthError(
      "INTERNAL",
      `The key of the organization ${organizationId.slice(0, 64)} is not open; await ready() of the key ring first.`,
    );
  }

  const openKey = (wrapped: string): DataKey => {
    const known = opened.get(wrapped);
    if (known !== undefined) return known;
    const raw = unwrapRaw(wrapped);
    const key = {
      sealing: createSecretKey(derive(raw, "seal")),
      hashing: createSecretKey(derive(raw, "fingerprint")),
    };
    const oldest = opened.size >= maxOpenKeys ? opened.keys().next().value : undefined;
    if (oldest !== undefined) opened.delete(oldest);
    opened.set(wrapped, key);
    return key;
  };

  async function openOrganization(organizationId: string): Promise<void> {
    if (openOrganizationKey === undefined) return;
    try {
      const raw = await openOrganizationKey(organizationId);
      organizations.set(organizationId, createSecretKey(derive(raw, "wrap")));
    } finally {
      opening.delete(organizationId);
    }
  }

  return {
    isMasterBesideData,
    async ready(organizationId) {
      if (organizations.has(organizationId)) return;
      const running = opening.get(organizationId) ?? openOrganization(organizationId);
      opening.set(organizationId, running);
      await running;
    },
    createDataKey: (organizationId) => ({ wrapped: wrapRaw(random(keyBytes), organizationId) }),
    rewrap: (wrapped, organizationId) => wrapRaw(unwrapRaw(wrapped), organizationId),
    seal: (wrapped, plaintext, context) =>
      encrypt(openKey(wrapped).sealing, random(nonceBytes), plaintext, context),
    open: (wrapped, sealed, context) => decrypt(openKey(wrapped).sealing, sealed, context),
    fingerprint: (wrapped, value) =>
      createHmac("sha256", openKey(wrapped).hashing)
        .update(value)
        .digest("hex")
        .slice(0, fingerprintDigits),
    deriveKey: (purpose) => derive(root, `purpose/${purpose}`),
  };
}
