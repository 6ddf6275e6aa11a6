import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isBerthError } from "@berth/protocol";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openRig, specOf } from "./rig.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "berth-cells-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const failure = (error: unknown) => error;

it("says that there is no engine where it was told to find one", async () => {
  const error = await openRig({ folder, engine: { binary: "/no/engine" } }).catch(failure);
  expect(isBerthError(error, "CELL_START_FAILED")).toBe(true);
  expect(String(error)).toContain("/no/engine");
});

it("says that a program which is no engine did not start", async () => {
  await using rig = await openRig({ folder, engine: { binary: "/bin/false" }, warmCells: 0 });
  const error = await rig.pool.load(specOf("export default {};")).catch(failure);
  expect(isBerthError(error, "CELL_START_FAILED")).toBe(true);
  // Its callers are told nothing of the host; the log is.
  expect((error as Error).message).toBe(
    "The cell's process did not start; the server's log says why.",
  );
  expect(String((error as Error).cause)).toMatch(/ended with|closed before|EPIPE/);
});

/** In a process of its own, since it is the environment that is poor. */
const poorHost = `
  const { openRig } = await import(process.argv[1]);
  try { await openRig({ folder: process.argv[2] }); console.log("opened"); }
  catch (error) { console.log(error.code, error.message); }
`;

it("refuses to run cells without a jail, and says how to mend it", () => {
  const rig = new URL("./rig.ts", import.meta.url).href;
  const { stdout } = spawnSync(
    process.execPath,
    ["--conditions=berth-source", "--input-type=module", "-e", poorHost, rig, folder],
    { env: { PATH: "/nowhere" }, encoding: "utf8" },
  );
  expect(stdout.split(" ")[0]).toBe("JAIL_UNAVAILABLE");
  expect(stdout).toContain("bubblewrap");
});
