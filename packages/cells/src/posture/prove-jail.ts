/** Looks at a cell from outside; what only the jail's maker can see is in `examine-jail.ts`. */

import { readFileSync, statSync } from "node:fs";
import { jailLine, type PostureLine } from "./posture.ts";
import { buildTrialSpec } from "./trial-apps.ts";
import { ask, type Trial } from "./trial-pool.ts";

function readStatus(pid: number, field: string): string {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return new RegExp(`^${field}:\\s*(.*)$`, "m").exec(status)?.[1]?.trim() ?? "";
}

function proveIdentity(pid: number, isJailed: boolean): PostureLine {
  const { uid } = statSync(`/proc/${pid}`);
  const isOwn = uid !== process.getuid?.();
  const evidence = `The host sees the cell as user ${uid}, the server as ${process.getuid?.()}.`;
  return jailLine("host user", isJailed && uid !== 0 && isOwn, evidence);
}

function provePrivileges(pid: number): PostureLine {
  const capabilities = readStatus(pid, "CapEff");
  const seccomp = readStatus(pid, "Seccomp");
  const noNew = readStatus(pid, "NoNewPrivs");
  const ok = /^0+$/.test(capabilities) && seccomp === "2" && noNew === "1";
  const evidence = `Capabilities ${capabilities}, seccomp mode ${seccomp}, no_new_privs ${noNew}.`;
  return jailLine("privileges", ok, evidence);
}

/** A limit of one byte keeps the kernel from handing a core to a program too; one of none does not. */
function proveCoreDumps(pid: number): PostureLine {
  const limits = readFileSync(`/proc/${pid}/limits`, "utf8");
  const [, soft = "", hard = ""] = /^Max core file size\s+(\S+)\s+(\S+)/m.exec(limits) ?? [];
  const isPiped = readFileSync("/proc/sys/kernel/core_pattern", "utf8").startsWith("|");
  const ok = Number(hard) === 1 || (Number(hard) === 0 && !isPiped);
  const handler = isPiped ? "hands cores to a program, whatever a limit of 0 says" : "writes files";
  const evidence = `A core of the cell may have ${soft} bytes, and it may raise that to ${hard}; this kernel ${handler}.`;
  return jailLine("core dumps", ok, evidence);
}

async function proveNetwork({ pool }: Trial, isShared: boolean): Promise<PostureLine> {
  const outcome = await ask(pool, buildTrialSpec("reachOut", {}, "posture"));
  const isRefused = outcome.includes("EGRESS_DENIED") && !outcome.includes('"opened"');
  const evidence = `Network namespace ${isShared ? "shared" : "of its own"}; ${outcome}.`;
  return jailLine("network", !isShared && isRefused, evidence);
}

export async function proveJail(trial: Trial): Promise<PostureLine[]> {
  if (process.platform !== "linux") return [];
  const { cellId } = await trial.pool.load(buildTrialSpec("quiet", {}, "posture"));
  const pid = trial.pool.list().find((cell) => cell.id === cellId)?.pid;
  if (pid === undefined) return [];
  const { isNetworkShared, lines } = await trial.examine(cellId, pid);
  return [
    proveIdentity(pid, trial.isJailed),
    provePrivileges(pid),
    proveCoreDumps(pid),
    await proveNetwork(trial, isNetworkShared),
    ...lines,
  ];
}
