import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { type Posture, probeHost, provePosture } from "../src/index.ts";
import { quietLogger } from "./rig.ts";

async function prove(jail: "required" | "off"): Promise<Posture> {
  const folder = mkdtempSync(join(tmpdir(), "berth-posture-"));
  try {
    return await provePosture({ folder, jail, logger: quietLogger });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

it("proves every limit in the jail by breaking it", async () => {
  const posture = await prove("required");
  expect(posture.lines.filter((line) => !line.ok)).toEqual([]);
  expect(Object.fromEntries(posture.lines.map((line) => [line.limit, line.enforcer]))).toEqual({
    "host user": "jail",
    privileges: "jail",
    files: "jail",
    network: "jail",
    memory: "cgroup",
    heap: "heap",
    "cpu share": "cgroup",
    "cpu time": "watchdog",
    deadline: "watchdog",
    "response size": "gateway",
  });
});

it("says aloud what is not enforced without the jail", async () => {
  const posture = await prove("off");
  expect(posture).toMatchObject({ ok: false, jail: "off" });
  const unenforced = posture.lines
    .filter((line) => line.enforcer === "none")
    .map((line) => line.limit);
  expect(unenforced).toEqual(
    expect.arrayContaining(["host user", "privileges", "files", "network"]),
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
