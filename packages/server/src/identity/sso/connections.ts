/**
 * An organization's connection to its provider.
 *
 * The client's secret is sealed before it is stored, and leaves only for the provider's token address.
 */
import { BerthError } from "@berth/protocol";
import type { SingleSignOnSettings, SingleSignOnView } from "@berth/protocol/api";
import type { Selectable, Transaction } from "kysely";
import type { Database } from "../../storage/database.ts";
import type { Ground } from "../../storage/ground.ts";
import type { KeyRing } from "../../storage/keys.ts";
import type { Schema } from "../../storage/schema.ts";
import { endBound } from "../end-access.ts";
import type { SsoConnectionTable } from "./tables.ts";

type Stored = Omit<SingleSignOnSettings, "clientSecret">;

export interface Connection extends Stored {
  readonly organizationId: string;
  readonly slug: string;
  readonly isByOwner: boolean;
  /** Opened only to be sent. @throws INTERNAL when it was not sealed here */
  readonly openSecret: () => string | null;
}

export interface Connections {
  findView(
    organizationId: string,
    trx?: Transaction<Schema>,
  ): Promise<SingleSignOnView | undefined>;
  /** By the organization's slug. */
  find(slug: string): Promise<Connection | undefined>;
  /** @returns the sessions that ended by it */
  put(
    trx: Transaction<Schema>,
    change: {
      readonly organizationId: string;
      readonly settings: SingleSignOnSettings;
      readonly isByOwner: boolean;
    },
  ): Promise<{ readonly view: SingleSignOnView; readonly endedSessions: readonly string[] }>;
  /** @throws SSO_NOT_OFFERED when there is none */
  delete(trx: Transaction<Schema>, organizationId: string): Promise<readonly string[]>;
  noteSuccess(trx: Transaction<Schema>, organizationId: string): Promise<void>;
  /** @param message - one of ours: what a provider sent is quoted and cut in it */
  noteFailure(organizationId: string, message: string): Promise<void>;
}

const maxFailureChars = 500;
const contextOf = (organizationId: string) => `sso-client/${organizationId}`;

export function createConnections(options: {
  readonly database: Pick<Database, "kysely">;
  readonly keys: Pick<KeyRing, "createDataKey" | "seal" | "open" | "fingerprint">;
  readonly ground: Pick<Ground, "clock">;
}): Connections {
  const { keys } = options;
  const { kysely } = options.database;
  const now = () => new Date(options.ground.clock.now());
  const select = (organizationId: string, db: Pick<typeof kysely, "selectFrom"> = kysely) =>
    db
      .selectFrom("sso_connection")
      .selectAll()
      .where("organization_id", "=", organizationId)
      .executeTakeFirst();

  function seal(
    held: Selectable<SsoConnectionTable> | undefined,
    organizationId: string,
    secret: string | null | undefined,
  ) {
    if (secret === undefined && held !== undefined) {
      const { data_key, sealed_secret, secret_fingerprint } = held;
      return { data_key, sealed_secret, secret_fingerprint };
    }
    const data_key = keys.createDataKey().wrapped;
    if (secret === undefined || secret === null) {
      return { data_key, sealed_secret: null, secret_fingerprint: null };
    }
    const sealed = keys.seal(data_key, new TextEncoder().encode(secret), contextOf(organizationId));
    return {
      data_key,
      sealed_secret: sealed,
      secret_fingerprint: keys.fingerprint(data_key, secret),
    };
  }

  return {
    async findView(organizationId, trx) {
      const row = await select(organizationId, trx);
      return row === undefined ? undefined : viewOf(row);
    },
    async find(slug) {
      const row = await kysely
        .selectFrom("sso_connection")
        .innerJoin("organization", "organization.id", "sso_connection.organization_id")
        .selectAll("sso_connection")
        .select("organization.slug")
        .where("organization.slug", "=", slug)
        .executeTakeFirst();
      if (row === undefined) return undefined;
      const { data_key, sealed_secret, organization_id } = row;
      return {
        ...storedOf(row),
        organizationId: organization_id,
        slug: row.slug,
        isByOwner: row.is_by_owner,
        openSecret: () =>
          sealed_secret === null
            ? null
            : new TextDecoder().decode(
                keys.open(data_key, sealed_secret, contextOf(organization_id)),
              ),
      };
    },
    async put(trx, { organizationId, settings, isByOwner }) {
      const held = await select(organizationId, trx);
      const { clientSecret, issuer, clientId, isRequired, ...rest } = settings;
      const isOther = held !== undefined && (held.issuer !== issuer || held.client_id !== clientId);
      // Another provider must not be sent this one's secret.
      if (isOther && clientSecret === undefined && held.sealed_secret !== null) {
        throw new BerthError(
          "REQUEST_INVALID",
          "body.clientSecret is missing; another issuer or client needs its own secret.",
        );
      }
      const row = {
        organization_id: organizationId,
        issuer,
        client_id: clientId,
        is_required: isRequired,
        // Who somebody is hangs on these; another's change of the rest leaves an owner's choice as it was.
        is_by_owner:
          isByOwner || (held?.is_by_owner === true && !isOther && isSameProof(held, settings)),
        settings: JSON.stringify(rest),
        ...seal(held, organizationId, clientSecret),
        updated_at: now(),
        ...(isOther ? { last_success_at: null, last_failure_at: null, last_failure: null } : {}),
      };
      const written = await trx
        .insertInto("sso_connection")
        .values({ last_failure: null, ...row })
        .onConflict((on) => on.column("organization_id").doUpdateSet(row))
        .returningAll()
        .executeTakeFirstOrThrow();
      const endedSessions = isOther ? await endBound(trx, { organizationId }) : [];
      return { view: viewOf(written), endedSessions };
    },
    async delete(trx, organizationId) {
      const gone = await trx
        .deleteFrom("sso_connection")
        .where("organization_id", "=", organizationId)
        .returning("organization_id")
        .executeTakeFirst();
      if (gone === undefined) {
        throw new BerthError(
          "SSO_NOT_OFFERED",
          "The organization has no single sign-on to remove.",
        );
      }
      return endBound(trx, { organizationId });
    },
    async noteSuccess(trx, organizationId) {
      await trx
        .updateTable("sso_connection")
        .set({ last_success_at: now() })
        .where("organization_id", "=", organizationId)
        .execute();
    },
    async noteFailure(organizationId, message) {
      await kysely
        .updateTable("sso_connection")
        .set({ last_failure_at: now(), last_failure: message.slice(0, maxFailureChars) })
        .where("organization_id", "=", organizationId)
        .execute();
    },
  };
}

function isSameProof(held: Selectable<SsoConnectionTable>, next: SingleSignOnSettings): boolean {
  const { isEmailTrusted, externalIdClaim } = storedOf(held);
  return isEmailTrusted === next.isEmailTrusted && externalIdClaim === next.externalIdClaim;
}

function storedOf(row: Selectable<SsoConnectionTable>): Stored {
  // Written by `put`.
  const rest = row.settings as Omit<Stored, "issuer" | "clientId" | "isRequired">;
  return {
    ...rest,
    issuer: row.issuer,
    clientId: row.client_id,
    isRequired: row.is_required,
  };
}

function viewOf(row: Selectable<SsoConnectionTable>): SingleSignOnView {
  const { last_failure_at: failedAt, last_failure: failure } = row;
  return {
    ...storedOf(row),
    secretFingerprint: row.secret_fingerprint,
    isByOwner: row.is_by_owner,
    updatedAt: row.updated_at.toISOString(),
    lastSuccessAt: row.last_success_at?.toISOString() ?? null,
    lastFailure:
      failedAt === null || failure === null
        ? null
        : { at: failedAt.toISOString(), message: failure },
  };
}
