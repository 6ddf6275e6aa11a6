/** Rows of the `state` capability. Keys and versions are plain; values are sealed. */

export interface AppStateTable {
  readonly installation_id: string;
  readonly key: string;
  /** JSON, sealed with the installation's data key, in base64: both drivers are slow with bytes. */
  value: string;
  /** Taken from the installation's own counter, so that it never comes back after a delete. */
  version: number;
  /** Plaintext bytes of key and value: what the quota counts. */
  bytes: number;
}

export interface AppStateUsageTable {
  readonly installation_id: string;
  bytes: number;
  keys: number;
  /** The last version given; its row is also the lock that makes writers take turns. */
  last_version: number;
}

export interface GatewayTables {
  app_state: AppStateTable;
  app_state_usage: AppStateUsageTable;
}
