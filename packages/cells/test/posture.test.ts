import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { type Posture, probeHost, provePosture } from "../src/index.ts";
import { quietLogger } from "./rig.ts";

async function prove(jail: "required" | "off", cgroup: "auto" | "off" = "auto"): Promise<Posture> {
  const folder = mkdtempSync(join(tmpdir(), "berth-posture-"));
  try {
    return await provePosture({ folder, jail, cgroup, logger: quietLogger });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const enforcersOf = ({ lines }: Posture) =>
  Object.fromEntries(lines.map((line) => [line.limit, line.enforcer]));

const jailed = {
  "host user": "jail",
  privileges: "jail",
  "core dumps": "jail",
  files: "jail",
  network: "jail",
  "nested user namespaces": "jail",
  "new processes": "jail",
  sockets: "jail",
  "system calls": "jail",
};
const always = {
  heap: "heap",
  "cpu time": "watchdog",
  deadline: "watchdog",
  "start-up time": "watchdog",
  "request size": "gateway",
  "response size": "gateway",
  "sub-requests": "gateway",
  "concurrent requests": "gateway",
  "egress rate": "gateway",
  "egress bandwidth": "gateway",
  "log rate": "gateway",
  "log line": "gateway",
  "isolates per cell": "gateway",
};
const byGroup = ["memory", "cpu share", "cpu burst", "processes"];
const heldBy = (enforcer: string) => Object.fromEntries(byGroup.map((limit) => [limit, enforcer]));

it("proves every limit in the jail by breaking it", async () => {
  const posture = await prove("required");
  expect(posture.lines.filter((line) => !line.ok)).toEqual([]);
  expect(posture.mode).toBe("full");
  expect(enforcersOf(posture)).toEqual({ ...jailed, ...always, ...heldBy("cgroup") });
});

it("names the watchdog, and calls it degraded, where no control group can be had", async () => {
  const posture = await prove("required", "off");
  expect(posture.lines.filter((line) => !line.ok)).toEqual([]);
  expect(posture.mode).toBe("degraded");
  expect(enforcersOf(posture)).toEqual({ ...jailed, ...always, ...heldBy("watchdog") });
});

it("says aloud what is not enforced without the jail", async () => {
  const posture = await prove("off");
  expect(posture).toMatchObject({ ok: false, jail: "off" });
  const unenforced = posture.lines
    .filter((line) => line.enforcer === "none")
    .map((line) => line.limit);
  expect(unenforced).toEqual(
    expect.arrayContaining(["host user", "privileges", "files", "network", "sockets"]),
  );
});

it("reports what the host has, with a mend for what it lacks", async () => {
  const report = await probeHost();
  expect(report.findings.map((finding) => finding.name)).toContain("bubblewrap");
  for (const finding of report.findings) {
    expect(finding.finding).not.toBe("");
    if (!finding.ok) expect(finding.mend).not.toBe("");
  }
});
