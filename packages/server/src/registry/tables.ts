/** The registry's tables. */
import type { PublisherRoleName } from "@berth/protocol/api";
import type { ColumnType, Generated } from "kysely";

/** Parsed when read, text when written. */
type Json<Value> = ColumnType<Value, string, string>;

export interface PublisherTable {
  readonly id: string;
  /** A slug; the first half of its apps' names. */
  readonly name: string;
  readonly display_name: string;
  readonly created_at: Generated<Date>;
}

export interface PublisherMemberTable {
  readonly publisher_id: string;
  readonly person_id: string;
  readonly role: PublisherRoleName;
  readonly created_at: Generated<Date>;
}

export interface PublisherKeyTable {
  readonly publisher_id: string;
  readonly key_id: string;
  /** Base64 of the 32 raw bytes. */
  readonly public_key: string;
  readonly label: string;
  readonly created_at: Generated<Date>;
  readonly revoked_at: ColumnType<Date | null, Date | null | undefined, Date>;
}

export interface AppTable {
  readonly id: string;
  readonly publisher_id: string;
  /** The second half of `publisher/name`. */
  readonly name: string;
  /** The highest published release that is no pre-release, else the highest. */
  readonly latest_release_id: ColumnType<string | null, string | null | undefined, string>;
  readonly created_at: Generated<Date>;
}

export interface StoredFinding {
  readonly rule: string;
  readonly severity: "error" | "warning" | "info";
  readonly message: string;
  readonly path: string | null;
}

export interface ReleaseTable {
  readonly id: string;
  readonly app_id: string;
  readonly version: string;
  readonly digest: string;
  readonly package_bytes: number;
  readonly manifest: Json<unknown>;
  readonly readme: string | null;
  readonly signed_by: string;
  /** The DSSE envelope as it was sent. */
  readonly envelope: string;
  readonly status: "published" | "rejected" | "yanked";
  readonly findings: Json<StoredFinding[]>;
  readonly published_by: string;
  readonly published_at: ColumnType<Date, Date, never>;
}

export interface RegistryTables {
  readonly publisher: PublisherTable;
  readonly publisher_member: PublisherMemberTable;
  readonly publisher_key: PublisherKeyTable;
  readonly app: AppTable;
  readonly release: ReleaseTable;
}
