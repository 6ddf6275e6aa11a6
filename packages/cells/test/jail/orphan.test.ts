/** The process that stands for a jail ends at the worst of moments. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isBerthError } from "@berth/protocol";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openLocalJailer } from "../../src/jail/local-jailer.ts";
import { openRuntimeFolder } from "../../src/workerd/runtime-folder.ts";
import { quietLogger } from "../rig.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "berth-orphan-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it.each(["auto", "off"] as const)(
  "nothing stays behind of a jail whose first process ends while it starts, with the group %s",
  async (cgroup) => {
    const jailer = await openLocalJailer((hasOwnUids) => openRuntimeFolder(folder, hasOwnUids), {
      jail: "required",
      engineBinary: undefined,
      cgroup,
      logger: quietLogger,
    });
    const place = await jailer.prepare("orphan");
    const out = createServer().listen(place.outSocket);
    // The jail is held at its door until it has joined the group, and is tied to its first process
    // only after that.
    const joined: number[] = [];
    const carried: boolean[] = [];
    const add = place.cgroup.add.bind(place.cgroup);
    place.cgroup.add = (pid) => {
      add(pid);
      joined.push(pid);
      carried.push(readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("berth-warden-"));
      if (joined.length === 2) process.kill(joined[0] ?? 0, "SIGKILL");
    };
    const failure = await place.start(64).catch((error: unknown) => error);
    expect(isBerthError(failure, "CELL_START_FAILED")).toBe(true);
    const [, jailPid = 0] = joined;
    // Also what ends with nobody is found by its warden's mark.
    expect(carried).toEqual([true, true]);
    expect(jailPid).toBeGreaterThan(1);
    await expect.poll(() => existsSync(`/proc/${jailPid}`), { timeout: 20_000 }).toBe(false);
    out.close();
    await place.remove();
    await jailer.close();
  },
  60_000,
);

it("what is tied to nobody yet ends with a server that is killed, and not with one that ends in good order", async () => {
  const program = fileURLToPath(new URL("./dying-launcher.ts", import.meta.url));
  const argv = ["--conditions=berth-source", "--no-warnings", program];
  const launcher = spawn(process.execPath, argv, { stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(launcher, "exit");
  const [line] = (await once(launcher.stdout, "data")) as [Buffer];
  expect((await exited)[1]).toBe("SIGKILL");
  const [released, left] = JSON.parse(String(line)) as [number, number];
  await expect.poll(() => existsSync(`/proc/${left}`), { timeout: 20_000 }).toBe(false);
  expect(existsSync(`/proc/${released}`)).toBe(true);
  process.kill(released, "SIGKILL");
}, 60_000);
