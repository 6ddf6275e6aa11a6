/**
 * Puts checked modules in the place of a module's imports, by the positions in the list.
 *
 * Invariant: no `import` of the text is left that the list does not account for, so that nothing
 * is imported but through the host. What does not agree with the list is refused, never guessed.
 */
import { BerthError, type RemoteFile, remoteWords } from "@berth/protocol";

export interface ImportNames {
  /** The address of the module that a static import names. */
  readonly staticTarget: (specifier: string) => string;
  /** An expression that is called with what a dynamic import is. */
  readonly dynamicImport: string;
  /** An expression in place of `import.meta`. */
  readonly meta: string;
}

/** What a module imports statically, by name. @throws BerthError REMOTE_INVALID */
export function staticSpecifiers(path: string, code: string, file: RemoteFile): readonly string[] {
  return file.imports
    .filter(([, , kind]) => kind === "static")
    .map(([at, length]) => specifierOf(path, code.slice(at, at + length)));
}

/** @throws BerthError REMOTE_INVALID, and what `staticTarget` throws */
export function rewriteImports(
  path: string,
  code: string,
  { imports, words }: Pick<RemoteFile, "imports" | "words">,
  names: ImportNames,
): string {
  const accounted = new Set([...words, ...imports.map(([at]) => at)]);
  const stray = remoteWords(code).find((at) => !accounted.has(at));
  if (stray !== undefined)
    throw refuse(path, `has an import at ${stray} that the list does not account for`);
  const parts: string[] = [];
  let done = 0;
  for (const [at, length, kind] of imports) {
    const text = code.slice(at, at + length);
    if (at < done) throw refuse(path, `is listed with imports that overlap at ${at}`);
    parts.push(code.slice(done, at));
    if (kind === "static") {
      parts.push(JSON.stringify(names.staticTarget(specifierOf(path, text))));
    } else {
      const isWhole = kind === "dynamic" ? text === "import" : /^import\s*\.\s*meta$/.test(text);
      if (!isWhole) throw refuse(path, `is listed with an import at ${at}, where it has none`);
      parts.push(kind === "dynamic" ? names.dynamicImport : names.meta);
    }
    done = at + length;
  }
  return parts.join("") + code.slice(done);
}

function specifierOf(path: string, literal: string): string {
  const [, double, single] = /^(?:"([^"\\\n]*)"|'([^'\\\n]*)')$/.exec(literal) ?? [];
  const specifier = double ?? single;
  if (specifier !== undefined) return specifier;
  throw refuse(path, `is listed with ${JSON.stringify(literal.slice(0, 40))} as an import's name`);
}

function refuse(path: string, what: string): BerthError {
  return new BerthError(
    "REMOTE_INVALID",
    `${path} ${what}; build the app and its list together (@berth/sdk/vite).`,
  );
}
