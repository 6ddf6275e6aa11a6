/** What was done, for the audit log: an act is written in the transaction that does it. */
import type { Transaction } from "kysely";
import type { JsonObject } from "../installation/live.ts";
import type { Schema } from "../storage/schema.ts";

/** Who did it. */
export interface Actor {
  readonly kind: "person" | "service" | "app" | "system";
  /** The person's, service principal's or installation's id; `berth` for the system. */
  readonly id: string;
  /** How they proved it. */
  readonly by?: "session" | "key" | "embed" | "sso" | "scim" | "link";
  /** The key's or session's id. */
  readonly credentialId?: string;
  /** Their network address; kept under a key of theirs. */
  readonly address?: string;
}

export interface Act {
  /** What was done: a domain and a verb, such as `grant.revoke`. */
  readonly action: string;
  /** Null for an act on the whole host or a publisher. */
  readonly organizationId: string | null;
  readonly actor: Actor;
  /** Such as `{ kind: "installation", id }`. */
  readonly target: { readonly kind: string; readonly id: string };
  /** Names and values that identify nobody. */
  readonly details?: JsonObject;
  /** What is somebody's own, such as an address or a name; kept under a key of theirs. */
  readonly personal?: {
    /** Null for somebody who is not known here: sealed under a key of the day, which is not kept. */
    readonly personId: string | null;
    readonly fields: JsonObject;
  };
  readonly requestId?: string;
}

/** Who does it and in which request: the part of an act that a route's handler knows. */
export type ActOrigin = Pick<Act, "actor" | "requestId">;

export interface Trail {
  /** No record, no act: it fails with the transaction, and the transaction with it. */
  record(trx: Transaction<Schema>, act: Act): Promise<void>;
  /** Whether no use of the key is on record since then; if so, notes this one, to be recorded. */
  noteKeyUse(
    trx: Transaction<Schema>,
    use: { readonly keyId: string; readonly now: Date; readonly since: Date },
  ): Promise<boolean>;
}

/** What other domains take of it. */
export type ActRecord = Pick<Trail, "record">;
