/**
 * What untrusted JSON may be, beyond its grammar: flat enough for whatever walks it by recursion, and
 * of text that a database can hold (no NUL, no half of a surrogate pair).
 */
const maxNesting = 100;

/** Whether PostgreSQL can store it as text. */
export function isStorableText(text: string): boolean {
  return !text.includes("\0") && text.isWellFormed();
}

/** What is wrong with a parsed value, as the rest of a sentence; undefined when nothing is. Does not recurse. */
export function findJsonProblem(value: unknown): string | undefined {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > maxNesting) return `nests deeper than ${maxNesting} levels; make it flatter.`;
    const next: unknown[] = [];
    for (const item of level) {
      if (typeof item === "string" && !isStorableText(item)) {
        return "holds a NUL character or half of a surrogate pair; remove it.";
      }
      if (typeof item !== "object" || item === null) continue;
      if (!Array.isArray(item)) for (const key of Object.keys(item)) next.push(key);
      for (const part of Object.values(item)) next.push(part);
    }
    level = next;
  }
  return undefined;
}
