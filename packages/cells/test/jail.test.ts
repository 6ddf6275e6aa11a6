import { execFileSync } from "node:child_process";
import { once } from "node:events";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createUidLease } from "../src/jail/uid-lease.ts";
import { pinSocket } from "../src/workerd/pinned-socket.ts";
import { getText, openRig, type Rig, specOf } from "./rig.ts";

let rig: Rig;
let pid: number;
const app = `import fs from "node:fs";
const attempt = (run) => { try { return run(); } catch (error) { return "refused: " + error.code; } };
export default { fetch: () => Response.json({
  root: attempt(() => fs.readdirSync("/")),
  secret: attempt(() => fs.readFileSync("/etc/shadow", "utf8")),
  proc: attempt(() => fs.readdirSync("/proc")),
  usr: attempt(() => fs.readdirSync("/usr")),
  written: attempt(() => fs.writeFileSync("/run/in/in.sock", "x")),
}) }`;

beforeAll(async () => {
  rig = await openRig();
  const { cellId } = await rig.pool.load(specOf(app, { compatibilityFlags: ["nodejs_compat"] }));
  pid = rig.pool.list().find((cell) => cell.id === cellId)?.pid ?? 0;
});
afterAll(() => rig[Symbol.asyncDispose]());

it("runs each cell under a host user of its own, never the server's", async () => {
  await rig.pool.load(specOf("export default { fetch() {} }", { key: "second" }));
  const uids = rig.pool.list().map((cell) => statSync(`/proc/${cell.pid}`).uid);
  expect(new Set(uids).size).toBe(uids.length);
  expect(uids).not.toContain(process.getuid?.());
  expect(rig.pool.list().map((cell) => cell.hostUid)).toEqual(uids);
});

it("has every namespace apart from the host's", () => {
  const namespaces = ["user", "mnt", "pid", "net", "ipc", "uts", "cgroup"];
  const shared = namespaces.filter(
    (name) => statSync(`/proc/${pid}/ns/${name}`).ino === statSync(`/proc/self/ns/${name}`).ino,
  );
  expect(shared).toEqual([]);
});

it("has no capability, no way to gain one, and a system call filter", () => {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  expect(status).toMatch(/^CapEff:\s+0+$/m);
  expect(status).toMatch(/^CapBnd:\s+0+$/m);
  expect(status).toMatch(/^NoNewPrivs:\s+1$/m);
  expect(status).toMatch(/^Seccomp:\s+2$/m);
});

it("sees a root of a few files: no /proc, no /usr, no /etc", () => {
  const names = readdirSync(`/proc/${pid}/root`);
  for (const name of ["proc", "sys", "usr", "etc", "home", "root", "var"])
    expect(names).not.toContain(name);
  expect(readdirSync(`/proc/${pid}/root/run/in`)).toEqual(["in.sock"]);
});

it("gives the app's code none of even that", async () => {
  const seen = JSON.parse(
    await getText(rig.pool, specOf(app, { compatibilityFlags: ["nodejs_compat"] })),
  );
  expect(seen.root).not.toContain("workerd");
  for (const name of ["secret", "proc", "usr", "written"]) expect(seen[name]).toMatch(/^refused/);
});

it("leaves the cell's own user unable to read a file of root's, or another cell's folder", () => {
  const [first, second] = rig.pool.list();
  const asCell = (path: string) => () =>
    execFileSync("cat", [path], { uid: first?.hostUid, gid: first?.hostUid, stdio: "pipe" });
  const file = join(rig.folder, "root-only");
  writeFileSync(file, "secret", { mode: 0o600 });
  expect(asCell(file)).toThrow(/Permission denied/);
  expect(asCell(join(rig.folder, "c", second?.id ?? "", "out", "out.sock"))).toThrow(
    /Permission denied/,
  );
});

it("refuses a link, a file or a stranger's socket in the place of the cell's own", async () => {
  const folder = mkdtempSync(join(tmpdir(), "berth-pin-"));
  const target = join(folder, "host.sock");
  const server = createServer().listen(target);
  await once(server, "listening");
  mkdirSync(join(folder, "in"));
  const link = join(folder, "in", "in.sock");
  symlinkSync(target, link);
  expect(() => pinSocket(link, undefined)).toThrow(/not a socket|cannot be opened/);
  expect(() => pinSocket(target, 1_900_000_001)).toThrow(/not a socket of that cell/);
  rmSync(link);
  writeFileSync(link, "");
  expect(() => pinSocket(link, undefined)).toThrow(/not a socket/);
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

it("still reaches its cell when a link takes the socket's place afterwards, and never follows it", async () => {
  let strangers = 0;
  const target = join(rig.folder, "host.sock");
  const server = createServer((socket) => {
    strangers += 1;
    socket.destroy();
  }).listen(target);
  await once(server, "listening");
  const cell = rig.pool.list().find((each) => each.isolateKeys.includes("app@1"));
  const socket = join(rig.folder, "c", cell?.id ?? "", "in", "in.sock");
  rmSync(socket);
  symlinkSync(target, socket);
  const spec = specOf(app, { compatibilityFlags: ["nodejs_compat"] });
  await Promise.all(Array.from({ length: 8 }, () => getText(rig.pool, spec)));
  expect(strangers).toBe(0);
  server.close();
});

it("never leases one user id twice at a time", () => {
  const lease = createUidLease();
  const all = Array.from({ length: 1_024 }, () => lease.acquire());
  expect(new Set(all).size).toBe(1_024);
  expect(() => lease.acquire()).toThrow(RangeError);
  lease.release(all[5] ?? 0);
  expect(lease.acquire()).toBe(all[5]);
});
