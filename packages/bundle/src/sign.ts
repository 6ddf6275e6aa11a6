import { type KeyObject, sign } from "node:crypto";
import { type Digest, parseAppName } from "@berth/protocol";
import {
  payloadType,
  preAuthenticationEncoding,
  releasePredicateType,
  statementType,
} from "./envelope.ts";
import { getPublicKey } from "./public-key.ts";

export interface SignOptions {
  /** The archive's SHA-256. */
  readonly digest: Digest;
  /** `publisher/name`. */
  readonly name: string;
  readonly version: string;
  /** Ed25519, from `openPrivateKey`. */
  readonly privateKey: KeyObject;
}

/**
 * The claim "this archive is this version of this app" as a DSSE envelope in JSON. The same input
 * gives the same text: Ed25519 signatures are deterministic.
 *
 * @throws REQUEST_INVALID when the name is not `publisher/name`; KEY_UNREADABLE for another kind of key
 */
export function signPackage(options: SignOptions): string {
  const { digest, privateKey, version } = options;
  const name = parseAppName(options.name);
  const statement = {
    _type: statementType,
    subject: [{ name: `${name}@${version}`, digest: { sha256: digest } }],
    predicateType: releasePredicateType,
    predicate: { app: name, version },
  };
  const payload = Buffer.from(JSON.stringify(statement));
  const { keyId } = getPublicKey(privateKey);
  const signature = sign(null, preAuthenticationEncoding(payload), privateKey);
  return JSON.stringify({
    payload: payload.toString("base64"),
    payloadType,
    signatures: [{ keyid: keyId, sig: signature.toString("base64") }],
  });
}
