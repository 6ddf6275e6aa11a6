/** Entries as the API shows them, with what is personal opened as long as its key is there. */
import type { AuditEntryView } from "@berth/protocol/api";
import { parseBody, type Sealed, sealedIn } from "./entry.ts";
import type { SealedFields } from "./person-keys.ts";
import type { FoundEntry } from "./search.ts";

export interface EntryViewsOptions {
  readonly persons: Pick<SealedFields, "openMany">;
  /** Names of people by their ids; ids that are unknown are left out. */
  readonly namesOf: (personIds: readonly string[]) => Promise<ReadonlyMap<string, string>>;
  readonly slugsOf: (organizationIds: readonly string[]) => Promise<ReadonlyMap<string, string>>;
  /** `publisher/name` of installations that are still there. */
  readonly appsOf: (installationIds: readonly string[]) => Promise<ReadonlyMap<string, string>>;
}

export type EntryViews = (found: readonly FoundEntry[]) => Promise<AuditEntryView[]>;

export function createEntryViews(options: EntryViewsOptions): EntryViews {
  const { persons, namesOf, slugsOf, appsOf } = options;

  /** Of a whole page at once: each key is asked for in one query with the others. */
  async function openAll(
    sealed: readonly Sealed[],
  ): Promise<ReadonlyMap<Sealed, AuditEntryView["personal"][number]>> {
    const texts = await persons.openMany(
      sealed.map(({ keyId, ciphertext }) => ({ personId: keyId, sealed: ciphertext })),
    );
    return new Map(
      sealed.map((each, at) => {
        const text = texts[at];
        // Sealed by `record`, under authentication: it is what that wrote.
        const fields = text === undefined ? null : (JSON.parse(text) as Record<string, unknown>);
        return [each, { person: each.keyId, fields }];
      }),
    );
  }

  return async (found) => {
    const entries = found.map(({ index, body }) => {
      const entry = parseBody(body);
      return { index, entry, sealed: sealedIn(entry) };
    });
    const named = entries.flatMap(({ entry }) => [entry.actor, entry.target]);
    const idsOf = (...kinds: readonly string[]) =>
      named.filter(({ kind }) => kinds.includes(kind)).map(({ id }) => id);
    const organizations = entries.flatMap(({ entry }) => entry.organizationId ?? []);
    const [names, slugs, apps, opened] = await Promise.all([
      namesOf([...new Set(idsOf("person", "service"))]),
      slugsOf([...new Set([...organizations, ...idsOf("organization", "policies")])]),
      appsOf([...new Set(idsOf("installation"))]),
      openAll(entries.flatMap(({ sealed }) => sealed)),
    ]);
    const byKind = new Map<string, ReadonlyMap<string, string>>([
      ...(["person", "service"] as const).map((kind) => [kind, names] as const),
      ...(["organization", "policies"] as const).map((kind) => [kind, slugs] as const),
      ["installation", apps] as const,
    ]);
    const nameOf = ({ kind, id }: { readonly kind: string; readonly id: string }) =>
      byKind.get(kind)?.get(id) ?? null;
    return entries.map(({ index, entry, sealed }): AuditEntryView => {
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
          name: nameOf(actor),
          by: actor.by ?? null,
        },
        target: { ...entry.target, name: nameOf(entry.target) },
        outcome: entry.outcome ?? null,
        details,
        personal: sealed.flatMap((each) => opened.get(each) ?? []),
        requestId: entry.requestId ?? null,
      };
    });
  };
}
