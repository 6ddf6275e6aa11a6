import type { ColumnType } from "kysely";

/** One app in one organization. The row exists from the request to install until it is removed. */
export interface InstallationTable {
  id: string;
  organization_id: string;
  app: string;
  version: string;
  digest: string;
  /** The parsed manifest of the release that is bound. */
  manifest: ColumnType<unknown, string, string>;
  state: string;
  state_reason: string | null;
  /** The data key, wrapped by the master key. */
  data_key: string;
  /** Effective `ResourceLimits`. */
  resources: ColumnType<unknown, string, string>;
  config: ColumnType<unknown, string, string>;
  config_hash: string;
  last_run_id: string | null;
  /** The process that resumed it last; see interrupted-resumes.ts. */
  resuming_node: ColumnType<string | null, string | null | undefined, string | null>;
  installed_by: string;
  installed_at: Date;
  updated_at: Date;
  /** Grows with every change of the row, its grants or its secrets. */
  revision: number;
}

export interface InstallationGrantTable {
  id: string;
  installation_id: string;
  position: number;
  type: string;
  resource: string;
  actions: ColumnType<unknown, string, string>;
  reason: string | null;
  is_optional: boolean;
  granted_by: string;
  granted_at: Date;
  /** A `GrantScope`; null: the whole organization. */
  scope: ColumnType<unknown, string | null | undefined, string | null>;
  /** `GrantConditions`; null: none. */
  conditions: ColumnType<unknown, string | null | undefined, string | null>;
  expires_at: ColumnType<Date | null, Date | null | undefined, Date | null>;
  /** Why an admin granted or changed it. */
  note: ColumnType<string | null, string | null | undefined, string | null>;
  /** To about half a minute; see policy/last-uses.ts. Does not change the installation's revision. */
  last_used_at: ColumnType<Date | null, Date | null | undefined, Date | null>;
}

export interface InstallationSecretTable {
  installation_id: string;
  name: string;
  /** Sealed with the installation's data key. */
  sealed: Uint8Array;
  fingerprint: string;
  updated_at: Date;
}

export interface InstallationTables {
  installation: InstallationTable;
  installation_grant: InstallationGrantTable;
  installation_secret: InstallationSecretTable;
}
