/** Tables of single sign-on, of provisioning and of groups. Each row but a flow is one organization's. */
import type { ColumnType } from "kysely";

type Instant = ColumnType<Date, Date, Date>;
type MaybeInstant = ColumnType<Date | null, Date | null | undefined, Date | null>;
type Json<Value> = ColumnType<Value, string, string>;

export interface SsoConnectionTable {
  readonly organization_id: string;
  readonly issuer: string;
  readonly client_id: string;
  /** A wrapped data key of its own. */
  readonly data_key: string;
  /** The client's secret under that key; null for a public client. */
  readonly sealed_secret: ColumnType<Uint8Array | null>;
  readonly secret_fingerprint: string | null;
  readonly is_required: boolean;
  /** Whether an owner chose this provider: only then may it speak for owners. */
  readonly is_by_owner: boolean;
  /** The rest of `SingleSignOnSettings`. */
  readonly settings: Json<unknown>;
  readonly updated_at: Instant;
  readonly last_success_at: MaybeInstant;
  readonly last_failure_at: MaybeInstant;
  readonly last_failure: string | null;
}

export interface SsoDomainTable {
  readonly organization_id: string;
  readonly domain: string;
  readonly token: string;
  readonly proven_at: MaybeInstant;
}

/** A sign-in under way in one browser: used once. State, nonce and verifier are made from its token. */
export interface SsoFlowTable {
  /** SHA-256 of the cookie's token, hexadecimal. */
  readonly token_hash: string;
  readonly organization_id: string;
  readonly return_to: string;
  readonly expires_at: Instant;
}

export interface SsoIdentityTable {
  readonly organization_id: string;
  readonly issuer: string;
  readonly subject: string;
  readonly person_id: string;
  readonly created_at: Instant;
  readonly last_used_at: Instant;
}

/** People whom an organization itself made, by its provider or its directory. */
export interface ManagedPersonTable {
  readonly person_id: string;
  readonly organization_id: string;
}

/** Which sessions came by single sign-on: they reach that organization only. */
export interface SsoSessionTable {
  readonly session_id: string;
  /** No foreign key: a row that went with its organization would leave a session without bounds. */
  readonly organization_id: string;
  readonly expires_at: Instant;
}

/** API keys that were made in such a session: bound in the same way. */
export interface SsoKeyTable {
  readonly key_id: string;
  readonly organization_id: string;
}

export interface OrganizationGroupTable {
  readonly id: string;
  readonly organization_id: string;
  readonly name: string;
  readonly source: string;
  readonly external_id: string | null;
  readonly created_at: Instant;
  readonly updated_at: Instant;
}

/** Goes with the group and with the membership. */
export interface GroupMemberTable {
  readonly group_id: string;
  readonly organization_id: string;
  readonly person_id: string;
}

export interface ScimTokenTable {
  readonly id: string;
  readonly organization_id: string;
  /** SHA-256, hexadecimal. */
  readonly token_hash: string;
  readonly name: string;
  readonly created_at: Instant;
  readonly expires_at: MaybeInstant;
  readonly last_used_at: MaybeInstant;
}

export interface ScimUserTable {
  readonly id: string;
  readonly organization_id: string;
  readonly person_id: string;
  readonly user_name: string;
  readonly external_id: string | null;
  readonly is_active: boolean;
  /** What of `ScimUserBody` is shown again. */
  readonly attributes: Json<unknown>;
  readonly created_at: Instant;
  readonly updated_at: Instant;
}

/** What the directory said; who of them is active is in `group_member` too. */
export interface ScimGroupMemberTable {
  readonly group_id: string;
  readonly user_id: string;
}

export interface SignOnTables {
  readonly sso_connection: SsoConnectionTable;
  readonly sso_domain: SsoDomainTable;
  readonly sso_flow: SsoFlowTable;
  readonly sso_identity: SsoIdentityTable;
  readonly managed_person: ManagedPersonTable;
  readonly sso_session: SsoSessionTable;
  readonly sso_key: SsoKeyTable;
  readonly organization_group: OrganizationGroupTable;
  readonly group_member: GroupMemberTable;
  readonly scim_token: ScimTokenTable;
  readonly scim_user: ScimUserTable;
  readonly scim_group_member: ScimGroupMemberTable;
}
