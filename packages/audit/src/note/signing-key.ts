/** A log's or a witness's private key, held in this process. A key service implements `NoteSigner` instead. */
import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { BerthError } from "@berth/protocol";
import type { NoteSigner } from "./signed-note.ts";
import { createVerifierKey } from "./verifier-key.ts";

/**
 * @param name the key's name in signatures: for a log its origin, such as `example.com/berth`
 * @throws KEY_UNREADABLE when the key is not a private Ed25519 key, or the name cannot stand in a note
 */
export function createNoteSigner(name: string, privateKey: KeyObject): NoteSigner {
  if (privateKey.type !== "private" || privateKey.asymmetricKeyType !== "ed25519") {
    throw new BerthError(
      "KEY_UNREADABLE",
      `The signing key of ${name} is not a private Ed25519 key; make one with \`openssl genpkey -algorithm ed25519\`.`,
    );
  }
  const { x } = createPublicKey(privateKey).export({ format: "jwk" });
  const publicKey = Buffer.from(x ?? "", "base64url");
  return {
    key: createVerifierKey({ name, type: "ed25519", publicKey }),
    sign: (message) => sign(null, message, privateKey),
  };
}

export interface NewSigningKey {
  readonly signer: NoteSigner;
  /** PKCS#8, not encrypted: the caller keeps it under a key of its own. */
  readonly privateKeyPem: string;
}

/** A new key from the system's randomness. @throws KEY_UNREADABLE for a name that cannot stand in a note */
export function generateSigningKey(name: string): NewSigningKey {
  const { privateKey } = generateKeyPairSync("ed25519");
  return {
    signer: createNoteSigner(name, privateKey),
    privateKeyPem: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}
