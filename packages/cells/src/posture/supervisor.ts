import { readFileSync } from "node:fs";

export interface Supervisor {
  readonly uid: number | undefined;
  /** The effective ones, in hexadecimal, as the kernel tells them; `unknown` elsewhere than on Linux. */
  readonly capabilities: string;
}

/** Who this process is, by what the kernel says of it. */
export function readSupervisor(): Supervisor {
  if (process.platform !== "linux") return { uid: process.getuid?.(), capabilities: "unknown" };
  const status = readFileSync("/proc/self/status", "utf8");
  const [, uid = ""] = /^Uid:\s+\d+\s+(\d+)/m.exec(status) ?? [];
  const [, capabilities = "unknown"] = /^CapEff:\s+(\S+)/m.exec(status) ?? [];
  return { uid: Number(uid), capabilities };
}
