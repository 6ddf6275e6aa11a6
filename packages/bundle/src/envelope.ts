/**
 * DSSE envelopes (secure-systems-lab/dsse, protocol.md) that carry an in-toto Statement v1.
 *
 * Trust: an envelope is hostile until one of its signatures verifies, its statement until then too.
 */
import { BerthError } from "@berth/protocol";

export const payloadType = "application/vnd.in-toto+json";
export const statementType = "https://in-toto.io/Statement/v1";
/** Says that its subject is the archive of one release of one app. */
export const releasePredicateType = "https://berth.dev/release/v1";

const maxEnvelopeBytes = 64 * 1024;
const maxSignatures = 16;
const signatureBytes = 64;

export interface EnvelopeSignature {
  /** A hint, not covered by the signature; undefined when the envelope has none. */
  readonly keyId: string | undefined;
  readonly signature: Buffer;
}

export interface Envelope {
  readonly payload: Buffer;
  readonly signatures: readonly EnvelopeSignature[];
}

/** What is really signed: the payload with its type, each with its length in bytes. */
export function preAuthenticationEncoding(payload: Uint8Array): Buffer {
  const type = `${Buffer.byteLength(payloadType)} ${payloadType}`;
  return Buffer.concat([Buffer.from(`DSSEv1 ${type} ${payload.byteLength} `), payload]);
}

export function invalidSignature(
  what: string,
  details?: Readonly<Record<string, unknown>>,
): BerthError {
  const options = details === undefined ? {} : { details };
  return new BerthError("SIGNATURE_INVALID", `${what}; sign the package again.`, options);
}

/** Any JSON object's fields; nothing of another kind. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return value as Readonly<Record<string, unknown>>;
}

/** Both alphabets are allowed by the specification; padding may be absent only in the second. */
function decodeBase64(value: unknown, where: string): Buffer {
  if (typeof value === "string") {
    const bytes = Buffer.from(value, "base64");
    const urlSafe = bytes.toString("base64").replaceAll("+", "-").replaceAll("/", "_");
    const forms = [bytes.toString("base64"), urlSafe, bytes.toString("base64url")];
    if (forms.includes(value)) return bytes;
  }
  throw invalidSignature(`The signature envelope's ${where} is not base64`);
}

function parseSignature(value: unknown, at: number): EnvelopeSignature {
  const { keyid, sig } = fieldsOf(value) ?? {};
  const where = `signatures[${at}]`;
  if (keyid !== undefined && (typeof keyid !== "string" || keyid.length > 256)) {
    throw invalidSignature(`The signature envelope's ${where}.keyid is not a short text`);
  }
  const signature = decodeBase64(sig, `${where}.sig`);
  if (signature.byteLength !== signatureBytes) {
    throw invalidSignature(
      `The signature envelope's ${where}.sig has ${signature.byteLength} bytes; an Ed25519 signature has ${signatureBytes}`,
    );
  }
  return { keyId: keyid === "" ? undefined : keyid, signature };
}

/** Fields that are not known are ignored, as the specification asks. @throws SIGNATURE_INVALID */
export function parseEnvelope(text: string): Envelope {
  const bytes = Buffer.byteLength(text);
  if (bytes > maxEnvelopeBytes) {
    throw invalidSignature(
      `The signature envelope has ${bytes} bytes; at most ${maxEnvelopeBytes} are allowed`,
    );
  }
  const envelope = fieldsOf(parseJson(text, "The signature envelope"));
  if (envelope === undefined) throw invalidSignature("The signature envelope is not a JSON object");
  if (envelope.payloadType !== payloadType) {
    throw invalidSignature(`The signature envelope's payloadType is not ${payloadType}`);
  }
  const { signatures } = envelope;
  if (!Array.isArray(signatures) || signatures.length === 0 || signatures.length > maxSignatures) {
    throw invalidSignature(`The signature envelope does not hold 1 to ${maxSignatures} signatures`);
  }
  return {
    payload: decodeBase64(envelope.payload, "payload"),
    signatures: signatures.map(parseSignature),
  };
}

/** @throws SIGNATURE_INVALID */
export function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message would quote hostile text and adds nothing to this one.
    throw invalidSignature(`${what} is not JSON`);
  }
}
