/**
 * Codes for whoever lost their authenticator. Each works once, and only its hash is stored: at 80
 * random bits a plain hash gives nothing away.
 */
import { createHash } from "node:crypto";
import { encodeBase32 } from "./totp.ts";

export const backupCodeCount = 10;
const codeBytes = 10;

/** Such as `abcd-efgh-2345-6777`. */
export function createBackupCode(random: (bytes: number) => Uint8Array): string {
  const text = encodeBase32(random(codeBytes)).toLowerCase();
  return text.replace(/(.{4})(?=.)/g, "$1-");
}

/** However it was typed. */
export function hashBackupCode(personId: string, code: string): string {
  const plain = code.toLowerCase().replaceAll(/[^a-z2-7]/g, "");
  return createHash("sha256").update(`${personId}\n${plain}`).digest("hex");
}
