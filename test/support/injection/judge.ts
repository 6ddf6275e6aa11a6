/** What is wrong with the answer to a payload; empty when nothing is. */
import { errorTable } from "@berth/protocol";
import type { Attempt } from "./walk.ts";

/** What databases and their drivers say, and applications should not repeat. */
const innards =
  /syntax error|sqlstate|at or near|violates|unterminated|relation "|column "|operator does not exist|invalid input|\bpg_|pglite|kysely|postgres|\bselect .* from\b|\binsert into\b/;

/** Answered before anybody knew what was asked. */
const headTooLarge = 431;

interface Failure {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly detail?: unknown;
}

function* textsIn(value: unknown): Generator<string> {
  if (typeof value === "string") yield value;
  else if (typeof value === "object" && value !== null) {
    for (const [key, part] of Object.entries(value)) {
      yield key;
      yield* textsIn(part);
    }
  }
}

/** @param tables - names that an answer has no business with */
export function findFaults(attempt: Attempt, tables: readonly string[]): readonly string[] {
  const { answer, leaf, text, mark, payload } = attempt;
  const faults: string[] = [];
  const { status, headers } = answer;
  if (!/no-store/.test(String(headers["cache-control"])) && status !== headTooLarge) {
    faults.push(`may be kept by caches: ${headers["cache-control"]}`);
  }
  const shown = answer.text.slice(0, 300);
  if (status >= 500) faults.push(`was answered ${status}: ${shown}`);
  if (status >= 400) {
    const { code, message, detail } = (answer.body ?? {}) as Failure;
    const said = `${message ?? detail}`;
    if (typeof code !== "string" || !(code in errorTable))
      faults.push(`is no typed error: ${shown}`);
    const repeated = innards.exec(said)?.[0];
    // An address is told in small letters.
    if (repeated !== undefined && !text.toLowerCase().includes(repeated)) {
      faults.push(`repeats the database: ${said}`);
    }
    const named = tables.filter((table) => table.includes("_") && said.includes(table));
    if (named.length > 0) faults.push(`names tables: ${named.join(", ")}`);
  } else {
    if (leaf.part === "params" && status < 300)
      faults.push(`found something by that name: ${shown}`);
    if (attempt.isRefusedBySchema) faults.push(`was let past its schema: ${shown}`);
    const isUnstorable = payload === "NUL" || payload === "half a character";
    if (isUnstorable && status < 300) faults.push(`was taken: ${shown}`);
    for (const each of textsIn(answer.body)) {
      if (each.includes(mark) && !isVerbatim(each, text))
        faults.push(`became ${JSON.stringify(each)}`);
    }
  }
  return faults;
}

const shortestCut = 40;

/**
 * Whether a text is kept as it was sent. Not counted as changes: blanks around it, addresses in small
 * letters, a path's escapes, quotes around it, and an end that did not fit.
 */
export function isVerbatim(kept: string, sent: string): boolean {
  const wanted = sent.trim();
  if (kept.includes(wanted) || kept.includes(JSON.stringify(wanted).slice(1, -1))) return true;
  if (wanted.includes("@") && kept.includes(wanted.toLowerCase())) return true;
  if (kept.startsWith("/") && decodeURI(kept).includes(wanted)) return true;
  const at = kept.indexOf(wanted.slice(0, shortestCut));
  return at !== -1 && wanted.startsWith(kept.slice(at).replace(/"\.$/, "").trim());
}
