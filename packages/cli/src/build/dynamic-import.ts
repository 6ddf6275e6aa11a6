/** Finds what a classic script in a sandboxed worker cannot do, in code that is bundled already. */

/** The first `import(…)` left in the code, shortened; undefined when there is none. */
export function findDynamicImport(syntaxTree: unknown, code: string): string | undefined {
  const pending: unknown[] = [syntaxTree];
  while (pending.length > 0) {
    const node = pending.pop();
    if (typeof node !== "object" || node === null) continue;
    const { end, start, type } = node as { type?: unknown; start?: number; end?: number };
    if (type === "ImportExpression")
      return code.slice(start, Math.min(end ?? 0, (start ?? 0) + 80));
    pending.push(...Object.values(node));
  }
  return undefined;
}
