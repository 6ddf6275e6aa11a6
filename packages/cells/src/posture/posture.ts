/** What isolates and limits apps on this host: the words that reports are made of. */

export type LimitEnforcer = "cgroup" | "heap" | "watchdog" | "gateway" | "quota" | "jail" | "none";

export interface PostureLine {
  readonly limit: string;
  readonly enforcer: LimitEnforcer;
  readonly ok: boolean;
  /** What was done and what was seen. */
  readonly evidence: string;
}

export function jailLine(limit: string, ok: boolean, evidence: string): PostureLine {
  return { limit, enforcer: ok ? "jail" : "none", ok, evidence };
}

export interface Posture {
  /** True when every line is. */
  readonly ok: boolean;
  /** `degraded`: no control group, so memory, CPU share and processes are held by polling. */
  readonly mode: "full" | "degraded";
  readonly jail: "bubblewrap" | "off";
  readonly engine: { readonly version: string; readonly ageDays: number };
  readonly lines: readonly PostureLine[];
}

export interface HostFinding {
  readonly name: string;
  readonly ok: boolean;
  readonly finding: string;
  /** What to do about it; empty when `ok`. */
  readonly mend: string;
}

export interface HostReport {
  /** True when cells can be jailed with memory and CPU limits. */
  readonly ok: boolean;
  readonly findings: readonly HostFinding[];
}
