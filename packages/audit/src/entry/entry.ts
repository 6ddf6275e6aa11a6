/**
 * What one entry of the log says, and the bytes that its leaf hash covers.
 *
 * An entry does not know its index: it may be written to a spool before it is placed. Its `salt` keeps a
 * dropped body from being guessed by its hash, and makes every leaf hash one of its kind.
 * Personal fields stand in it as ciphertext only; this package neither encrypts nor reads them.
 */
import { BerthError } from "@berth/protocol";
import { leafHash } from "../tree/hashes.ts";
import { canonicalJson, type JsonFields } from "./canonical-json.ts";

export interface EntryActor {
  /** `person`, `service`, `app`, `system`. */
  readonly kind: string;
  readonly id: string;
  readonly by?: string;
  readonly credentialId?: string;
}

export interface PersonalFields {
  /** Which person's key encrypts them; when that key is destroyed, nobody reads them again. */
  readonly keyId: string;
  /** Opaque here. */
  readonly ciphertext: string;
}

export interface AuditEntry {
  readonly v: 1;
  /** When it happened: `2026-11-22T08:30:00.000Z`. */
  readonly at: string;
  /** A domain and a verb, such as `grant.revoke`. */
  readonly action: string;
  /** Null for what concerns the whole host or a publisher. */
  readonly organizationId: string | null;
  readonly actor: EntryActor;
  readonly target: { readonly kind: string; readonly id: string };
  /** Of a decision. */
  readonly outcome?: "allowed" | "denied";
  /** What identifies nobody. */
  readonly details?: JsonFields;
  readonly personal?: PersonalFields;
  readonly requestId?: string;
  /** At least 16 random bytes as text: see above. */
  readonly salt: string;
}

export interface EncodedEntry {
  /** Canonical JSON; its UTF-8 bytes are the leaf. Kept as it is, so that an export gives it back as it was. */
  readonly body: string;
  readonly leafHash: Uint8Array;
}

/** Names of the two acts that the verifier itself reads: who may sign the log. */
export const keyActions = Object.freeze({ add: "log.key.add", retire: "log.key.retire" });

const maxIdChars = 512;
const minSaltChars = 22;
const actionPattern = /^[a-z0-9]+(?:[.-][a-z0-9]+)+$/;
const timePattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

function demand(isHeld: boolean, field: string, expected: string): void {
  if (isHeld) return;
  throw new BerthError("AUDIT_ENTRY_INVALID", `The entry's ${field} must be ${expected}.`, {
    details: { field },
  });
}

function demandId(value: unknown, field: string): void {
  const isId = typeof value === "string" && value.length > 0 && value.length <= maxIdChars;
  demand(isId, field, `a text of 1 to ${maxIdChars} characters`);
}

function checkEntry(entry: AuditEntry): void {
  demand(timePattern.test(entry.at), "at", "a time such as 2026-11-22T08:30:00.000Z");
  demand(actionPattern.test(entry.action), "action", "a domain and a verb, such as grant.revoke");
  if (entry.organizationId !== null) demandId(entry.organizationId, "organizationId");
  demandId(entry.actor.kind, "actor.kind");
  demandId(entry.actor.id, "actor.id");
  demandId(entry.target.kind, "target.kind");
  demandId(entry.target.id, "target.id");
  demand(entry.salt.length >= minSaltChars, "salt", "at least 16 random bytes as text");
  if (entry.requestId !== undefined) demandId(entry.requestId, "requestId");
}

/** @throws AUDIT_ENTRY_INVALID naming the field, or saying what is too deep, too long or not JSON */
export function encodeEntry(entry: AuditEntry): EncodedEntry {
  checkEntry(entry);
  const body = canonicalJson(entry);
  return { body, leafHash: leafHash(body) };
}
