/** Turns what the bundler throws into one error that names file, line and column. */
import { readFile } from "node:fs/promises";
import { relative, resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { BerthError } from "@berth/protocol";
import { lineAndColumn } from "./app-folder.ts";

interface Problem {
  /** `src/view.tsx:3:7`, or only the file. */
  readonly place: string;
  readonly message: string;
}

interface BundlerError {
  readonly message?: string;
  readonly id?: string;
  readonly loc?: { readonly file?: string; readonly line: number; readonly column: number };
  readonly errors?: readonly BundlerError[];
}

export async function buildError(
  root: string,
  source: string,
  cause: unknown,
): Promise<BerthError> {
  // The bundler's errors have no declared shape; every field is looked for, none relied upon.
  const error = (cause ?? {}) as BundlerError;
  const raw = error.errors && error.errors.length > 0 ? error.errors : [error];
  const problems = await Promise.all(raw.map((each) => describe(root, source, each)));
  const [first] = problems;
  const others = problems.length - 1;
  const message = `${first?.place ?? source}: ${first?.message ?? "it does not build"}`;
  return new BerthError("BUILD_FAILED", others > 0 ? `${message} (${others} more)` : message, {
    cause,
    details: {
      problems: problems.map(({ message: text, place }) => ({
        path: place,
        message: `${place}: ${text}`,
      })),
    },
  });
}

async function describe(root: string, source: string, error: BundlerError): Promise<Problem> {
  const text = stripVTControlCharacters(error.message ?? "It does not build.");
  const unresolved = /failed to resolve import "(.+?)" from "(.+?)"/.exec(text);
  if (unresolved?.[1] && unresolved[2]) {
    const place = await placeOfImport(root, unresolved[2], unresolved[1]);
    const name = unresolved[1];
    const mend = name.startsWith(".") ? "check the path" : `run \`npm install ${name}\``;
    return { place, message: `the import ${JSON.stringify(name)} leads nowhere; ${mend}.` };
  }
  const { loc } = error;
  const drawn = /\[\s(.+?):(\d+):(\d+)\s\]/.exec(text);
  // What the bundler draws is relative to the process, not to the app.
  const drawnFile = drawn?.[1] === undefined ? undefined : resolve(drawn[1]);
  const file = loc?.file ?? error.id ?? drawnFile ?? source;
  const at = drawn ? `${drawn[2]}:${drawn[3]}` : loc ? `${loc.line}:${loc.column + 1}` : undefined;
  const place = relativeTo(root, file) + (at === undefined ? "" : `:${at}`);
  const headline = (text.split("\n")[0] ?? text)
    .replace(/^(?:\[[\w:@ ./-]+\]\s*)+/, "")
    .replace(/^Error:\s*/, "")
    .trim();
  return { place, message: /[.!?]$/.test(headline) ? headline : `${headline}.` };
}

async function placeOfImport(root: string, file: string, name: string): Promise<string> {
  const path = relativeTo(root, file);
  try {
    const text = await readFile(resolve(root, file), "utf8");
    const offset = Math.max(text.indexOf(`"${name}"`), text.indexOf(`'${name}'`));
    return offset < 0 ? path : `${path}:${lineAndColumn(text, offset)}`;
  } catch {
    // A module that the bundler made up has no file; its name alone must do.
    return path;
  }
}

function relativeTo(root: string, file: string): string {
  return relative(root, resolve(root, file)).replaceAll("\\", "/");
}
