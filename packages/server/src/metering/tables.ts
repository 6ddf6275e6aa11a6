/** What installations have used, summed since they were installed. */

export interface InstallationUsageTable {
  readonly installation_id: string;
  requests: number;
  failed_requests: number;
  cpu_ms: number;
  capability_calls: number;
  denied_calls: number;
  egress_requests: number;
  bytes_in: number;
  bytes_out: number;
}

export interface MeteringTables {
  installation_usage: InstallationUsageTable;
}
