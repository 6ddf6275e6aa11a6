/** Log entries of installations, the newest few thousand of each. */

export interface LogEntryTable {
  readonly installation_id: string;
  /** Grows with time within an installation; see `insight.ts`. */
  readonly id: number;
  readonly at: Date;
  readonly level: "debug" | "info" | "warn" | "error";
  readonly source: "function" | "view" | "berth";
  readonly request_id: string | null;
  readonly message: string;
}

export interface InsightTables {
  log_entry: LogEntryTable;
}
