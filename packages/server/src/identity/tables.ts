/**
 * Identity's tables. Those whose columns are in camel case are better-auth's, under names of ours; a
 * column of ours beside them is in snake case.
 */
import type { OperatorRoleName } from "@berth/protocol/api";
import type { ColumnType, Generated } from "kysely";
import type { SignOnTables } from "./sso/tables.ts";

type Instant = ColumnType<Date, Date, Date>;
type NullableInstant = ColumnType<Date | null, Date | null | undefined, Date | null>;
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
  readonly createdAt: Instant;
  readonly ipAddress: Nullable;
  readonly userAgent: Nullable;
  /** To the minute. */
  readonly lastSeenAt: NullableInstant;
  /** When its person last proved who they are. */
  readonly provedAt: NullableInstant;
  readonly secondFactorAt: NullableInstant;
}

/** better-auth's, which writes it; `recorded_at` is ours: a passkey without it counts for nothing. */
export interface PasskeyTable {
  readonly id: string;
  readonly name: Nullable;
  readonly userId: string;
  readonly credentialID: string;
  readonly backedUp: boolean;
  readonly createdAt: ColumnType<Date | null>;
  readonly recorded_at: NullableInstant;
}

export interface SecondFactorTable {
  readonly person_id: string;
  readonly wrapped_key: string;
  /** Under `wrapped_key`. */
  readonly sealed_secret: Uint8Array;
  /** The last step of which a code was taken (RFC 6238, section 5.2). */
  readonly last_counter: ColumnType<string, number, number>;
  /** Null: begun, and not in force. */
  readonly confirmed_at: NullableInstant;
  readonly created_at: Instant;
}

export interface BackupCodeTable {
  readonly person_id: string;
  /** SHA-256, hexadecimal. */
  readonly code_hash: string;
}

export interface SignInChallengeTable {
  /** SHA-256 of the cookie's token, hexadecimal. */
  readonly token_hash: string;
  readonly person_id: string;
  readonly tries: number;
  readonly expires_at: Instant;
}

export interface LockOutTable {
  /** Of what is counted, keyed. */
  readonly key_hash: string;
  readonly failures: number;
  readonly last_failed_at: Instant;
  readonly locked_until: NullableInstant;
  readonly forgotten_at: Instant;
}

export interface ServicePrincipalTable {
  /** Of its row among people. */
  readonly person_id: string;
  /** Of these two one is set. */
  readonly organization_id: string | null;
  readonly publisher_name: string | null;
  readonly permissions: ColumnType<readonly string[], string, string>;
  readonly disabled_at: NullableInstant;
  readonly created_at: Instant;
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
  readonly second_factor_required: Generated<boolean>;
}

export interface MemberTable {
  readonly id: string;
  readonly organizationId: string;
  readonly userId: string;
  /** A built-in role's name, or the id of a row of `organization_role`. */
  readonly role: string;
  /** Who says the role: `here`, or `product` while only an embedding product's token has said it. */
  readonly roleFrom: Generated<string>;
  readonly createdAt: Instant;
}

export interface InvitationTable {
  readonly id: string;
  readonly organizationId: string;
  /** In lower case. */
  readonly email: string;
}

/** A role of an organization's own. */
export interface OrganizationRoleTable {
  readonly id: string;
  readonly organization_id: string;
  readonly name: string;
  readonly description: string;
  /** Names of permissions, parsed when read. */
  readonly permissions: ColumnType<unknown, string, string>;
  readonly created_at: Instant;
}

/** Invitations that nobody has accepted. */
export interface MemberInvitationTable {
  readonly id: string;
  readonly organization_id: string;
  /** In lower case. */
  readonly email: string;
  readonly role: string;
  /** SHA-256 of the token, hexadecimal. */
  readonly token_hash: string;
  readonly invited_by: string;
  /** Made with a new organization, by an operator who need not belong to it. */
  readonly is_by_operator: boolean;
  /** A mailer took the link to the address, and nobody was shown it. */
  readonly is_mailed: boolean;
  /** When the public route was answered though the address has an account. */
  readonly joined_at: ColumnType<Date | null>;
  readonly created_at: Instant;
  readonly expires_at: Instant;
}

export interface ApiKeyTable {
  readonly id: string;
  readonly configId: string;
  readonly name: string | null;
  readonly start: string | null;
  readonly prefix: string | null;
  /** SHA-256 of the secret, base64url. */
  readonly key: string;
  /** The person, or the service principal. */
  readonly referenceId: string;
  readonly enabled: boolean | null;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
  readonly expiresAt: ColumnType<Date | null>;
  /** Names of permissions; null: no limit. */
  readonly scope: ColumnType<readonly string[] | null, string | null, never>;
  readonly organization_id: string | null;
  readonly publisher_name: string | null;
  readonly last_used_at: NullableInstant;
}

export interface SignInLinkTable {
  /** SHA-256 of the token, hexadecimal. */
  readonly token_hash: string;
  readonly person_id: string;
  readonly expires_at: Instant;
}

export interface OperatorTable {
  readonly person_id: string;
  readonly role: Generated<OperatorRoleName>;
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
  readonly ends_at: ColumnType<Date | null, Date | null | undefined>;
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

export interface IdentityTables extends SignOnTables {
  readonly person: PersonTable;
  readonly session: SessionTable;
  readonly passkey: PasskeyTable;
  readonly second_factor: SecondFactorTable;
  readonly backup_code: BackupCodeTable;
  readonly sign_in_challenge: SignInChallengeTable;
  readonly lock_out: LockOutTable;
  readonly service_principal: ServicePrincipalTable;
  readonly account: AccountTable;
  readonly organization: OrganizationTable;
  readonly member: MemberTable;
  readonly invitation: InvitationTable;
  readonly organization_role: OrganizationRoleTable;
  readonly member_invitation: MemberInvitationTable;
  readonly api_key: ApiKeyTable;
  readonly sign_in_link: SignInLinkTable;
  readonly operator: OperatorTable;
  readonly embed_key: EmbedKeyTable;
  readonly embed_person: EmbedPersonTable;
  readonly embed_use: EmbedUseTable;
  readonly embed_session: EmbedSessionTable;
}
