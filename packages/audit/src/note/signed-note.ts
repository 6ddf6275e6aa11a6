/**
 * C2SP signed-note: a text, an empty line, signature lines.
 *
 * Trust: a note is hostile until a key that the reader already knows has verified it.
 */
import { BerthError } from "@berth/protocol";
import { findBase64, toBase64 } from "./base64.ts";
import { asType, isKeyName, type VerifierKey } from "./verifier-key.ts";

export interface NoteSignature {
  readonly name: string;
  /** Eight hexadecimal digits. */
  readonly keyId: string;
  /** Without the key id. */
  readonly signature: Uint8Array;
}

export interface SignedNote {
  /** With its final newline: the bytes that are signed. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

export const maxNoteBytes = 65_536;
const maxSignatures = 64;
const keyIdBytes = 4;
const timestampBytes = 8;
const signaturePrefix = "— ";

export function malformedNote(what: string): BerthError {
  return new BerthError(
    "CHECKPOINT_INVALID",
    `The checkpoint ${what}; expected a C2SP signed note, exactly as the log gave it.`,
  );
}

function parseSignature(line: string): NoteSignature {
  const [name, encoded, ...rest] = line.slice(signaturePrefix.length).split(" ");
  if (!line.startsWith(signaturePrefix) || name === undefined || encoded === undefined) {
    throw malformedNote("has a line below its text that is no signature");
  }
  const bytes = findBase64(encoded);
  if (rest.length > 0 || !isKeyName(name) || bytes === undefined || bytes.length <= keyIdBytes) {
    throw malformedNote(`has a malformed signature of ${JSON.stringify(name.slice(0, 80))}`);
  }
  return {
    name,
    keyId: bytes.toString("hex", 0, keyIdBytes),
    signature: bytes.subarray(keyIdBytes),
  };
}

export function formatSignature({ keyId, name, signature }: NoteSignature): string {
  const bytes = Buffer.concat([Buffer.from(keyId, "hex"), signature]);
  return `${signaturePrefix}${name} ${toBase64(bytes)}\n`;
}

/** Signature lines alone, as a witness answers. @throws CHECKPOINT_INVALID */
export function parseSignatureLines(lines: string): readonly NoteSignature[] {
  if (lines.length > maxNoteBytes || !lines.endsWith("\n")) {
    throw malformedNote("has no whole signature lines");
  }
  const split = lines.slice(0, -1).split("\n");
  if (split.length > maxSignatures)
    throw malformedNote(`has more than ${maxSignatures} signatures`);
  return split.map(parseSignature);
}

/** @throws CHECKPOINT_INVALID saying what is malformed; at most 64 KiB and 64 signatures */
export function parseNote(note: string): SignedNote {
  if (Buffer.byteLength(note) > maxNoteBytes) {
    throw malformedNote(`is longer than ${maxNoteBytes} bytes`);
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a note may hold none of them.
  if (!note.isWellFormed() || /[\u0000-\u0009\u000b-\u001f\u007f]/.test(note)) {
    throw malformedNote("has control characters or broken Unicode");
  }
  const split = note.lastIndexOf("\n\n");
  if (split < 0) throw malformedNote("has no signatures");
  return { text: note.slice(0, split + 1), signatures: parseSignatureLines(note.slice(split + 2)) };
}

export interface NoteSigner {
  /** Of type ed25519; signatures with the time are made under the same name with type cosignature. */
  readonly key: VerifierKey;
  /** Ed25519 over these bytes; 64 bytes. May ask a key service. */
  sign(message: Uint8Array): Uint8Array | Promise<Uint8Array>;
}

export async function signText(text: string, signer: NoteSigner): Promise<string> {
  const { keyId, name } = asType(signer.key, "ed25519");
  return formatSignature({ name, keyId, signature: await signer.sign(Buffer.from(text)) });
}

/** What a cosignature signs (C2SP tlog-cosignature, Ed25519 signed message). */
function timedMessage(text: string, timeSeconds: bigint | number): Buffer {
  return Buffer.from(`cosignature/v1\ntime ${timeSeconds}\n${text}`);
}

/** Signs the text together with the time, in whole seconds since 1970. */
export async function signTextWithTime(
  text: string,
  signer: NoteSigner,
  timeSeconds: number,
): Promise<string> {
  const { keyId, name } = asType(signer.key, "cosignature");
  const time = Buffer.alloc(timestampBytes);
  time.writeBigUInt64BE(BigInt(timeSeconds));
  const signature = await signer.sign(timedMessage(text, timeSeconds));
  return formatSignature({ name, keyId, signature: Buffer.concat([time, signature]) });
}

export interface VerifiedSignature {
  /** The key of the given ones that signed. */
  readonly key: VerifierKey;
  /** Seconds since 1970 from a signature with the time; undefined for one without. */
  readonly timeSeconds: number | undefined;
}

export interface NoteVerdict {
  readonly verified: readonly VerifiedSignature[];
  /** Known keys whose signature is wrong: by signed-note such a note is to be refused whole. */
  readonly failed: readonly VerifierKey[];
}

/** Checks the signatures of known keys; signatures of others are ignored. */
export function verifyNote(note: SignedNote, keys: readonly VerifierKey[]): NoteVerdict {
  const verified: VerifiedSignature[] = [];
  const failed: VerifierKey[] = [];
  for (const signature of note.signatures) {
    const key = keys.find(
      ({ keyId, name }) => keyId === signature.keyId && name === signature.name,
    );
    if (key === undefined) continue;
    const result = verifySignature(note.text, signature, key);
    if (result === undefined) failed.push(key);
    else verified.push(result);
  }
  return { verified, failed };
}

function verifySignature(
  text: string,
  { signature }: NoteSignature,
  key: VerifierKey,
): VerifiedSignature | undefined {
  if (key.type === "ed25519") {
    return key.verifies(Buffer.from(text), signature) ? { key, timeSeconds: undefined } : undefined;
  }
  if (signature.byteLength <= timestampBytes) return undefined;
  const bytes = Buffer.from(signature);
  const time = bytes.readBigUInt64BE(0);
  // Beyond this no date can be made of it, and none was.
  if (time > BigInt(Number.MAX_SAFE_INTEGER)) return undefined;
  return key.verifies(timedMessage(text, time), bytes.subarray(timestampBytes))
    ? { key, timeSeconds: Number(time) }
    : undefined;
}
