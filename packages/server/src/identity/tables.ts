/**
 * Identity's tables. All but `sign_in_link`, `operator` and `embed_*` are better-auth's, under names of ours
 * and with its column names; it alone writes `session` and `api_key` rows.
 */
import type { ColumnType, Generated } from "kysely";

type Instant = ColumnType<Date, Date, Date>;
type Nullable = ColumnType<string | null, string | null | undefined, string | null>;

export interface PersonTable {
  readonly id: string;
  readonly name: string;
  /** In lower case. */
  readonly email: string;
  readonly emailVerified: boolean;
  readonly image: Nullable;
  readonly createdAt: Generated<Date>;
  readonly updatedAt: Generated<Date>;
}

export interface SessionTable {
  readonly id: string;
  readonly token: string;
  readonly userId: string;
  readonly expiresAt: Instant;
}

export interface AccountTable {
  readonly id: string;
  readonly accountId: string;
  readonly providerId: string;
  readonly userId: string;
  /** A scrypt hash. */
  readonly password: Nullable;
  readonly createdAt: Generated<Date>;
  readonly updatedAt: Instant;
}

export interface OrganizationTable {
  readonly id: string;
  readonly name: string;
  readonly slug: string;
  readonly createdAt: Instant;
}

export interface MemberTable {
  readonly id: string;
  readonly organizationId: string;
  readonly userId: string;
  readonly role: string;
  readonly createdAt: Instant;
}

export interface ApiKeyTable {
  readonly id: string;
  readonly name: string | null;
  readonly start: string | null;
  /** The person. */
  readonly referenceId: string;
  readonly createdAt: Instant;
  readonly expiresAt: ColumnType<Date | null>;
}

export interface SignInLinkTable {
  /** SHA-256 of the token, hexadecimal. */
  readonly token_hash: string;
  readonly person_id: string;
  readonly expires_at: Instant;
}

export interface OperatorTable {
  readonly person_id: string;
  readonly created_at: Instant;
}

export interface EmbedKeyTable {
  readonly id: string;
  readonly issuer: string;
  /** EdDSA or ES256. */
  readonly algorithm: string;
  /** A JSON Web Key. */
  readonly public_key: string;
  readonly created_at: Instant;
  readonly last_used_at: ColumnType<Date | null>;
}

export interface EmbedPersonTable {
  readonly issuer: string;
  readonly subject: string;
  readonly person_id: string;
}

/** Tokens of products that were exchanged, until they are expired. */
export interface EmbedUseTable {
  readonly issuer: string;
  readonly token_id: string;
  readonly expires_at: Instant;
}

export interface EmbedSessionTable {
  readonly id: string;
  /** SHA-256 of the access token, hexadecimal. */
  readonly token_hash: string;
  readonly key_id: string;
  readonly person_id: string;
  readonly organization_id: string;
  readonly expires_at: Instant;
}

export interface IdentityTables {
  readonly person: PersonTable;
  readonly session: SessionTable;
  readonly account: AccountTable;
  readonly organization: OrganizationTable;
  readonly member: MemberTable;
  readonly api_key: ApiKeyTable;
  readonly sign_in_link: SignInLinkTable;
  readonly operator: OperatorTable;
  readonly embed_key: EmbedKeyTable;
  readonly embed_person: EmbedPersonTable;
  readonly embed_use: EmbedUseTable;
  readonly embed_session: EmbedSessionTable;
}
