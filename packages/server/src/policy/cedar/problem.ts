/** What is wrong with a text of policies, and where: lines and columns from 1, columns in characters. */
import type { DetailedError } from "@cedar-policy/cedar-wasm/nodejs";
import type { PolicyPiece } from "./split.ts";

export interface PolicyProblem {
  /** A warning does not keep a text from being published. */
  readonly severity: "error" | "warning";
  readonly message: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  /** The policy's name, when it is known. */
  readonly policy: string | null;
}

interface Span {
  /** In UTF-16 units of the whole text. */
  readonly start: number;
  readonly end?: number;
  readonly policy?: string;
  readonly severity?: PolicyProblem["severity"];
}

export interface Places {
  lineOf(start: number): number;
  at(message: string, span: Span): PolicyProblem;
  /** Cedar counts in bytes of UTF-8 from the beginning of the piece. */
  ofEngine(
    error: DetailedError,
    piece: PolicyPiece,
    more?: Pick<Span, "policy" | "severity">,
  ): PolicyProblem;
}

const prefixes = /^(?:failed to parse policy from string: |for policy `[^`]*`, )+/;
const maxMessageChars = 400;

export function createPlaces(text: string): Places {
  const lineStarts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) {
    lineStarts.push(at + 1);
  }
  const lineOf = (start: number) => {
    const next = lineStarts.findIndex((begin) => begin > start);
    return next === -1 ? lineStarts.length : next;
  };
  const placeOf = (start: number) => {
    const line = lineOf(start);
    const before = text.slice(lineStarts[line - 1] ?? 0, start);
    return { line, column: [...before].length + 1 };
  };

  function at(message: string, { start, end = start + 1, policy, severity }: Span): PolicyProblem {
    const last = placeOf(Math.min(end, text.length));
    return {
      severity: severity ?? "error",
      message,
      ...placeOf(start),
      ...{ endLine: last.line, endColumn: last.column },
      policy: policy ?? null,
    };
  }

  return {
    lineOf,
    at,
    ofEngine(error, piece, more = {}) {
      const bytes = Buffer.from(piece.text);
      const unitsBefore = (offset: number) => bytes.subarray(0, offset).toString("utf8").length;
      const [location] = error.sourceLocations ?? [];
      const expected = location?.label ?? error.help;
      const said = error.message.replace(prefixes, "");
      const message = expected ? `${said}; ${expected}` : said;
      return at(message.slice(0, maxMessageChars), {
        start: piece.start + unitsBefore(location?.start ?? 0),
        end: piece.start + unitsBefore(location?.end ?? bytes.length),
        ...more,
      });
    },
  };
}
