/** The library's own driver against what every driver must keep, with and without control groups. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DriverSubject, driverTrials } from "../src/conformance/index.ts";
import { type Cell, type CellDriver, openCellPool } from "../src/index.ts";
import { openWorkerdDriver } from "../src/workerd/driver.ts";
import { getText, quietLogger, specOf } from "./rig.ts";

const jailed = {
  jail: "required",
  engineBinary: undefined,
  jailer: undefined,
  logger: quietLogger,
  clock: Date,
} as const;

const modes = [
  { mode: "with control groups", cgroup: "auto" },
  { mode: "degraded", cgroup: "off" },
] as const;

/** Children of this process, and folders and sockets of cells. */
function countHeld(folder: string): number {
  const children = readdirSync("/proc/self/task").flatMap((thread) => {
    try {
      return readFileSync(`/proc/self/task/${thread}/children`, "utf8").split(" ").filter(Boolean);
    } catch {
      // A thread that ended meanwhile has none.
      return [];
    }
  });
  return children.length + readdirSync(folder, { recursive: true }).length;
}

describe.each(modes)("the driver for workerd, $mode", ({ cgroup }) => {
  let folder: string;
  let subject: DriverSubject;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "berth-driver-"));
    const driver = await openWorkerdDriver({ ...jailed, folder, cgroup });
    subject = { driver, countHeld: () => countHeld(folder) };
  });
  afterAll(async () => {
    await subject.driver.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(driverTrials)("$name", ({ run }) => run(subject));
});

/** What a driver without `pause` gives: everything else is the cell's own. */
function withoutPause(cell: Cell): Cell {
  const absent: ReadonlySet<string | symbol> = new Set(["pause", "resume"]);
  return new Proxy(cell, {
    get(target, name) {
      const value: unknown = absent.has(name) ? undefined : Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

it("carries a pool over a driver of one's own, which may be unable to pause, and is closed with it", async () => {
  const folder = mkdtempSync(join(tmpdir(), "berth-driver-"));
  const inner = await openWorkerdDriver({ ...jailed, folder, cgroup: "auto" });
  const started: string[] = [];
  let closes = 0;
  const driver: CellDriver = {
    async startCell(options) {
      started.push(options.id);
      return withoutPause(await inner.startCell(options));
    },
    replaceEngine: (binary, sink) => inner.replaceEngine(binary, sink),
    heapClassOf: (memoryMb) => inner.heapClassOf(memoryMb),
    close() {
      closes += 1;
      return inner.close();
    },
  };
  const pool = await openCellPool({
    driver,
    warmCells: 0,
    logger: quietLogger,
    onCall: (call) => Promise.resolve(call.args),
    onEgress: () => Promise.reject(new Error("nothing is reached")),
    onLog: () => undefined,
  });
  const spec = specOf(`export default { fetch: () => new Response("served") }`);
  expect(await getText(pool, spec)).toBe("served");
  expect(started).toEqual(pool.list().map(({ id }) => id));
  expect(pool.pauseIdle(0)).toBe(0);
  expect(await pool.stopIdle(0)).toBe(1);
  expect(await getText(pool, spec)).toBe("served");
  await pool.close();
  expect(closes).toBe(1);
  rmSync(folder, { recursive: true, force: true });
});
