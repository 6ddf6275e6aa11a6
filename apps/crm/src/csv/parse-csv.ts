/**
 * CSV as RFC 4180 has it: quoted fields may hold commas, line ends and doubled quotes. Beyond
 * it: a byte order mark is dropped, and a lone LF or CR ends a line too.
 */

export interface CsvLine {
  /** Of the text where the record begins, from 1. */
  readonly line: number;
  readonly fields: readonly string[];
}

/** What is wrong with the text, and in which line. */
export class CsvError extends Error {
  override readonly name = "CsvError";
  readonly line: number;

  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

/** Blank lines are left out. @throws CsvError */
export function parseCsv(text: string): readonly CsvLine[] {
  const source = text.startsWith("\ufeff") ? text.slice(1) : text;
  const records: CsvLine[] = [];
  let fields: string[] = [];
  let line = 1;
  let startedAt = 1;
  let at = 0;

  const endRecord = () => {
    if (fields.length > 1 || fields[0] !== "") records.push({ line: startedAt, fields });
    fields = [];
    startedAt = line;
  };

  while (at < source.length) {
    const field = source[at] === '"' ? quotedField(source, at, line) : plainField(source, at, line);
    fields.push(field.text);
    at = field.end;
    line += countLines(field.text);
    const next = source[at];
    if (next === ",") {
      at += 1;
      // A comma at the very end leaves one empty field behind it.
      if (at === source.length) fields.push("");
      continue;
    }
    if (next !== undefined) {
      at += next === "\r" && source[at + 1] === "\n" ? 2 : 1;
      line += 1;
    }
    endRecord();
  }
  if (fields.length > 0) endRecord();
  return records;
}

interface Field {
  readonly text: string;
  readonly end: number;
}

function plainField(source: string, start: number, line: number): Field {
  let end = start;
  while (end < source.length && !/[,\r\n]/.test(source.charAt(end))) {
    if (source[end] === '"') {
      throw new CsvError(
        `Line ${line} has a quote inside a field that does not begin with one.`,
        line,
      );
    }
    end += 1;
  }
  return { text: source.slice(start, end), end };
}

function quotedField(source: string, start: number, line: number): Field {
  let text = "";
  let at = start + 1;
  for (;;) {
    const quote = source.indexOf('"', at);
    if (quote < 0) throw new CsvError(`The quote of line ${line} is not closed.`, line);
    text += source.slice(at, quote);
    if (source[quote + 1] !== '"') {
      const end = quote + 1;
      if (end < source.length && !/[,\r\n]/.test(source.charAt(end))) {
        const at = line + countLines(text);
        throw new CsvError(`Line ${at} has text after a closing quote.`, at);
      }
      return { text, end };
    }
    text += '"';
    at = quote + 2;
  }
}

function countLines(text: string): number {
  return text.match(/\r\n|\r|\n/g)?.length ?? 0;
}
