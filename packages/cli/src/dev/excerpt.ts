/** The lines of a source around a place in it. Trust: sources are anyone's, so the lines are made plain and cut. */
import type { DevExcerpt, DevPlace } from "@berth/protocol/dev";
import { plainLine } from "../terminal/plain-text.ts";

const linesAround = 3;
const maxLineChars = 300;

/** Null for a place that the text does not have. */
export function excerptOf(text: string, place: DevPlace): DevExcerpt | null {
  const lines = text.replace(/\r?\n$/, "").split(/\r\n|\n|\r/);
  if (place.line < 1 || place.line > lines.length) return null;
  const from = Math.max(1, place.line - linesAround);
  const shown = lines.slice(from - 1, place.line + linesAround);
  return {
    firstLine: from,
    // A tab becomes one blank, so that columns count as the bundler counts them.
    lines: shown.map((line) => plainLine(line.slice(0, maxLineChars))),
    place,
  };
}
