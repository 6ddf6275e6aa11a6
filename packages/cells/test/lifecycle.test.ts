import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { describeCgroup } from "../src/cgroup/find-cgroup.ts";
import { expectLater, getText, openRig, requestOf, specOf } from "./rig.ts";

const quiet = `let n = 0; export default { fetch: () => new Response(String(++n)) }`;

it("keeps an isolate warm, stops its cell when idle, and wakes it with the next request", async () => {
  let now = 1_000_000;
  await using rig = await openRig({ clock: { now: () => now } });
  const spec = specOf(quiet);
  expect([await getText(rig.pool, spec), await getText(rig.pool, spec)]).toEqual(["1", "2"]);
  expect(rig.pool.usage(spec.key)?.memoryBytes).toBeGreaterThan(1_000_000);
  expect(await rig.pool.stopIdle(1_000)).toBe(0);
  now += 2_000;
  expect(await rig.pool.stopIdle(1_000)).toBe(1);
  expect(rig.pool.usage(spec.key)).toBeUndefined();
  expect(await getText(rig.pool, spec)).toBe("1");
});

it("takes a cell from the stock, and puts another in its place", async () => {
  await using rig = await openRig({ warmCells: 1 });
  expect((await rig.pool.load(specOf(quiet))).isFromStock).toBe(true);
  const blank = () => rig.pool.list().filter((cell) => cell.tenant === undefined);
  await expect.poll(() => blank().length).toBe(1);
});

it("does not load again what is loaded", async () => {
  await using rig = await openRig();
  const spec = specOf(quiet);
  const report = await rig.pool.load(spec);
  expect(await getText(rig.pool, spec)).toBe("1");
  expect(await rig.pool.load(spec)).toBe(report);
  expect(await getText(rig.pool, spec)).toBe("2");
});

it("loads once for many first requests", async () => {
  await using rig = await openRig({ warmCells: 0 });
  const spec = specOf(quiet);
  const answers = await Promise.all(Array.from({ length: 20 }, () => getText(rig.pool, spec)));
  expect(new Set(answers).size).toBe(20);
  expect(rig.pool.list()).toHaveLength(1);
});

it("shares a cell by equal placement of one tenant only", async () => {
  await using rig = await openRig({ warmCells: 0 });
  const place = (key: string, tenant: string, placement: string) =>
    rig.pool.load(specOf(quiet, { key, tenant, placement }));
  const first = await place("a", "one", "org-1");
  const [second, otherPlace, otherTenant] = await Promise.all([
    place("b", "one", "org-1"),
    place("c", "one", "org-2"),
    place("d", "two", "org-1"),
  ]);
  expect(second.cellId).toBe(first.cellId);
  expect(new Set([first.cellId, otherPlace.cellId, otherTenant.cellId]).size).toBe(3);
  await rig.pool.release("a");
  expect(rig.pool.usage("a")).toBeUndefined();
  expect(
    await getText(rig.pool, specOf(quiet, { key: "b", tenant: "one", placement: "org-1" })),
  ).toBe("1");
  await rig.pool.release("b");
  expect(rig.pool.list().map((cell) => cell.id)).not.toContain(first.cellId);
});

it("lets running requests end before it releases a cell", async () => {
  await using rig = await openRig();
  const spec = specOf(`export default { async fetch(request, env) {
    await env.BERTH.call(null, "a", "b", 1); await new Promise((r) => setTimeout(r, 300)); return new Response("whole"); } }`);
  await rig.pool.load(spec);
  const running = getText(rig.pool, spec);
  await rig.pool.release(spec.key);
  expect(await running).toBe("whole");
  // The stock may have been filled up meanwhile.
  expect(rig.events.filter(({ type }) => type === "cell-stopped")).toMatchObject([
    { reason: "released" },
  ]);
});

it("notices a cell that was killed, and starts another for the next request", async () => {
  await using rig = await openRig();
  const spec = specOf(quiet);
  const { cellId } = await rig.pool.load(spec);
  process.kill(rig.pool.list().find((cell) => cell.id === cellId)?.pid ?? 0, "SIGKILL");
  expect(await rig.event("cell-lost")).toMatchObject({
    cellId,
    cause: "crash",
    isolateKeys: [spec.key],
  });
  expect(await getText(rig.pool, spec)).toBe("1");
});

it("asks again when a cell is killed, unless the app may have begun what must not be repeated", async () => {
  await using rig = await openRig();
  const spec = specOf(`export default { async fetch(request) {
    console.log("in it " + request.method);
    await new Promise((r) => setTimeout(r, 60_000)); } }`);
  const kill = (cellId: string) =>
    process.kill(rig.pool.list().find((cell) => cell.id === cellId)?.pid ?? 0, "SIGKILL");
  const first = await rig.pool.load(spec);
  const posted = getText(rig.pool, spec, requestOf("/", { method: "POST" }));
  expectLater(posted);
  await rig.log("in it POST");
  kill(first.cellId);
  await expect(posted).rejects.toMatchObject({
    code: "CELL_LOST",
    definition: { isRetryable: true },
  });

  const stop = new AbortController();
  const got = getText(rig.pool, spec, requestOf("/", { signal: stop.signal }));
  expectLater(got);
  await rig.log("in it GET");
  const second = (await rig.pool.load(spec)).cellId;
  kill(second);
  await rig.until(() => rig.logs.filter(({ message }) => message === "in it GET").length === 2);
  expect((await rig.pool.load(spec)).cellId).not.toBe(second);
  stop.abort();
  await expect(got).rejects.toMatchObject({ code: "REQUEST_TIMEOUT" });
});

it("holds back an app that keeps crashing, with growing waits, and lets it try again", async () => {
  let now = 5_000_000;
  await using rig = await openRig({ clock: { now: () => now } });
  const spec = specOf(`export default { fetch() {
    const kept = []; for (;;) kept.push(new Uint8Array(20e6).fill(1)); } }`);
  const attempt = () =>
    getText(rig.pool, spec).then(
      () => "answered",
      (error) => error.code,
    );
  for (let time = 0; time < 3; time += 1) expect(await attempt()).toBe("SANDBOX_MEMORY_EXCEEDED");
  expect(await attempt()).toBe("SANDBOX_QUARANTINED");
  expect(rig.events.filter((event) => event.type === "quarantined")).toMatchObject([
    { losses: 3, backoffMs: 1_000 },
  ]);
  now += 1_001;
  expect(rig.pool.quarantined()).toEqual([]);
  expect(await attempt()).toBe("SANDBOX_MEMORY_EXCEEDED");
  now += 1_001;
  expect(await attempt()).toBe("SANDBOX_QUARANTINED");
  expect(rig.pool.quarantined()).toEqual([
    { isolateKey: spec.key, reason: "memory", heldUntil: now - 1_001 + 2_000 },
  ]);
  rig.pool.pardon(spec.key);
  expect(rig.pool.quarantined()).toEqual([]);
  expect(await attempt()).toBe("SANDBOX_MEMORY_EXCEEDED");
});

it("makes room by stopping the longest idle cell, and refuses when all are busy", async () => {
  await using rig = await openRig({ warmCells: 0, maxCells: 2, maxWaitMs: 200 });
  const busy = (key: string) =>
    specOf(
      `export default { async fetch() { console.log("busy"); await new Promise((r) => setTimeout(r, 60_000)); } }`,
      { key },
    );
  const aborter = new AbortController();
  await rig.pool.load(specOf(quiet, { key: "idle" }));
  const stuck = [getText(rig.pool, busy("one"), requestOf("/", { signal: aborter.signal }))];
  await rig.log("busy");
  stuck.push(getText(rig.pool, busy("two"), requestOf("/", { signal: aborter.signal })));
  for (const request of stuck) expectLater(request);
  expect(await rig.event("cell-stopped")).toMatchObject({
    isolateKeys: ["idle"],
    reason: "capacity",
  });
  await rig.until(() => rig.logs.filter(({ message }) => message === "busy").length === 2);
  await expect(rig.pool.load(specOf(quiet, { key: "third" }))).rejects.toMatchObject({
    code: "UNAVAILABLE",
  });
  aborter.abort();
});

it("closes more than once, and refuses work afterwards", async () => {
  const rig = await openRig();
  await getText(rig.pool, specOf(quiet));
  await Promise.all([rig.pool.close(), rig.pool.close()]);
  await expect(getText(rig.pool, specOf(quiet))).rejects.toMatchObject({ code: "UNAVAILABLE" });
  await rig[Symbol.asyncDispose]();
});

it("runs from a private or deep folder, its sockets elsewhere, and leaves nothing behind", async () => {
  // Other pools of this host have such folders too; this one's is where its cell is.
  const placesOf = (cellId: string) =>
    ["/run", tmpdir()]
      .flatMap((place) => readdirSync(place).map((name) => join(place, name)))
      .filter((path) => /\/berth-[0-9a-f]{12}$/.test(path) && existsSync(join(path, cellId)));
  let own: string[];
  const parent = mkdtempSync(join(tmpdir(), "berth-private-"));
  const folder = join(parent, "a-folder-with-a-long-name".repeat(5));
  {
    await using rig = await openRig({ folder });
    const { cellId } = await rig.pool.load(specOf(quiet));
    expect(await getText(rig.pool, specOf(quiet))).toBe("1");
    expect(existsSync(join(folder, "c"))).toBe(false);
    own = placesOf(cellId);
    expect(own).toHaveLength(1);
  }
  rmSync(parent, { recursive: true, force: true });
  expect(own.filter((path) => existsSync(path))).toEqual([]);
});

it("refuses a folder that another pool uses", async () => {
  await using rig = await openRig({ warmCells: 0 });
  await expect(openRig({ folder: rig.folder })).rejects.toMatchObject({
    code: "DATA_FOLDER_LOCKED",
  });
});

/** The control groups of a process, of either version. */
function groupsOf(pid: number): string[] {
  const paths = readFileSync(`/proc/${pid}/cgroup`, "utf8").matchAll(/:(memory|):(\/.*)$/gm);
  return [...paths].map(([, kind = "", path = ""]) => join("/sys/fs/cgroup", kind, path));
}

it("cleans up after a server that was killed: cells, groups, folders", async () => {
  const folder = mkdtempSync(join(tmpdir(), "berth-stale-"));
  const child = spawn(
    process.execPath,
    [
      "--conditions=berth-source",
      fileURLToPath(new URL("./killed-server.ts", import.meta.url)),
      folder,
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const exited = once(child, "exit");
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  const { pid, cellId } = JSON.parse(line) as { pid: number; cellId: string };
  expect(existsSync(`/proc/${pid}`)).toBe(true);
  const groups = groupsOf(pid).filter((path) => path.includes(cellId) && existsSync(path));
  // Without control groups there are none to leave behind.
  if (describeCgroup().version !== "none") expect(groups).not.toEqual([]);
  child.kill("SIGKILL");
  await exited;
  expect(readdirSync(join(folder, "c"))).toContain(cellId);
  await using rig = await openRig({ folder, warmCells: 0 });
  expect(existsSync(`/proc/${pid}`)).toBe(false);
  expect(groups.filter((path) => existsSync(path))).toEqual([]);
  expect(readdirSync(join(folder, "c"))).not.toContain(cellId);
  expect(await getText(rig.pool, specOf(quiet))).toBe("1");
  await rig.pool.close();
  rmSync(folder, { recursive: true, force: true });
});
