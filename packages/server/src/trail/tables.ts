/** The audit log's tables. An entry's columns beside `leaf` and `body` are there to be searched by. */
import type { ColumnType, Generated } from "kysely";

/** Acts that are not in the log yet. Their order is that of `txid`, then `id`. */
export interface TrailActTable {
  readonly id: Generated<number>;
  /** An entry's whole text. */
  readonly body: string;
  /** `xid8`, of the transaction that wrote it. */
  readonly txid: Generated<string>;
}

export interface TrailHeadTable {
  readonly one: Generated<boolean>;
  readonly size: number;
  /** Roots of the complete subtrees, largest first, hexadecimal, joined by spaces. */
  readonly frontier: string;
}

export interface TrailEntryTable {
  readonly index: number;
  /** RFC 6962's hash of the body. Stays when the body goes. */
  readonly leaf: Uint8Array;
  readonly body: string | null;
  readonly at: Date | null;
  readonly organization_id: string | null;
  readonly action: string | null;
  readonly actor_id: string | null;
  readonly target_id: string | null;
  readonly installation_id: string | null;
}

export interface TrailNodeTable {
  /** 1 and up: the root of the complete subtree of 2^level leaves. */
  readonly level: number;
  readonly index: number;
  readonly hash: Uint8Array;
}

/** How far each process' decisions are in the log. */
export interface TrailSpoolTable {
  readonly id: string;
  readonly through: number;
}

export interface TrailKeyTable {
  readonly id: Generated<number>;
  readonly name: string;
  /** The public half, as verifiers take it. */
  readonly vkey: string;
  readonly wrapped: string;
  readonly sealed: Uint8Array;
  readonly created_at: ColumnType<Date, Date, never>;
  readonly retired_at: Date | null;
}

export interface TrailCheckpointTable {
  readonly size: number;
  readonly note: string;
  readonly at: Date;
}

export interface TrailKeyUseTable {
  readonly key_id: string;
  readonly at: Date;
}

export interface TrailSettingTable {
  readonly one: Generated<boolean>;
  /** Null keeps bodies for ever. */
  readonly retention_days: number | null;
}

/** Keys of other hosts' logs that this one witnesses. */
export interface TrailWitnessKeyTable {
  readonly id: string;
  readonly origin: string;
  readonly vkey: string;
  readonly created_at: ColumnType<Date, Date, never>;
}

/** What was cosigned last of each log. */
export interface TrailWitnessHeadTable {
  readonly origin: string;
  readonly size: number;
  /** Base64. */
  readonly root: string;
  /** As the log signed it. */
  readonly note: string;
  readonly at: Date;
}

/** What a log's key signed and was not cosigned. */
export interface TrailWitnessRefusalTable {
  readonly origin: string;
  readonly kind: "another-root" | "unproven";
  readonly size: number;
  readonly root: string;
  readonly note: string;
  readonly at: Date;
}

export interface TrailTables {
  readonly trail_act: TrailActTable;
  readonly trail_head: TrailHeadTable;
  readonly trail_entry: TrailEntryTable;
  readonly trail_node: TrailNodeTable;
  readonly trail_spool: TrailSpoolTable;
  readonly trail_key: TrailKeyTable;
  readonly trail_checkpoint: TrailCheckpointTable;
  readonly trail_key_use: TrailKeyUseTable;
  readonly trail_setting: TrailSettingTable;
  readonly trail_witness_key: TrailWitnessKeyTable;
  readonly trail_witness_head: TrailWitnessHeadTable;
  readonly trail_witness_refusal: TrailWitnessRefusalTable;
}
