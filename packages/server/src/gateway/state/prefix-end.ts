/**
 * The first text after every text that starts with `prefix`, in the order of their UTF-8 bytes;
 * undefined when there is none. `prefix` has no half surrogates.
 */
export function prefixEnd(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0);
  for (;;) {
    const last = points.pop();
    if (last === undefined) return undefined;
    if (last < 0x10ffff) {
      // The surrogates are no characters of their own: U+D7FF is followed by U+E000.
      points.push(last === 0xd7ff ? 0xe000 : last + 1);
      return String.fromCodePoint(...points);
    }
  }
}
