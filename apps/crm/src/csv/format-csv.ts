/**
 * Writes CSV that spreadsheets open without harm: a field that they would take for a formula
 * gets an apostrophe in front, as they themselves write text. `unguard` takes it away again.
 */

const formula = /^[=+\-@\t\r]/;

/** Lines end in CRLF, the last one too, as RFC 4180 has it. */
export function formatCsv(rows: readonly (readonly string[])[]): string {
  return rows.map((row) => `${row.map(formatField).join(",")}\r\n`).join("");
}

function formatField(text: string): string {
  const guarded = formula.test(text) || /^'+[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

/** The field as it was before `formatCsv`; other apostrophes stay. */
export function unguard(text: string): string {
  return /^'+[=+\-@\t\r]/.test(text) ? text.slice(1) : text;
}
