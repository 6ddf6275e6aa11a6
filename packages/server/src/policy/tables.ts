/** What is kept of organizations' and the operator's policies. `owner`: an organization's id, or `operator`. */
import type { ColumnType } from "kysely";

export interface PolicyVersionTable {
  readonly owner: string;
  /** Null for the operator's. */
  readonly organization_id: string | null;
  /** From 1; the highest is in force. */
  readonly version: number;
  readonly text: string;
  readonly note: string | null;
  /** Set when an earlier version was taken again. */
  readonly restored_from: number | null;
  readonly person_id: string;
  readonly at: ColumnType<Date, Date, never>;
}

export interface PolicyDraftTable {
  readonly owner: string;
  readonly organization_id: string | null;
  readonly text: string;
  /** From 1; changes with every save. */
  readonly revision: number;
  readonly person_id: string;
  readonly at: ColumnType<Date, Date, Date>;
}

/** Accesses that grants allowed, summed by quarter of an hour, so that a draft can be tried on them. */
export interface PolicyTrafficTable {
  readonly organization_id: string;
  /** When the quarter began. */
  readonly since: ColumnType<Date, Date, never>;
  readonly installation_id: string;
  readonly app: string;
  /** Empty when the app acted as itself. */
  readonly person_id: string;
  /** Such as `network:connect`; empty in the row that counts what was not kept. */
  readonly action: string;
  readonly resource: string;
  readonly purpose: string;
  /** Of the newest call. */
  readonly second_factor_age_s: number | null;
  readonly data_class: string | null;
  readonly last_at: ColumnType<Date, Date, Date>;
  readonly passed: number;
  readonly forbidden: number;
}

export interface PolicyTables {
  readonly policy_version: PolicyVersionTable;
  readonly policy_draft: PolicyDraftTable;
  readonly policy_traffic: PolicyTrafficTable;
}
