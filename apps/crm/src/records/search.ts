/** Finds records by words: each word must stand in one of the fields, in any case. */

export function matchesSearch(fields: readonly string[], search: string): boolean {
  const text = fold(fields.join("\n"));
  return fold(search)
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** Without case and accents: "jose" finds "José". */
function fold(text: string): string {
  return text
    .normalize("NFD")
    .replace(/\p{Mn}/gu, "")
    .toLowerCase();
}
