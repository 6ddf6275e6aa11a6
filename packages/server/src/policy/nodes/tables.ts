import type { ColumnType, Generated } from "kysely";

/** What changed for deciding, until every node has long seen it. */
export interface PolicyChangeTable {
  readonly id: Generated<number>;
  /** The transaction that changed it. */
  readonly txid: Generated<string>;
  readonly kind: string;
  readonly subject: string;
  readonly at: ColumnType<Date, never, never>;
}

/** The nodes that decide, and until when each may believe its memory. */
export interface PolicyNodeTable {
  readonly id: string;
  readonly lease_until: Date;
  /** The snapshot of which the node has applied every change, as text. */
  readonly seen: string;
}

export interface PolicyNodeTables {
  readonly policy_change: PolicyChangeTable;
  readonly policy_node: PolicyNodeTable;
}
