/** What installations have used, summed since they were installed. */

export interface InstallationUsageTable {
  readonly installation_id: string;
  requests: number;
  failed_requests: number;
  wall_ms: number;
  cpu_ms: number;
  capability_calls: number;
  denied_calls: number;
  egress_requests: number;
  bytes_in: number;
  bytes_out: number;
  /** The most that was seen; not a sum. */
  peak_memory_bytes: number;
}

export interface MeteringTables {
  installation_usage: InstallationUsageTable;
}
