import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isBerthError } from "@berth/protocol";
import { afterEach, beforeEach, expect, it } from "vitest";
import { startJailer } from "../../src/index.ts";
import { findNumberedRequest } from "../../src/jail/jailer-messages.ts";
import { openLocalJailer } from "../../src/jail/local-jailer.ts";
import { connectJailer } from "../../src/jail/remote-jailer.ts";
import { serveJailer } from "../../src/jail/serve-jailer.ts";
import { openJailerFolder } from "../../src/workerd/runtime-folder.ts";
import { getText, openRig, quietLogger, specOf } from "../rig.ts";

const serverUid = 1_899_999_996;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "berth-jailer-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const runtimeFolders = () => readdirSync("/run").filter((name) => /^berth-.*\.d$/.test(name));
const patience = { timeout: 20_000 };

it("starts cells for a server without rights, and ends them with it when it is killed", async () => {
  const before = runtimeFolders();
  const program = fileURLToPath(new URL("../dropped-server.ts", import.meta.url));
  const argv = ["--conditions=berth-source", program, folder, String(serverUid)];
  const child = spawn(process.execPath, argv, { stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(child, "exit");
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const told = JSON.parse(String(line)) as {
    cell: { id: string; pid: number; hostUid: number; memoryBytes: number };
    answer: string;
    report: { lines: { limit: string; ok: boolean; evidence: string }[] };
    jailer: number;
    status: string;
  };
  expect(told.answer).toBe("hello");
  expect(told.status).toMatch(new RegExp(`^Uid:(\\s+${serverUid}){4}$`, "m"));
  for (const set of ["CapPrm", "CapEff"]) {
    expect(told.status).toMatch(new RegExp(`^${set}:\\s+0+$`, "m"));
  }
  const { cell, jailer, report } = told;
  expect(cell.hostUid).toBeGreaterThan(serverUid);
  expect(cell.memoryBytes).toBeGreaterThan(1_000_000);
  expect(report.lines.filter(({ ok }) => !ok)).toEqual([]);
  expect(readFileSync(`/proc/${jailer}/status`, "utf8")).toMatch(/^Uid:(\s+0){4}$/m);

  const [runtime = ""] = runtimeFolders().filter((name) => !before.includes(name));
  const own = join("/run", runtime, "c", cell.id);
  // Neither the server nor the cell can put anything in the place of the other's way in.
  const refused = [
    [serverUid, `touch ${own}/in/x`],
    [serverUid, `mv ${own}/out ${own}/gone`],
    [serverUid, `ls ${own}/in`],
    [cell.hostUid, `touch ${own}/out/x`],
    [cell.hostUid, `mv ${own}/in ${own}/gone`],
    [cell.hostUid, `rm ${own}/out/out.sock`],
    [serverUid + 1, `cat ${own}/in/in.sock`],
  ] as const;
  for (const [uid, command] of refused) {
    const { stderr } = spawnSync("sh", ["-c", command], { uid, gid: uid, encoding: "utf8" });
    expect([command, stderr]).toEqual([command, expect.stringContaining("Permission denied")]);
  }
  const [, groupPath = ""] =
    /:memory:(.*)$/m.exec(readFileSync(`/proc/${cell.pid}/cgroup`, "utf8")) ?? [];
  expect(groupPath).toContain(cell.id);

  child.kill("SIGKILL");
  await exited;
  for (const path of [`/proc/${cell.pid}`, `/proc/${jailer}`, join("/run", runtime)]) {
    await expect.poll(() => existsSync(path), patience).toBe(false);
  }
  expect(existsSync(join("/sys/fs/cgroup/memory", groupPath))).toBe(false);
}, 90_000);

it("is started by root alone, for another user alone", async () => {
  for (const server of [
    { uid: 0, gid: serverUid },
    { uid: serverUid, gid: 0 },
  ]) {
    const error = await startJailer({ folder, server }).catch((cause: unknown) => cause);
    expect(isBerthError(error, "JAIL_UNAVAILABLE")).toBe(true);
  }
});

/** The jailer's own code in this process, at the other end of a pipe, where it has to poll. */
async function openPair() {
  const listener = createServer().listen(join(folder, "pipe.sock"));
  const accepted = once(listener, "connection") as Promise<[Socket]>;
  const serverEnd = connect(join(folder, "pipe.sock"));
  const [jailerEnd] = await accepted;
  listener.close();
  const local = await openLocalJailer(() => openJailerFolder(folder), {
    ...{ jail: "required", cgroup: "off", engineBinary: undefined, logger: quietLogger },
  });
  const served = serveJailer({
    ...{ jailer: local, channel: jailerEnd, serverUid: 0, trialFolder: "/var/tmp" },
  });
  return { served, serverEnd, jailer: await connectJailer(serverEnd, served) };
}

it("polls for the server where there is no control group, and ends a cell that holds too much", async () => {
  chmodSync(folder, 0o711);
  const { jailer, served } = await openPair();
  expect(jailer.cgroupVersion).toBe("none");
  await using rig = await openRig({ folder, jailer, warmCells: 0 });
  const hog = `const kept = []; export default { async fetch() {
    for (let i = 0; i < 60; i++) { kept.push(new Uint8Array(10_000_000).fill(1)); await new Promise((r) => setTimeout(r, 20)); }
    return new Response("kept"); } }`;
  const spec = specOf(hog, { limits: { memoryMb: 32 } });
  const error = await getText(rig.pool, spec).catch((cause: unknown) => cause);
  expect(isBerthError(error, "SANDBOX_MEMORY_EXCEEDED")).toBe(true);
  const quiet = specOf("export default { fetch: () => new Response('ok') }", { key: "quiet" });
  expect(await getText(rig.pool, quiet)).toBe("ok");
  expect(rig.pool.usage("quiet")?.cpuMs).toBeGreaterThan(0);
  await rig.pool.close();
  await jailer.close();
  await served;
});

it("ends, with every cell, at the first line that is not exactly a request", async () => {
  const { jailer, served, serverEnd } = await openPair();
  await using rig = await openRig({ folder, jailer, warmCells: 0 });
  await rig.pool.load(specOf("export default { fetch() {} }"));
  const pid = rig.pool.list()[0]?.pid;
  serverEnd.write(`{"seq":9,"op":"start","id":"c0123456789","heapClassMb":64,"uid":0}\n`);
  await served;
  expect(existsSync(`/proc/${pid}`)).toBe(false);
  const error = await jailer.prepare("c0123456789").catch((cause: unknown) => cause);
  expect(isBerthError(error, "CELL_START_FAILED")).toBe(true);
});

const limits = { memoryBytes: 1, cpuPercent: 1, cpuBurstMs: 0, pids: 1 };

it.each([
  { seq: 1, op: "prepare", id: "c0123456789" },
  { seq: 2, op: "start", id: "c0123456789", heapClassMb: 64 },
  { seq: 3, op: "limit", id: "c0123456789", limits },
  { seq: 4, op: "renew-engine" },
])("takes %j", ({ seq, ...request }) => {
  expect(findNumberedRequest(JSON.stringify({ seq, ...request }))).toEqual({ seq, request });
});

it.each([
  "",
  "null",
  "[]",
  '"prepare"',
  '{"seq":1,"op":"prepare"}',
  '{"seq":0,"op":"prepare","id":"c0123456789"}',
  '{"seq":1,"op":"prepare","id":"../../../etc"}',
  '{"seq":1,"op":"prepare","id":"c0123456789\\n"}',
  '{"seq":1,"op":"prepare","id":["c0123456789"]}',
  '{"seq":1,"op":"prepare","id":"c0123456789","folder":"/"}',
  '{"seq":1,"op":"prepare","id":"c0123456789","__proto__":{}}',
  '{"seq":1,"op":"start","id":"c0123456789","heapClassMb":63}',
  '{"seq":1,"op":"start","id":"c0123456789","heapClassMb":1e9}',
  '{"seq":1,"op":"start","id":"c0123456789"}',
  '{"seq":1,"op":"limit","id":"c0123456789","limits":{}}',
  `{"seq":1,"op":"limit","id":"c0123456789","limits":${JSON.stringify({ ...limits, pids: -1 })}}`,
  `{"seq":1,"op":"limit","id":"c0123456789","limits":${JSON.stringify({ ...limits, pid: 1 })}}`,
  '{"seq":1,"op":"renew-engine","binary":"/bin/sh"}',
  '{"seq":1,"op":"exec","id":"c0123456789"}',
  '{"seq":1,"op":"constructor"}',
])("does not take %s", (line) => {
  expect(findNumberedRequest(line)).toBeUndefined();
});
