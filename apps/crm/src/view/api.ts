/** What the view asks of its function. */
import type { View } from "@berth/sdk/view";
import type { Problem } from "../records/fields.ts";
import type { Stage } from "../records/pipeline.ts";
import type { Company, Contact, Saved, Settings } from "../records/types.ts";

export interface CompanyLine extends Saved<Company> {
  readonly contactCount: number;
  readonly dealValue: number;
}

export interface Pipeline {
  readonly stages: readonly Stage[];
  readonly currency: string;
}

export interface ContactsList {
  readonly contacts: readonly Saved<Contact>[];
  readonly total: number;
}

export interface CompaniesList {
  readonly companies: readonly CompanyLine[];
  readonly total: number;
}

export interface ImportAnswer {
  readonly created: number;
  readonly updated: number;
  readonly problems: readonly { readonly line: number; readonly message: string }[];
}

/** The function's refusal: its sentence, and what is wrong with which field. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly problems: readonly Problem[];

  constructor(message: string, problems: readonly Problem[] = []) {
    super(message);
    this.problems = problems;
  }
}

export interface CrmApi {
  settings(): Promise<Settings>;
  pipeline(search: string): Promise<Pipeline>;
  contacts(search: string): Promise<ContactsList>;
  companies(search: string): Promise<CompaniesList>;
  /** Makes a record, or changes the one with this id and version. */
  save(
    kind: Kind,
    fields: object,
    of?: { readonly id: string; readonly version: string },
  ): Promise<void>;
  remove(kind: Kind, id: string): Promise<void>;
  importContacts(csv: string): Promise<ImportAnswer>;
  exportContacts(): Promise<string>;
}

export type Kind = "contacts" | "companies" | "deals";

export function createApi(view: View): CrmApi {
  async function ask(path: string, init?: Parameters<View["fetch"]>[1]): Promise<Response> {
    const answer = await view.fetch(path, init);
    if (answer.ok) return answer;
    const { error } = (await answer.json().catch(() => ({}))) as {
      error?: { message?: string; problems?: Problem[] };
    };
    throw new Refusal(error?.message ?? `The app answered ${answer.status}.`, error?.problems);
  }
  const read = async <T>(path: string): Promise<T> => (await (await ask(path)).json()) as T;
  const searching = (path: string, search: string) =>
    `${path}?${new URLSearchParams({ search: search.trim() })}`;
  return {
    settings: () => read("/api/settings"),
    pipeline: (search) => read(searching("/api/deals/pipeline", search)),
    contacts: (search) => read(searching("/api/contacts", search)),
    companies: (search) => read(searching("/api/companies", search)),
    async save(kind, fields, of) {
      if (!of) await ask(`/api/${kind}`, { json: fields });
      else {
        const json = { ...fields, version: of.version };
        await ask(`/api/${kind}/${of.id}`, { method: "PUT", json });
      }
    },
    async remove(kind, id) {
      await ask(`/api/${kind}/${id}`, { method: "DELETE" });
    },
    async importContacts(csv) {
      const headers = { "content-type": "text/csv" };
      const answer = await ask("/api/contacts/import", { method: "POST", headers, body: csv });
      return (await answer.json()) as ImportAnswer;
    },
    exportContacts: async () => (await ask("/api/contacts/export")).text(),
  };
}
