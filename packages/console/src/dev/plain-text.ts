const maxChars = 4_000;
const unseen = /[\p{Cc}\p{Bidi_Control}]/gu;

/** A stranger's text, short, with nothing in it that reorders or hides what stands around it. */
export function plainText(text: string): string {
  return text
    .slice(0, maxChars)
    .replace(unseen, (character) => (character === "\n" || character === "\t" ? character : ""));
}
