/** What `npm test` and `npm start` do before anything else: decide whether to install, and what. */
import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { whyStale } from "../../scripts/prepare/dependencies.mjs";
import { findNode24 } from "../../scripts/prepare/node-24.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "berth-prepare-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

describe("whether packages are installed", () => {
  const one = { version: "1.0.0", integrity: "sha512-a" };
  const optional = { version: "1.0.0", integrity: "sha512-b", optional: true };

  async function stale(wanted: object, installed?: object): Promise<string | undefined> {
    await writeFile(join(folder, "package-lock.json"), JSON.stringify({ packages: wanted }));
    if (installed !== undefined) {
      await mkdir(join(folder, "node_modules"));
      const path = join(folder, "node_modules/.package-lock.json");
      await writeFile(path, JSON.stringify({ packages: installed }));
    }
    return whyStale(folder);
  }

  it("installs where there is nothing", async () => {
    expect(await stale({ "node_modules/a": one })).toMatch(/node_modules is missing/);
  });

  it("leaves what is as the lockfile says, with another platform's packages absent", async () => {
    const wanted = { "": {}, "packages/x": {}, "node_modules/a": one, "node_modules/b": optional };
    expect(await stale(wanted, { "node_modules/a": one })).toBeUndefined();
  });

  it("installs when a package is absent", async () => {
    expect(await stale({ "node_modules/a": one }, {})).toBe("node_modules/a is not installed");
  });

  it("installs when a package has another version or other bytes", async () => {
    const other = { "node_modules/a": { ...one, version: "0.9.0" } };
    expect(await stale({ "node_modules/a": one }, other)).toMatch(/a is 0\.9\.0.*says 1\.0\.0/);
    await rm(join(folder, "node_modules"), { recursive: true });
    const forged = { "node_modules/a": { ...one, integrity: "sha512-x" } };
    expect(await stale({ "node_modules/a": one }, forged)).toMatch(/node_modules\/a is 1\.0\.0/);
  });

  it("installs when a package is there that the lockfile does not know", async () => {
    const extra = { "node_modules/a": one, "node_modules/c": one };
    expect(await stale({ "node_modules/a": one }, extra)).toBe(
      "node_modules/c is not in the lockfile",
    );
  });

  it("has nothing to do in this checkout", () => {
    expect(whyStale(root)).toBeUndefined();
  });
});

describe("Node 24", () => {
  it("is the one that the lockfile brought", () => {
    expect(findNode24(root)).toBe(join(root, "node_modules/.bin/node"));
  });

  it("says so when the one that was brought does not run", async () => {
    await mkdir(join(folder, "node_modules/.bin"), { recursive: true });
    await writeFile(join(folder, "node_modules/.bin/node"), "not a program", { mode: 0o755 });
    expect(() => findNode24(folder)).toThrow(/does not run here.*Install Node 24/);
  });
});

describe("the command", () => {
  function prepare(purpose: string, path: string) {
    const result = spawnSync(process.execPath, ["scripts/prepare.mjs", purpose], {
      cwd: root,
      encoding: "utf8",
      env: { ...process.env, PATH: path },
    });
    return { code: result.status, text: result.stdout + result.stderr };
  }

  it("is done at once where everything is there", () => {
    expect(prepare("test", process.env.PATH ?? "")).toEqual({ code: 0, text: "" });
  });

  it("names what tests need and the command that brings it, where it may not install", async () => {
    // A PATH without apt-get, bwrap and chromium: not Debian, as far as the script can see.
    await symlink(process.execPath, join(folder, "node"));
    const { code, text } = prepare("test", folder);
    expect(code).toBe(1);
    expect(text).toMatch(/Missing here: bubblewrap \(jails the cells\), chromium/);
    expect(text).toMatch(/Install with your system's package manager: bubblewrap chromium/);
  });

  it("refuses a purpose that it does not know", () => {
    const { code, text } = prepare("fly", process.env.PATH ?? "");
    expect(code).toBe(1);
    expect(text).toContain('takes "test" or "start", not "fly"');
  });
});
