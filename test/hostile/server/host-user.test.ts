/**
 * The last wall: a cell that has broken out of its engine is still a user of the host with nothing.
 * Programs of the host run here under a cell's user, on the host's own tree.
 */
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { becomeCell, type CellUser } from "./stage/as-cell.ts";
import { openPoolStage, specOf } from "./stage/pool-stage.ts";

const stage = openPoolStage();
const spec = specOf("broken out", `export default { fetch: () => new Response("mine") }`);
let user: CellUser;
let own = "";
let other = "";

const cellsFolder = join(stage.folder, "c");
beforeAll(async () => {
  await stage.ask(spec);
  const cell = stage.cellOf(spec);
  user = becomeCell(cell.hostUid);
  own = join(cellsFolder, cell.id);
  other = join(cellsFolder, stage.cellOf(stage.victim).id);
});

it("is a user that owns its cell's folder, so that the refusals below say something", () => {
  expect(user.run("id", "-u").output.trim()).toBe(`${stage.cellOf(spec).hostUid}`);
  expect(user.run("id", "-G").output.trim()).toBe(`${stage.cellOf(spec).hostUid}`);
  expect(user.run("ls", join(own, "in")).output.trim()).toBe("in.sock");
  expect(user.canWrite(join(own, "out", "out.sock"))).toBe(true);
  expect(user.canWrite(join(own, "out"))).toBe(false);
});

it("cannot list the cells there are, nor enter, read or write another's folder", () => {
  expect(user.run("ls", stage.folder).output).toContain("Permission denied");
  expect(user.run("ls", cellsFolder).output).toContain("Permission denied");
  expect(user.run("touch", join(cellsFolder, "x")).output).toContain("Permission denied");
  for (const path of ["", "in", "in/in.sock", "out", "out/out.sock"].map((name) =>
    join(other, name),
  )) {
    expect(existsSync(path), path).toBe(true);
    expect([path, user.canRead(path), user.canWrite(path)]).toEqual([path, false, false]);
    expect(user.run("cat", path).output).toContain("Permission denied");
    expect(user.run("rm", "-rf", path).output).toContain("Permission denied");
  }
});

it("can read the engine and its configuration, which hold no secret, and change neither", () => {
  const shared = readdirSync(cellsFolder).filter((name) => !/^c[0-9a-f]{10}$/.test(name));
  const files = shared
    .flatMap((name) => [name, join(name, "host.js"), join(name, "cell.capnp")])
    .map((name) => join(cellsFolder, name))
    .filter((path) => existsSync(path));
  expect(files.length).toBeGreaterThan(3);
  for (const path of files) {
    expect([path, user.canRead(path), user.canWrite(path)]).toEqual([path, true, false]);
    expect(user.run("cp", "/dev/null", path).isDone, path).toBe(false);
  }
  const configured = readFileSync(files.find((path) => path.endsWith(".capnp")) ?? "", "utf8");
  expect(configured).not.toContain(stage.folder);
});

it("cannot read a file of the server's, or of a neighbour", () => {
  const secret = join(stage.folder, "master.key");
  writeFileSync(secret, "the key", { mode: 0o600 });
  const paths = [secret, "/etc/shadow", "/proc/1/environ", `/proc/${process.pid}/environ`];
  const victimPid = stage.cellOf(stage.victim).pid;
  for (const file of ["environ", "maps", "mem", "fd", "cwd", "root"]) {
    paths.push(`/proc/${victimPid}/${file}`, `/proc/${process.pid}/${file}`);
  }
  for (const path of paths) {
    const { isDone, output } = user.run("cat", path);
    expect([path, isDone]).toEqual([path, false]);
    expect(output, path).toMatch(/Permission denied|not permitted/);
  }
});

it("cannot signal, trace or starve a process that is not its own", () => {
  for (const pid of [stage.cellOf(stage.victim).pid, process.pid, 1]) {
    expect(user.run("kill", "-0", `${pid}`).output).toContain("not permitted");
    expect(user.run("kill", "-STOP", `${pid}`).output).toContain("not permitted");
    expect(user.run("renice", "19", `${pid}`).output).toMatch(/not permitted|Permission denied/);
  }
  expect(user.run("setpriv", "--reuid", "0", "true").isDone).toBe(false);
});

it("cannot leave its control group, or widen it", () => {
  const { pid } = stage.cellOf(spec);
  const lines = readFileSync(`/proc/${pid}/cgroup`, "utf8").split("\n");
  const group = lines.map((line) => /:(?:memory|):(\/.+)$/.exec(line)?.[1]).find(Boolean) ?? "";
  const folders = [join("/sys/fs/cgroup/memory", group), join("/sys/fs/cgroup", group)];
  const folder = folders.find((path) => existsSync(join(path, "cgroup.procs"))) ?? "";
  const files = readdirSync(folder).filter((name) => /procs|tasks|limit|max/.test(name));
  expect(files.length).toBeGreaterThan(0);
  for (const name of files) {
    const path = join(folder, name);
    expect([path, user.canWrite(path)]).toEqual([path, false]);
  }
});

it("puts a link in its socket's place in vain: the server never follows it", async () => {
  let strangers = 0;
  const target = join(stage.folder, "servers.sock");
  const server = createServer((socket) => {
    strangers += 1;
    socket.destroy();
  }).listen(target);
  await once(server, "listening");
  const socket = join(own, "in", "in.sock");
  for (const place of [
    () => user.run("ln", "-sfn", target, socket),
    () => user.run("ln", "-sfn", join(other, "in", "in.sock"), socket),
    () => user.run("sh", "-c", `rm ${socket}; mkdir ${socket}`),
    () => user.run("sh", "-c", `rmdir ${socket}; ln -s /proc/self/fd/0 ${socket}`),
  ]) {
    expect(place()).toEqual({ isDone: true, output: "" });
    // More at once than there are idle connections, so that new ones must be opened.
    const answers = await Promise.all(Array.from({ length: 16 }, () => stage.ask(spec)));
    expect(new Set(answers)).toEqual(new Set(["mine"]));
  }
  expect(strangers).toBe(0);
  server.close();
});

it("takes nothing of the host with it by what it leaves in its folder", async () => {
  const kept = join(stage.folder, "kept");
  mkdirSync(kept);
  writeFileSync(join(kept, "file"), "of the server");
  const inFolder = join(own, "in");
  const script = `cd ${inFolder} && ln -s ${kept} folder && ln -s ${kept}/file file && ln -s / root &&
    mkdir -p deep/${"d/".repeat(200)} && mkfifo pipe && mkdir closed && touch closed/x && chmod 0 closed`;
  expect(user.run("sh", "-c", script)).toEqual({ isDone: true, output: "" });
  await stage.pool.release(spec.key);
  await expect.poll(() => existsSync(own)).toBe(false);
  expect(readFileSync(join(kept, "file"), "utf8")).toBe("of the server");
});
