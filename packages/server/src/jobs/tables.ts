import type { ColumnType } from "kysely";

/** One piece of long work: what it is for, how far it came, and who holds it. */
export interface RunTable {
  id: string;
  kind: string;
  organization_id: string;
  /** What the run is about, such as an installation's id; at most one unfinished run each. */
  subject: string;
  state: string;
  /** What the steps need to know. Emptied when the run ends. */
  input: ColumnType<unknown, string, string>;
  /** A `WireError`: why the run was taken back, or cannot go on. */
  error: ColumnType<unknown, string | null, string | null>;
  is_cancel_requested: boolean;
  /** The node that works on it; null while nobody does. */
  lease_owner: string | null;
  lease_until: Date | null;
  /** Grows with every taking of the lease; a write with an older one changes nothing. */
  fencing_token: number;
  /** Grows with every change. */
  revision: number;
  started_at: Date;
  ended_at: Date | null;
}

export interface RunStepTable {
  run_id: string;
  position: number;
  name: string;
  state: string;
  /** How often it was begun, in either direction. */
  attempt: number;
  detail: string | null;
  started_at: Date | null;
  ended_at: Date | null;
}

export interface JobTables {
  run: RunTable;
  run_step: RunStepTable;
}
