/** Looks at what this host has for cells, without starting one; for `berth doctor`. */

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describeCgroup } from "../cgroup/find-cgroup.ts";
import { findProgram } from "../jail/bubblewrap.ts";
import type { RunningJailer } from "../jail/remote-jailer.ts";
import { buildSeccompFilter } from "../jail/seccomp.ts";
import { findEngine } from "../workerd/engine.ts";
import type { HostFinding, HostReport } from "./posture.ts";
import { readSupervisor } from "./supervisor.ts";

const run = promisify(execFile);
const probeTimeoutMs = 5_000;
const dayMs = 86_400_000;
/** The engine's patches come weekly; two months behind is a risk worth a word. */
const oldEngineDays = 60;

async function probeBubblewrap(): Promise<HostFinding> {
  const program = findProgram("bwrap");
  if (program === undefined) {
    const mend = "Install bubblewrap: apt-get install bubblewrap, dnf install bubblewrap.";
    return { name: "bubblewrap", ok: false, finding: "bwrap is not in PATH.", mend };
  }
  const { stdout } = await run(program, ["--version"], { timeout: probeTimeoutMs });
  return { name: "bubblewrap", ok: true, finding: `${stdout.trim()} at ${program}.`, mend: "" };
}

async function probeNamespaces(): Promise<HostFinding> {
  const name = "user namespaces";
  const program = findProgram("bwrap");
  if (program === undefined) {
    return {
      name,
      ok: false,
      finding: "Not tried: there is no bwrap.",
      mend: "Install bubblewrap.",
    };
  }
  const jail = ["--unshare-user", "--unshare-all", "--disable-userns", "--ro-bind", "/", "/"];
  try {
    await run(program, [...jail, "--", "/bin/true"], { timeout: probeTimeoutMs });
    return {
      name,
      ok: true,
      finding: "A process could be started in namespaces of its own.",
      mend: "",
    };
  } catch (error) {
    const finding = error instanceof Error ? error.message.slice(0, 400) : String(error);
    const mend =
      "Allow user namespaces: sysctl kernel.unprivileged_userns_clone=1 and user.max_user_namespaces; in a container, use a seccomp profile that permits unshare; with AppArmor, add a profile for bwrap.";
    return { name, ok: false, finding, mend };
  }
}

function probeCgroup(jailer: RunningJailer | undefined): HostFinding {
  const { version, missing } =
    jailer === undefined
      ? describeCgroup()
      : { version: jailer.cgroupVersion, missing: jailer.missingControllers };
  const name = "control groups";
  if (version !== "none" && missing.length === 0) {
    return { name, ok: true, finding: `${version}, with memory, cpu and pids.`, mend: "" };
  }
  const finding =
    version === "none" ? "None can be written." : `${version}, without ${missing.join(", ")}.`;
  const mend =
    "Delegate them: run the server by systemd with Delegate=yes, or in a container with a writable control group. Without, memory and CPU limits of cells are not enforced by the kernel.";
  return { name, ok: false, finding, mend };
}

function probeEngine(): HostFinding {
  const name = "engine";
  try {
    const { version, releasedAt } = findEngine();
    const ageDays = Math.floor((Date.now() - releasedAt) / dayMs);
    const isOld = ageDays > oldEngineDays;
    const mend = isOld ? "Update the package workerd: its security patches come weekly." : "";
    return { name, ok: !isOld, finding: `workerd ${version}, ${ageDays} days old.`, mend };
  } catch (error) {
    const finding = error instanceof Error ? error.message : String(error);
    return { name, ok: false, finding, mend: "Run npm install." };
  }
}

function probeUser(jailer: RunningJailer | undefined): HostFinding {
  const hasOwnUids = process.getuid?.() === 0 || jailer !== undefined;
  const finding = hasOwnUids
    ? "Each cell gets a host user id of its own."
    : "Not root: cells run as this server's own user, apart only by their namespaces.";
  const mend = hasOwnUids ? "" : "For host user ids of their own, run the cells' host as root.";
  return { name: "user", ok: true, finding, mend };
}

/** Who this process is, and what a hole in it would give. */
function probeSupervisor(jailer: RunningJailer | undefined): HostFinding {
  const name = "supervisor";
  const { uid, capabilities } = readSupervisor();
  const isRoot = uid === 0;
  const keeper =
    jailer === undefined
      ? "There is no jailer process."
      : `The jailer, process ${jailer.pid}, keeps root's rights for starting cells.`;
  const finding = isRoot
    ? `Root, with capabilities ${capabilities}: a hole in the server is one in this host. ${keeper}`
    : `User ${uid}, with capabilities ${capabilities}. ${keeper}`;
  const mend = isRoot ? "Give the server a user: berth serve --user NAME." : "";
  return { name, ok: true, finding, mend };
}

function probeSeccomp(): HostFinding {
  const ok = buildSeccompFilter(process.arch) !== undefined;
  const finding = ok
    ? `There is a system call filter for ${process.arch}.`
    : `There is no system call filter for ${process.arch}.`;
  return { name: "seccomp", ok, finding, mend: ok ? "" : "Use an x86-64 or arm64 host." };
}

export interface ProbeHostOptions {
  /** Who starts the cells, when it is not this process. */
  readonly jailer?: RunningJailer;
}

/** Never rejects for what the host lacks: that is what it reports. */
export async function probeHost({ jailer }: ProbeHostOptions = {}): Promise<HostReport> {
  if (process.platform !== "linux") {
    const finding = `This is ${process.platform}.`;
    const mend = "Run Berth on Linux, or set BERTH_JAIL=off for development.";
    return { ok: false, findings: [{ name: "system", ok: false, finding, mend }] };
  }
  const findings = [
    await probeBubblewrap(),
    await probeNamespaces(),
    probeCgroup(jailer),
    probeSeccomp(),
    probeEngine(),
    probeUser(jailer),
    probeSupervisor(jailer),
  ];
  return { ok: findings.every((finding) => finding.ok), findings };
}
