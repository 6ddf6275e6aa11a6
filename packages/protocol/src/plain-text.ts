/**
 * Which texts of publishers may be shown to people.
 *
 * Trust: a consent screen or a terminal shows them next to our own words. A character that
 * steers a terminal, ends a line or turns the reading direction could forge those.
 */

const hiddenInLine = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u;
const hiddenInBlock = /(?![\n\t])[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u;
const everyHidden = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/** True when the text is one line of characters that are all seen. */
export function isPlainLine(text: string): boolean {
  return !hiddenInLine.test(text);
}

/** As `isPlainLine`, with line feeds and tabs. */
export function isPlainBlock(text: string): boolean {
  return !hiddenInBlock.test(text);
}

/** What is wrong with a text that is not plain, such as `holds U+202E, …; remove it`. */
export function describeHidden(text: unknown, isBlock = false): string {
  const found = String(text).match(isBlock ? hiddenInBlock : hiddenInLine)?.[0];
  const name = found === undefined ? "a character" : codePointOf(found);
  return `holds ${name}, a control or direction character that people cannot see; remove it`;
}

/** The text with its unseen characters written out, as `\u202e`. */
export function escapeHidden(text: string): string {
  return text.replace(
    everyHidden,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function codePointOf(character: string): string {
  return `U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
}
