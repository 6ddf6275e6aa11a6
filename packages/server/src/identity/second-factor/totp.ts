/**
 * Codes by time: HOTP (RFC 4226) over steps of 30 seconds (RFC 6238), HMAC-SHA-1, six digits, which
 * is what every authenticator app speaks.
 */
import { createHmac, timingSafeEqual } from "node:crypto";

export const stepSeconds = 30;
const digits = 6;
const base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** RFC 4226, section 5.3. */
export function codeAt(secret: Uint8Array, counter: number): string {
  const moving = Buffer.alloc(8);
  moving.writeBigUInt64BE(BigInt(counter));
  const hash = createHmac("sha1", secret).update(moving).digest();
  const offset = (hash[hash.length - 1] ?? 0) & 0x0f;
  const number = hash.readUInt32BE(offset) & 0x7fff_ffff;
  return String(number % 10 ** digits).padStart(digits, "0");
}

export function counterAt(nowMs: number): number {
  return Math.floor(nowMs / 1_000 / stepSeconds);
}

/**
 * The step that a code is of: now, or one before or after, since clocks differ and people are slow.
 *
 * @returns undefined when it is of none of these
 */
export function findCounter(secret: Uint8Array, code: string, nowMs: number): number | undefined {
  const given = Buffer.from(code);
  if (given.length !== digits) return undefined;
  const current = counterAt(nowMs);
  let found: number | undefined;
  // All are compared, so that the time tells nothing.
  for (const counter of [current - 1, current, current + 1]) {
    if (timingSafeEqual(given, Buffer.from(codeAt(secret, counter)))) found = counter;
  }
  return found;
}

/** RFC 4648, section 6, without padding. */
export function encodeBase32(bytes: Uint8Array): string {
  let text = "";
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += base32[(held >> bits) & 31];
      held &= (1 << bits) - 1;
    }
  }
  if (bits > 0) text += base32[(held << (5 - bits)) & 31];
  return text;
}

/** What authenticator apps read from a QR code (the Key Uri Format of Google Authenticator). */
export function otpauthUri(options: {
  readonly secret: string;
  readonly issuer: string;
  readonly account: string;
}): string {
  const { secret, issuer, account } = options;
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`;
  const query = `secret=${secret}&issuer=${encodeURIComponent(issuer)}`;
  return `otpauth://totp/${label}?${query}&algorithm=SHA1&digits=${digits}&period=${stepSeconds}`;
}
