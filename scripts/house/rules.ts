/**
 * What STYLE asks of this repository and no linter checks: lengths, barrels, folder names, empty
 * catches, tests that are switched off, and words that belong to one machine.
 *
 * Rules read text, not syntax trees: they are simple, and each is tested with a planted violation.
 */
import type { TreeFile } from "./tree.ts";

export interface Finding {
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

export const limits = Object.freeze({ sourceLines: 500, testLines: 600, catchWords: 2 });

type Rule = (file: TreeFile) => readonly Finding[];

const isCode = (path: string): boolean => /\.(?:ts|tsx|mts|js|mjs|cjs)$/.test(path);
const isTest = (path: string): boolean => /(?:^|\/)test\//.test(path);
/** Files whose length is data, not logic: what a program wrote, and tables of the database. */
const isTable = (path: string): boolean => /(?:\.generated\.\w+|(?:^|[/-])tables?\.ts)$/.test(path);

const maxLength: Rule = ({ path, text }) => {
  if (!isCode(path) || isTable(path)) return [];
  const lines = text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
  const max = isTest(path) ? limits.testLines : limits.sourceLines;
  if (lines <= max) return [];
  return [{ path, line: max + 1, message: `has ${lines} lines; ${max} at most: split it.` }];
};

const barrels: Rule = ({ path, text }) => {
  if (!/^packages\/[^/]+\/src\/(?:.*\/)?index\.ts$/.test(path)) return [];
  const star = /^\s*export\s+(?:type\s+)?\*/m.exec(text);
  if (star !== null) {
    return [at(path, text, star.index, "re-exports by `*`: name what is public.")];
  }
  const reexport = /export\s+(?:type\s+)?\{[^}]*\}\s*(?:from\s*"[^"]+"\s*)?;/g;
  const rest = blankComments(text).replace(reexport, (match) => match.replace(/[^\n]/g, " "));
  const logic = /\S/.exec(rest);
  if (logic === null) return [];
  return [at(path, text, logic.index, "an index holds only named re-exports.")];
};

const folderNames: Rule = ({ path }) => {
  const name = path
    .split("/")
    .slice(0, -1)
    .find((part) => /^(?:utils?|helpers?|common)$/.test(part));
  if (name === undefined) return [];
  return [{ path, line: 1, message: `lies in a folder "${name}": name what it is about.` }];
};

const emptyCatches: Rule = ({ path, text }) => {
  // The rules' own test quotes what they forbid.
  if (!isCode(path) || path === "test/house/lint-house.test.ts") return [];
  const blocks = /catch\s*(?:\([^)]*\)\s*)?\{((?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*)\}/g;
  const handlers =
    /\.catch\(\s*(?:async\s*)?(?:\([^)]*\)|\w+)\s*=>\s*(?:\{((?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*)\}|(?:undefined|null|void 0))\s*,?\s*\)[^\n]*/g;
  const found: Finding[] = [];
  for (const match of [...text.matchAll(blocks), ...text.matchAll(handlers)]) {
    const before = text.slice(0, match.index).split("\n").at(-2) ?? "";
    const isHandler = match[0].startsWith(".");
    const said = isHandler
      ? `${match[1] ?? ""} ${trailing(match[0])} ${comment(before)}`
      : match[1];
    if (countWords(said ?? "") >= limits.catchWords) continue;
    found.push(at(path, text, match.index, "an empty catch says why losing the error is safe."));
  }
  return found;
};

const switchedOffTests: Rule = ({ path, text }) => {
  if (!isCode(path) || !isTest(path)) return [];
  const off = /\b(?:it|test|describe|suite|bench)(?:\.\w+)*\.(skip|only|todo)\b/g;
  return [...blankComments(text).matchAll(off)].map((match) =>
    at(path, text, match.index, `.${match[1]} switches tests off.`),
  );
};

// Put together here, so that this file does not name what it forbids.
const machineFolders = ["work", "root", "tmp"].join("|");
const registryHosts = ["registry.npmjs", "registry.yarnpkg", "deb.debian", "pypi"].map(
  (host) => `${host.replace(".", "\\.")}\\.(?:org|com)`,
);

const oneMachine: Rule = ({ path, text }) => {
  const found: Finding[] = [];
  for (const match of text.matchAll(new RegExp(`\\b(?:${registryHosts.join("|")})\\b`, "g"))) {
    found.push(at(path, text, match.index, `names the registry host ${match[0]}.`));
  }
  if (isTest(path)) return found;
  for (const match of text.matchAll(new RegExp(`(?<![\\w.@$}*-])/(?:${machineFolders})/`, "g"))) {
    found.push(at(path, text, match.index, `names a folder of one machine, ${match[0]}.`));
  }
  return found;
};

const rules: readonly Rule[] = [
  ...[maxLength, barrels, folderNames, emptyCatches, switchedOffTests, oneMachine],
];

export function checkFile(file: TreeFile): readonly Finding[] {
  return rules.flatMap((rule) => rule(file));
}

function at(path: string, text: string, index: number, message: string): Finding {
  return { path, line: text.slice(0, index).split("\n").length, message };
}

/** Comments become spaces, so that places stay where they are. Strings with `//` stay as they are. */
function blankComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/[^\n]*/g, (match) =>
    match.replace(/[^\n]/g, " "),
  );
}

function trailing(code: string): string {
  return comment(code.slice(code.lastIndexOf(")")));
}

function comment(line: string): string {
  return /(?:\/\/|\/\*)(.*)$/.exec(line)?.[1] ?? "";
}

function countWords(text: string): number {
  return (text.match(/[\p{L}\d]+/gu) ?? []).length;
}
