/** What the CRM keeps, and how each is read from outside. */
import { readFields } from "./fields.ts";

export interface Company {
  readonly name: string;
  readonly website: string;
  readonly notes: string;
}

export interface Contact {
  readonly name: string;
  /** Lower case; empty when unknown. Unique among contacts when not empty. */
  readonly email: string;
  readonly phone: string;
  readonly companyId: string | null;
  readonly notes: string;
}

export interface Deal {
  readonly title: string;
  /** In whole units of the configured currency. */
  readonly value: number;
  readonly stage: string;
  readonly contactId: string | null;
  readonly companyId: string | null;
  /** `2026-11-21`. */
  readonly closesOn: string | null;
}

/** What every record has beside its own fields; kept by the function, never taken from a form. */
export interface Stored {
  readonly id: string;
  /** Pseudonym of the member who made it; null for an import by nobody. */
  readonly ownerId: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export type Saved<T> = T & Stored & { readonly version: string };

export interface Settings {
  readonly currency: string;
  readonly stages: readonly string[];
}

export const defaultSettings: Settings = Object.freeze({
  currency: "USD",
  stages: Object.freeze(["Lead", "Qualified", "Proposal", "Won", "Lost"]),
});

/** @throws InvalidInput */
export function parseCompany(input: unknown): Company {
  const fields = readFields(input);
  const company = {
    name: fields.requiredText("name", 120),
    website: fields.text("website", 300),
    notes: fields.text("notes", 4_000),
  };
  fields.end();
  return company;
}

/** @throws InvalidInput */
export function parseContact(input: unknown): Contact {
  const fields = readFields(input);
  const contact = {
    name: fields.requiredText("name", 120),
    email: fields.email("email"),
    phone: fields.text("phone", 40),
    companyId: fields.reference("companyId"),
    notes: fields.text("notes", 4_000),
  };
  fields.end();
  return contact;
}

/** @throws InvalidInput */
export function parseDeal(input: unknown, { stages }: Settings): Deal {
  const fields = readFields(input);
  const deal = {
    title: fields.requiredText("title", 160),
    value: fields.amount("value"),
    stage: fields.oneOf("stage", stages),
    contactId: fields.reference("contactId"),
    companyId: fields.reference("companyId"),
    closesOn: fields.date("closesOn"),
  };
  fields.end();
  return deal;
}
