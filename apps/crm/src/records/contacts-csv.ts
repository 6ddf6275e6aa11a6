/** Contacts as CSV: the header names the columns, in any order; companies go by their names. */
import { formatCsv, unguard } from "../csv/format-csv.ts";
import { CsvError, parseCsv } from "../csv/parse-csv.ts";
import { InvalidInput } from "./fields.ts";
import { type Company, type Contact, parseContact, type Saved } from "./types.ts";

const columns = ["name", "email", "phone", "company", "notes"] as const;
type Column = (typeof columns)[number];

export const maxImportRows = 5_000;

export interface ImportProblem {
  readonly line: number;
  readonly message: string;
}

export interface ImportRow {
  readonly line: number;
  readonly contact: Contact;
  /** Trimmed; empty for none. */
  readonly companyName: string;
}

export interface ContactsReading {
  readonly rows: readonly ImportRow[];
  readonly problems: readonly ImportProblem[];
}

export function writeContacts(
  contacts: readonly Contact[],
  companies: ReadonlyMap<string, Pick<Company, "name">>,
): string {
  const rows = contacts.map(({ companyId, email, name, notes, phone }) => [
    ...[name, email, phone],
    (companyId === null ? undefined : companies.get(companyId)?.name) ?? "",
    notes,
  ]);
  return formatCsv([columns, ...rows]);
}

/** Reads every line that it can; the others come back as problems. Never throws. */
export function readContacts(text: string): ContactsReading {
  let lines: ReturnType<typeof parseCsv>;
  try {
    lines = parseCsv(text);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return { rows: [], problems: [{ line: error.line, message: error.message }] };
  }
  const [header, ...records] = lines;
  const places = header?.fields.map((field) => field.trim().toLowerCase()) ?? [];
  const headerProblem = checkHeader(places, records.length);
  if (headerProblem)
    return { rows: [], problems: [{ line: header?.line ?? 1, message: headerProblem }] };
  const rows: ImportRow[] = [];
  const problems: ImportProblem[] = [];
  const lineOfEmail = new Map<string, number>();
  for (const { fields, line } of records) {
    const field = (column: Column) => unguard(fields[places.indexOf(column)] ?? "");
    try {
      if (fields.length > places.length) {
        throw new InvalidInput([
          { field: "", message: `has ${fields.length} fields; the header has ${places.length}.` },
        ]);
      }
      const contact = parseContact({
        ...{ name: field("name"), email: field("email"), phone: field("phone") },
        notes: field("notes"),
      });
      const earlier = lineOfEmail.get(contact.email);
      if (contact.email !== "" && earlier !== undefined) {
        throw new InvalidInput([
          { field: "email", message: `email is the same as in line ${earlier}.` },
        ]);
      }
      lineOfEmail.set(contact.email, line);
      rows.push({ line, contact, companyName: field("company").trim().slice(0, 120) });
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error;
      problems.push({ line, message: `Line ${line}: ${error.message}` });
    }
  }
  return { rows, problems };
}

function checkHeader(places: readonly string[], count: number): string | undefined {
  const expected = `expected ${columns.join(", ")}`;
  if (places.length === 0) return `The file is empty; ${expected} in its first line.`;
  const unknown = places.filter((place) => !(columns as readonly string[]).includes(place));
  if (unknown.length > 0)
    return `The column ${JSON.stringify(unknown[0])} is not known; ${expected}.`;
  if (new Set(places).size < places.length)
    return `A column stands in the header twice; ${expected}.`;
  if (!places.includes("name")) return `There is no column name; ${expected}.`;
  if (count > maxImportRows)
    return `The file has ${count} contacts; at most ${maxImportRows} at once.`;
  return undefined;
}

/** Sorted by name, so that the same contacts give the same file. */
export function inOrder<T extends Pick<Saved<Contact>, "name" | "id">>(
  contacts: readonly T[],
): T[] {
  return [...contacts].sort(
    (a, b) => a.name.localeCompare(b.name, "en", { numeric: true }) || (a.id < b.id ? -1 : 1),
  );
}
