/** Puts the contacts of a file into the CRM: new ones are made, known ones (by e-mail) changed. */

import { Conflict } from "../records/collection.ts";
import type { ContactsReading, ImportProblem } from "../records/contacts-csv.ts";
import type { Contact } from "../records/types.ts";
import type { Desk } from "./desk.ts";

export interface ImportResult {
  readonly created: number;
  readonly updated: number;
  readonly problems: readonly ImportProblem[];
}

export async function importContacts(desk: Desk, reading: ContactsReading): Promise<ImportResult> {
  const { author, contacts } = desk;
  const companyIds = await ensureCompanies(
    desk,
    reading.rows.map(({ companyName }) => companyName),
  );
  const known = new Map(
    (await contacts.list()).filter(({ email }) => email !== "").map((each) => [each.email, each]),
  );
  const fresh: Contact[] = [];
  const problems = [...reading.problems];
  let updated = 0;
  for (const { companyName, contact, line } of reading.rows) {
    const companyId = companyIds.get(companyName.toLowerCase()) ?? null;
    const before = known.get(contact.email);
    if (!before) {
      fresh.push({ ...contact, companyId });
      continue;
    }
    try {
      const { id, version } = before;
      await contacts.replace(id, { ...contact, companyId }, version, author);
      updated += 1;
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
      problems.push({ line, message: `Line ${line}: ${error.message}` });
    }
  }
  const created = await contacts.createMany(fresh, author);
  return { created, updated, problems };
}

/** Ids by lower-case name; companies that are not there yet are made. */
async function ensureCompanies(
  { author, companies }: Desk,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const ids = new Map((await companies.list()).map(({ id, name }) => [name.toLowerCase(), id]));
  for (const name of names) {
    if (name === "" || ids.has(name.toLowerCase())) continue;
    const { id } = await companies.create({ name, website: "", notes: "" }, author);
    ids.set(name.toLowerCase(), id);
  }
  return ids;
}
