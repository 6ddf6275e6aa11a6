/**
 * Sees quickly that a text is canonical JSON, for most of a long export, without building its value.
 *
 * Answers yes only for texts that `canonicalJson` would give back unchanged; no means "look closely". Texts with
 * escapes, fractions or exponents are left to the close look.
 */
import { defaultCanonicalLimits } from "./canonical-json.ts";

/** A character of UTF-16 has at most three bytes in UTF-8. */
const maxChars = Math.floor(defaultCanonicalLimits.maxBytes / 3);
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose.
const needsClosePattern = /[\\\u0000-\u001f\ud800-\udfff]/;
/** Fifteen digits are exact in a double. */
const maxDigits = 15;

const codes = Object.freeze({
  quote: 0x22,
  comma: 0x2c,
  minus: 0x2d,
  zero: 0x30,
  nine: 0x39,
  colon: 0x3a,
  openList: 0x5b,
  closeList: 0x5d,
  openFields: 0x7b,
  closeFields: 0x7d,
});

/** Where what was looked for ends; -1 when it is not there. */
type End = number;

function endOfText(text: string, at: number): End {
  if (text.charCodeAt(at) !== codes.quote) return -1;
  return text.indexOf('"', at + 1) + 1 || -1;
}

function endOfInteger(text: string, at: number): End {
  const start = text.charCodeAt(at) === codes.minus ? at + 1 : at;
  let end = start;
  for (let code = text.charCodeAt(end); code >= codes.zero && code <= codes.nine; ) {
    end += 1;
    code = text.charCodeAt(end);
  }
  const digits = end - start;
  if (digits === 0 || digits > maxDigits) return -1;
  // "0" and nothing else begins with a zero, and there is no "-0".
  return text.charCodeAt(start) === codes.zero && end - at > 1 ? -1 : end;
}

function endOfWord(text: string, at: number): End {
  for (const word of ["null", "true", "false"]) {
    if (text.startsWith(word, at)) return at + word.length;
  }
  return -1;
}

function endOfList(text: string, start: number, depthLeft: number): End {
  let at = start + 1;
  if (text.charCodeAt(at) === codes.closeList) return at + 1;
  for (;;) {
    at = endOfValue(text, at, depthLeft - 1);
    if (at < 0) return -1;
    const code = text.charCodeAt(at);
    if (code === codes.closeList) return at + 1;
    if (code !== codes.comma) return -1;
    at += 1;
  }
}

function endOfFields(text: string, start: number, depthLeft: number): End {
  let at = start + 1;
  if (text.charCodeAt(at) === codes.closeFields) return at + 1;
  let before: string | undefined;
  for (;;) {
    const end = endOfText(text, at);
    if (end < 0 || text.charCodeAt(end) !== codes.colon) return -1;
    const name = text.slice(at + 1, end - 1);
    if (before !== undefined && before >= name) return -1;
    before = name;
    at = endOfValue(text, end + 1, depthLeft - 1);
    if (at < 0) return -1;
    const code = text.charCodeAt(at);
    if (code === codes.closeFields) return at + 1;
    if (code !== codes.comma) return -1;
    at += 1;
  }
}

function endOfValue(text: string, at: number, depthLeft: number): End {
  const code = text.charCodeAt(at);
  if (code === codes.quote) return endOfText(text, at);
  if (code === codes.openFields) return depthLeft > 0 ? endOfFields(text, at, depthLeft) : -1;
  if (code === codes.openList) return depthLeft > 0 ? endOfList(text, at, depthLeft) : -1;
  if (code === codes.minus || (code >= codes.zero && code <= codes.nine)) {
    return endOfInteger(text, at);
  }
  return endOfWord(text, at);
}

/** Whether the whole text is one object in canonical form, within the limits of an entry. */
export function isPlainlyCanonical(text: string): boolean {
  if (text.length > maxChars || text.charCodeAt(0) !== codes.openFields) return false;
  if (needsClosePattern.test(text)) return false;
  return endOfValue(text, 0, defaultCanonicalLimits.maxDepth) === text.length;
}
