/** Entries as the API shows them, with what is personal opened as long as its key is there. */
import type { AuditEntryView } from "@berth/protocol/api";
import { parseBody, type Sealed, sealedIn } from "./entry.ts";
import type { SealedFields } from "./person-keys.ts";
import type { FoundEntry } from "./search.ts";

export interface EntryViewsOptions {
  readonly persons: Pick<SealedFields, "open">;
  /** Names of people by their ids; ids that are unknown are left out. */
  readonly namesOf: (personIds: readonly string[]) => Promise<ReadonlyMap<string, string>>;
  readonly slugsOf: (organizationIds: readonly string[]) => Promise<ReadonlyMap<string, string>>;
}

export type EntryViews = (found: readonly FoundEntry[]) => Promise<AuditEntryView[]>;

export function createEntryViews(options: EntryViewsOptions): EntryViews {
  const { persons, namesOf, slugsOf } = options;

  async function open({ keyId, ciphertext }: Sealed): Promise<AuditEntryView["personal"][number]> {
    const text = await persons.open(keyId, ciphertext);
    // Sealed by `record`, under authentication: it is what that wrote.
    const fields = text === undefined ? null : (JSON.parse(text) as Record<string, unknown>);
    return { person: keyId, fields };
  }

  return async (found) => {
    const entries = found.map(({ index, body }) => ({ index, entry: parseBody(body) }));
    const people = entries
      .filter(({ entry }) => entry.actor.kind === "person")
      .map(({ entry }) => entry.actor.id);
    const organizations = entries.flatMap(({ entry }) => entry.organizationId ?? []);
    const [names, slugs] = await Promise.all([
      namesOf([...new Set(people)]),
      slugsOf([...new Set(organizations)]),
    ]);
    return Promise.all(
      entries.map(async ({ index, entry }): Promise<AuditEntryView> => {
        const { actor, organizationId } = entry;
        const { personal: _, ...details } = entry.details ?? {};
        return {
          index,
          at: entry.at,
          action: entry.action,
          organization:
            organizationId === null ? null : (slugs.get(organizationId) ?? organizationId),
          actor: {
            kind: actor.kind,
            id: actor.id,
            name: actor.kind === "person" ? (names.get(actor.id) ?? null) : null,
            by: actor.by ?? null,
          },
          target: { ...entry.target },
          outcome: entry.outcome ?? null,
          details,
          personal: await Promise.all(sealedIn(entry).map(open)),
          requestId: entry.requestId ?? null,
        };
      }),
    );
  };
}
