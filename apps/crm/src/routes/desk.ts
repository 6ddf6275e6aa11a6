/** What every route works with: the collections, the settings, and who asks. */
import { berthOf, type Log } from "@berth/sdk/server";
import { type Author, type Collection, createCollection } from "../records/collection.ts";
import { InvalidInput } from "../records/fields.ts";
import {
  type Company,
  type Contact,
  type Deal,
  defaultSettings,
  type Settings,
} from "../records/types.ts";

export interface Desk {
  readonly contacts: Collection<Contact>;
  readonly companies: Collection<Company>;
  readonly deals: Collection<Deal>;
  readonly settings: Settings;
  readonly author: Author;
  readonly log: Log;
}

export function openDesk(env: unknown, ctx: unknown): Desk {
  const { config, log, member, state } = berthOf<Partial<Settings>>(env, ctx);
  return {
    contacts: createCollection<Contact>(state, "contacts", "contact"),
    companies: createCollection<Company>(state, "companies", "company"),
    deals: createCollection<Deal>(state, "deals", "deal"),
    settings: { ...defaultSettings, ...config },
    author: { memberId: member?.id ?? null, nowMs: Date.now() },
    log,
  };
}

/** The body as JSON. @throws InvalidInput */
export async function readJson(request: { json(): Promise<unknown> }): Promise<unknown> {
  try {
    return await request.json();
  } catch {
    throw new InvalidInput([{ field: "", message: "The body is not JSON." }]);
  }
}

/** The version that a change was made on; `replace` refuses what is not one. */
export function versionOf(body: unknown): unknown {
  return typeof body === "object" && body !== null ? (body as { version?: unknown }).version : null;
}

/** @throws InvalidInput when a record refers to one that is not there */
export async function demandReferences(
  { companies, contacts }: Desk,
  refers: { readonly companyId: string | null; readonly contactId?: string | null },
): Promise<void> {
  const { companyId, contactId = null } = refers;
  const problems = [
    companyId !== null && !(await companies.find(companyId))
      ? [{ field: "companyId", message: "The company is not there any more; choose another." }]
      : [],
    contactId !== null && !(await contacts.find(contactId))
      ? [{ field: "contactId", message: "The contact is not there any more; choose another." }]
      : [],
  ].flat();
  if (problems.length > 0) throw new InvalidInput(problems);
}
