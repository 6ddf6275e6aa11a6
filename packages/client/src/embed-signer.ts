/**
 * Signs the short tokens by which a product's users reach the Berth that is embedded in it. For the
 * product's backend: whoever holds the private key can come as anybody. Needs WebCrypto only.
 *
 * A token is a JSON Web Token (RFC 7519) signed with EdDSA (RFC 8037) or ES256 (RFC 7518); in other
 * languages any library that makes those does.
 */
import { BerthError } from "@berth/protocol";

export interface EmbedSignerOptions {
  /** The key's id: what `berth embed-keys create` printed. */
  readonly keyId: string;
  /** The private key as a JSON Web Key: Ed25519 or P-256. */
  readonly privateKey: JsonWebKey;
  /** The product's name, as the key was registered for. */
  readonly issuer: string;
  /** The Berth's own origin, such as `https://berth.example.com`. */
  readonly audience: string;
  /** Milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number;
}

export interface EmbedSubject {
  /** Who it is in the product: stable, and never given to another. 1 to 200 characters. */
  readonly subject: string;
  /** The organization's slug in Berth. */
  readonly organization: string;
  /** Shown to colleagues. 1 to 120 characters. */
  readonly name: string;
  /** Default `member`. */
  readonly role?: "member" | "admin";
  /**
   * The person's groups in the product, by name: at most 100 of 100 characters. Left out, those of an
   * earlier token stay.
   */
  readonly groups?: readonly string[];
}

export interface EmbedSigner {
  /** A token for one exchange within a minute. */
  sign(subject: EmbedSubject): Promise<string>;
}

const lifetimeSeconds = 60;

/** @throws BerthError KEY_UNREADABLE */
export async function createEmbedSigner(options: EmbedSignerOptions): Promise<EmbedSigner> {
  const { keyId, privateKey, issuer, audience, now = Date.now } = options;
  const isEd25519 = privateKey.crv === "Ed25519";
  const importing = isEd25519 ? "Ed25519" : { name: "ECDSA", namedCurve: "P-256" };
  const signing = isEd25519 ? "Ed25519" : { name: "ECDSA", hash: "SHA-256" };
  const { subtle } = globalThis.crypto;
  const key = await subtle
    .importKey("jwk", privateKey, importing, false, ["sign"])
    .catch((cause: unknown) => {
      throw new BerthError(
        "KEY_UNREADABLE",
        "The product's private key is not a JSON Web Key of Ed25519 or P-256 with its private part (d).",
        { cause },
      );
    });
  const header = encode({ alg: isEd25519 ? "EdDSA" : "ES256", typ: "JWT", kid: keyId });
  return {
    async sign({ subject, organization, name, role = "member", groups }) {
      const iat = Math.floor(now() / 1_000);
      const claims = {
        ...{ iss: issuer, aud: audience, sub: subject, org: organization, name, role },
        ...(groups === undefined ? {} : { groups }),
        ...{ iat, exp: iat + lifetimeSeconds, jti: globalThis.crypto.randomUUID() },
      };
      const text = `${header}.${encode(claims)}`;
      const signature = await subtle.sign(signing, key, new TextEncoder().encode(text));
      return `${text}.${toBase64Url(new Uint8Array(signature))}`;
    },
  };
}

function encode(value: unknown): string {
  return toBase64Url(new TextEncoder().encode(JSON.stringify(value)));
}

function toBase64Url(bytes: Uint8Array): string {
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
