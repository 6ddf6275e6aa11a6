/**
 * What acts say as entries of the log, and what an entry can be found by; of decisions see
 * encode-decision.ts.
 *
 * Trust: resources and reasons in them are chosen by apps and people: their length is bounded here, and
 * a text that is no Unicode is mended, so that no choice of theirs keeps an entry out of the log.
 */
import { createHash } from "node:crypto";
import { type AuditEntry, encodeEntry, type JsonFields } from "@berth/audit";
import type { JsonObject, JsonValue } from "../installation/live.ts";
import type { Act } from "./trail.ts";

export interface Stamp {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** `saltBytes` random bytes: whoever has a leaf's hash alone cannot guess what it is of. */
  readonly salt: Uint8Array;
}

export const saltBytes = 16;

export type Sealed = NonNullable<AuditEntry["personal"]>;

/** What the search looks into; the rest of an entry is read from its body. */
export interface EntryColumns {
  readonly at: string;
  readonly organization_id: string | null;
  readonly action: string;
  readonly actor_id: string;
  readonly target_id: string;
  readonly installation_id: string | null;
}

/** An entry takes ids of 512 characters. */
export const maxIdChars = 500;
/** Of any other text in it. */
const maxTextChars = 2_000;
/** Of one of an act's details; an entry takes 64 KiB of UTF-8. */
const maxDetailChars = 4_000;
/** PostgreSQL's indexes take rows of about 2,700 bytes. */
const maxColumnChars = 500;

/** Cut where it is longer; Unicode that is broken is mended. */
export function bound(text: string, maxChars: number): string {
  const whole = text.length <= maxChars ? text : `${text.slice(0, maxChars)}…`;
  return whole.toWellFormed();
}

/** An id is never empty; what an app asks for may be. */
export const idText = (text: string) => (text === "" ? "(empty)" : bound(text, maxIdChars));

function boundJson(value: JsonValue): JsonValue {
  if (typeof value === "string") return bound(value, maxTextChars);
  if (Array.isArray(value)) return value.map(boundJson);
  return typeof value === "object" && value !== null ? boundFields(value as JsonObject) : value;
}

/** A list that is too long, such as of an app that asks for very much, keeps its digest: nothing of an act's own size keeps the act out. */
function boundDetail(value: JsonValue): JsonValue {
  const bounded = boundJson(value);
  const text = JSON.stringify(bounded);
  if (text.length <= maxDetailChars) return bounded;
  const whole = JSON.stringify(value);
  return { sha256: createHash("sha256").update(whole).digest("hex"), chars: whole.length };
}

function boundDetails(details: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(details).map(([name, value]) => [name, boundDetail(value)]),
  );
}

function boundFields(fields: JsonObject): JsonObject {
  const pairs = Object.entries(fields).map(([name, value]) => [
    bound(name, maxIdChars),
    boundJson(value),
  ]);
  return Object.fromEntries(pairs);
}

function encode(entry: Omit<AuditEntry, "v" | "at" | "salt">, { at, salt }: Stamp): string {
  return encodeEntry({
    v: 1,
    at: new Date(at).toISOString(),
    salt: Buffer.from(salt).toString("base64url"),
    ...entry,
  }).body;
}

/** @throws AUDIT_ENTRY_INVALID: then the act does not happen */
export function encodeAct(act: Act, stamp: Stamp, sealed: readonly Sealed[]): string {
  const { actor, target, requestId } = act;
  const { kind, id, by, credentialId } = actor;
  const [personal, ...others] = sealed;
  const details: JsonFields = {
    ...boundDetails(act.details ?? {}),
    // An entry has a place for one person; of two, the other stands here, as sealed as the first.
    ...(others.length === 0 ? {} : { personal: others.map((other) => ({ ...other })) }),
  };
  const entry = {
    action: act.action,
    organizationId: act.organizationId,
    actor: {
      kind,
      id,
      ...(by === undefined ? {} : { by }),
      ...(credentialId === undefined ? {} : { credentialId }),
    },
    target: { kind: target.kind, id: idText(target.id) },
    ...(Object.keys(details).length === 0 ? {} : { details }),
    ...(personal === undefined ? {} : { personal }),
    ...(requestId === undefined ? {} : { requestId }),
  };
  return encode(entry, stamp);
}

/** A body that `encodeEntry` made, perhaps of an earlier version of this file. */
export function parseBody(body: string): AuditEntry {
  // The leaf vouches for it: what was changed since does not verify.
  return JSON.parse(body) as AuditEntry;
}

/** PostgreSQL's texts have no NUL, and one would keep its whole group out of the log. */
const column = (text: string) => bound(text, maxColumnChars).replaceAll("\0", "\uFFFD");

export function columnsOf(body: string): EntryColumns {
  const { at, action, organizationId, actor, target } = parseBody(body);
  const installation =
    target.kind === "installation" ? target.id : actor.kind === "app" ? actor.id : null;
  return {
    at,
    organization_id: organizationId,
    action: column(action),
    actor_id: column(actor.id),
    target_id: column(target.id),
    installation_id: installation === null ? null : column(installation),
  };
}

/** All that is sealed in an entry. */
export function sealedIn({ personal, details }: AuditEntry): readonly Sealed[] {
  const others = details?.personal;
  const more = Array.isArray(others) ? (others as readonly Sealed[]) : [];
  return personal === undefined ? more : [personal, ...more];
}
