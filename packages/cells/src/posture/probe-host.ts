/** Looks at what this host has for cells, without starting one; for `berth doctor`. */

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describeCgroup } from "../cgroup/find-cgroup.ts";
import { findProgram } from "../jail/bubblewrap.ts";
import { buildSeccompFilter } from "../jail/seccomp.ts";
import { findEngine } from "../workerd/engine.ts";
import type { HostFinding, HostReport } from "./posture.ts";

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

function probeCgroup(): HostFinding {
  const { version, missing } = describeCgroup();
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

function probeUser(): HostFinding {
  const isRoot = process.getuid?.() === 0;
  const finding = isRoot
    ? "Root: each cell gets a host user id of its own."
    : "Not root: cells run as this server's own user, apart only by their namespaces.";
  const mend = isRoot ? "" : "For host user ids of their own, run the cells' host as root.";
  return { name: "user", ok: true, finding, mend };
}

function probeSeccomp(): HostFinding {
  const ok = buildSeccompFilter(process.arch) !== undefined;
  const finding = ok
    ? `There is a system call filter for ${process.arch}.`
    : `There is no system call filter for ${process.arch}.`;
  return { name: "seccomp", ok, finding, mend: ok ? "" : "Use an x86-64 or arm64 host." };
}

/** Never rejects for what the host lacks: that is what it reports. */
export async function probeHost(): Promise<HostReport> {
  if (process.platform !== "linux") {
    const finding = `This is ${process.platform}.`;
    const mend = "Run Berth on Linux, or set BERTH_JAIL=off for development.";
    return { ok: false, findings: [{ name: "system", ok: false, finding, mend }] };
  }
  const findings = [
    await probeBubblewrap(),
    await probeNamespaces(),
    probeCgroup(),
    probeSeccomp(),
    probeEngine(),
    probeUser(),
  ];
  return { ok: findings.every((finding) => finding.ok), findings };
}
