/**
 * An authenticator in software, honest or not: what a hostile client can send as WebAuthn answers.
 *
 * Formats: W3C Web Authentication Level 3, section 6; attestation `none`; ES256 (COSE algorithm -7).
 */
import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";

export interface Claims {
  readonly challenge: string;
  readonly origin?: string;
  readonly rpId?: string;
  readonly type?: "webauthn.create" | "webauthn.get";
  readonly isUserVerified?: boolean;
  readonly counter?: number;
}

const sha256 = (data: Uint8Array | string) => createHash("sha256").update(data).digest();
const base64url = (data: Uint8Array | string) => Buffer.from(data).toString("base64url");

/** CBOR (RFC 8949) of what is needed here: maps, texts, bytes of one length octet, small integers. */
const text = (value: string) => Buffer.concat([Buffer.of(0x60 + value.length), Buffer.from(value)]);
function bytes(value: Uint8Array): Buffer {
  const head =
    value.length < 256
      ? Buffer.of(0x58, value.length)
      : Buffer.of(0x59, value.length >> 8, value.length & 0xff);
  return Buffer.concat([head, value]);
}

export function createAuthenticator(defaults: { readonly origin: string; readonly rpId: string }) {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const id = randomBytes(32);
  const jwk = publicKey.export({ format: "jwk" });
  const coordinate = (value = "") => bytes(Buffer.from(value, "base64url"));
  // {1: 2 (EC2), 3: -7 (ES256), -1: 1 (P-256), -2: x, -3: y}
  const coseKey = Buffer.concat([
    Buffer.of(0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21),
    coordinate(jwk.x),
    Buffer.of(0x22),
    coordinate(jwk.y),
  ]);

  function clientData(claims: Claims, type: string): Buffer {
    const { challenge, origin = defaults.origin } = claims;
    const told = { type: claims.type ?? type, challenge, origin, crossOrigin: false };
    return Buffer.from(JSON.stringify(told));
  }

  function authenticatorData(claims: Claims, attested?: Buffer): Buffer {
    const { rpId = defaults.rpId, isUserVerified = true, counter = 0 } = claims;
    const flags = 0x01 | (isUserVerified ? 0x04 : 0) | (attested === undefined ? 0 : 0x40);
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter);
    return Buffer.concat([sha256(rpId), Buffer.of(flags), count, attested ?? Buffer.alloc(0)]);
  }

  const credential = (response: object) => ({
    id: base64url(id),
    rawId: base64url(id),
    type: "public-key",
    clientExtensionResults: {},
    response,
  });

  return {
    register(claims: Claims) {
      const attested = Buffer.concat([...[Buffer.alloc(16), Buffer.of(0, id.length), id, coseKey]]);
      const attestation = Buffer.concat([
        ...[Buffer.of(0xa3), text("fmt"), text("none"), text("attStmt"), Buffer.of(0xa0)],
        ...[text("authData"), bytes(authenticatorData(claims, attested))],
      ]);
      return credential({
        clientDataJSON: base64url(clientData(claims, "webauthn.create")),
        attestationObject: base64url(attestation),
        transports: ["internal"],
      });
    },
    signIn(claims: Claims) {
      const data = authenticatorData(claims);
      const client = clientData(claims, "webauthn.get");
      const signed = Buffer.concat([data, sha256(client)]);
      return credential({
        clientDataJSON: base64url(client),
        authenticatorData: base64url(data),
        signature: base64url(sign("sha256", signed, privateKey)),
        userHandle: base64url("x"),
      });
    },
  };
}
