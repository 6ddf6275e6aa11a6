/**
 * Canonical JSON, RFC 8785 (JCS): the one text of a value, over which its leaf hash is taken.
 *
 * Narrower than JSON in two ways: nothing that JSON would drop or change silently (undefined, class
 * instances, numbers beyond exactness, broken Unicode), and bounded in depth and length.
 */
import { BerthError } from "@berth/protocol";

export type Json = null | boolean | number | string | readonly Json[] | JsonFields;
export interface JsonFields {
  readonly [name: string]: Json;
}

export interface CanonicalLimits {
  readonly maxDepth: number;
  /** UTF-8 bytes of the whole text. */
  readonly maxBytes: number;
}

export const defaultCanonicalLimits: CanonicalLimits = Object.freeze({
  maxDepth: 16,
  maxBytes: 65_536,
});

function refused(what: string): BerthError {
  return new BerthError("AUDIT_ENTRY_INVALID", `The entry ${what}.`);
}

/** Names sorted by UTF-16 code units, which is how strings compare. */
function sortedNames(value: object): readonly string[] {
  const names = Object.keys(value);
  for (let at = 1; at < names.length; at += 1) {
    // What was parsed from canonical text is sorted already, but for names that are numbers.
    if ((names[at - 1] ?? "") > (names[at] ?? "")) return names.sort();
  }
  return names;
}

/** Nothing to escape and no half of a surrogate pair: most texts, and much quicker to see than to write. */
const plainText = /^[ !#-[\]-\ud7ff\ue000-\uffff]*$/;

function writeText(text: string): string {
  if (plainText.test(text)) return `"${text}"`;
  if (!text.isWellFormed()) throw refused("has a text of broken Unicode");
  return JSON.stringify(text);
}

function writeNumber(value: number): string {
  // A double beyond exact integers may have been another number once.
  if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) {
    throw refused(`has the number ${value}, which is not exact; write it as a text`);
  }
  return JSON.stringify(value);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function write(value: unknown, depthLeft: number): string {
  if (value === null) return "null";
  switch (typeof value) {
    case "string":
      return writeText(value);
    case "number":
      return writeNumber(value);
    case "boolean":
      return value ? "true" : "false";
    case "object":
      break;
    default:
      throw refused(`has a ${typeof value}, which is not JSON`);
  }
  if (depthLeft === 0) throw refused("is nested too deeply; flatten it");
  if (Array.isArray(value)) {
    let text = "[";
    for (let at = 0; at < value.length; at += 1) {
      text += `${at === 0 ? "" : ","}${write(value[at], depthLeft - 1)}`;
    }
    return `${text}]`;
  }
  if (!isPlain(value)) throw refused("has an object that is not plain JSON");
  // Names were just taken from it, so they are its own.
  const fields = value as Readonly<Record<string, unknown>>;
  let text = "{";
  for (const name of sortedNames(value)) {
    text += `${text.length === 1 ? "" : ","}${writeText(name)}:${write(fields[name], depthLeft - 1)}`;
  }
  return `${text}}`;
}

/** @throws AUDIT_ENTRY_INVALID saying what cannot be written, or that it is too deep or long */
export function canonicalJson(
  value: unknown,
  limits: CanonicalLimits = defaultCanonicalLimits,
): string {
  const text = write(value, limits.maxDepth);
  if (Buffer.byteLength(text) > limits.maxBytes) {
    throw refused(
      `has ${Buffer.byteLength(text)} bytes, more than ${limits.maxBytes}; keep less in its details`,
    );
  }
  return text;
}
