import { execFile } from "node:child_process";
import { cp, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { unpack } from "@berth/bundle";
import { isBerthError, toWire, type WireError } from "@berth/protocol";
import { beforeAll, describe, expect, it } from "vitest";
import { openAppFolder } from "../src/build/app-folder.ts";
import { buildApp } from "../src/build/build-app.ts";
import { checkApp } from "../src/build/check-app.ts";
import { createHome, type Home } from "./support/run-cli.ts";

const workspaceModules = fileURLToPath(new URL("../../../node_modules", import.meta.url));

const execute = promisify(execFile);
const compiler = join(workspaceModules, "typescript/bin/tsc");

/** As `npm install` would: the packages of this workspace, reached from the app's folder. */
async function linkModules(folder: string): Promise<void> {
  await symlink(workspaceModules, join(folder, "node_modules"));
}

async function createApp(home: Home, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = join(home.path, "app");
  for (const [path, text] of Object.entries(files)) {
    await mkdir(join(folder, path, ".."), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  await linkModules(folder);
  return folder;
}

const manifest = (over: object) =>
  JSON.stringify({ id: "x", name: "X", version: "1.0.0", description: "An app.", ...over });
const viewManifest = manifest({ entryPoint: "view.js" });
const serverManifest = manifest({ server: { entry: "server.js" } });

/** What `berth check` fails with; in this process, because loading the bundler takes its time. */
async function failureOf(files: Readonly<Record<string, string>>): Promise<WireError> {
  await using home = await createHome();
  const folder = await createApp(home, files);
  try {
    await buildApp(await openAppFolder(folder));
  } catch (error) {
    if (isBerthError(error)) return toWire(error);
    throw error;
  }
  throw new Error("It was built.");
}

/** Three builds, each in a process of its own. */
const buildsTimeoutMs = 120_000;

describe.each(["full", "view", "server"])("the template %s", (template) => {
  it(
    "is made, checked and packed, to the same bytes in another folder",
    async () => {
      await using home = await createHome();
      const made = await home.run(["new", "my-app", "--template", template, "--publisher", "me"]);
      expect(made.code).toBe(0);
      const folder = join(home.path, "my-app");
      await linkModules(folder);
      await execute(process.execPath, [
        compiler,
        "-p",
        folder,
        "--customConditions",
        "berth-source",
      ]);
      const check = await home.run(["check", "--json"], { cwd: folder });
      expect(check.stderr).toBe("");
      const { findings } = check.json<{ findings: { severity: string }[] }>();
      expect(findings.filter(({ severity }) => severity !== "info")).toEqual([]);
      const packed = await home.run(["pack", "--json"], { cwd: folder });
      const { digest, file } = packed.json<{ digest: string; file: string }>();
      expect(file).toBe(join(folder, "my-app-0.1.0.berth"));

      const elsewhere = join(home.path, "some/where/else");
      await cp(folder, elsewhere, { recursive: true, verbatimSymlinks: true });
      const again = await home.run(["pack", elsewhere, "-o", "other.berth", "--json"]);
      expect(again.json()).toMatchObject({ digest, file: join(home.path, "other.berth") });

      const { files } = await unpack(await readFile(file));
      const written = JSON.parse(Buffer.from(files.get("berth.json") ?? []).toString()) as object;
      expect(written).toMatchObject({ id: "my-app", name: "My app", publisher: "me" });
      for (const [path, bytes] of files) {
        const text = Buffer.from(bytes).toString();
        expect(text, path).not.toContain(home.path);
        expect(text, path).not.toMatch(/__APP_|workspace/);
      }
    },
    buildsTimeoutMs,
  );
});

describe("new", () => {
  it("refuses a folder that holds something, and touches nothing in it", async () => {
    await using home = await createHome();
    await mkdir(join(home.path, "my-app"));
    await writeFile(join(home.path, "my-app/mine.txt"), "mine");
    const { code, stderr } = await home.run(["new", "my-app", "--json"]);
    expect(code).toBe(5);
    expect(JSON.parse(stderr)).toMatchObject({ code: "FILE_EXISTS" });
    expect(await readFile(join(home.path, "my-app/mine.txt"), "utf8")).toBe("mine");
  });

  it("takes an empty folder, but no file", async () => {
    await using home = await createHome();
    await mkdir(join(home.path, "empty"));
    expect((await home.run(["new", "empty"])).code).toBe(0);
    await writeFile(join(home.path, "file"), "");
    expect((await home.run(["new", "file"])).code).toBe(5);
  });

  it.each([
    [["new", "../out"]],
    [["new", "My App"]],
    [["new", "a", "--publisher", "Me!"]],
    [["new", "a", "--template", "constructor"]],
  ])("refuses %j", async (argv) => {
    await using home = await createHome();
    expect((await home.run(argv)).code).toBe(2);
  });
});

describe("what goes into a package", () => {
  let files: ReadonlyMap<string, Uint8Array>;
  const textOf = (path: string) => Buffer.from(files.get(path) ?? []).toString();

  beforeAll(async () => {
    await using home = await createHome();
    const folder = await createApp(home, {
      "berth.json": manifest({ entryPoint: "view.js", server: { entry: "api/server.js" } }),
      "src/view.tsx": `import { definePreactView, Text } from "@berth/sdk/view/preact";
        definePreactView(() => <Text>{"hello " + import.meta.env.VITE_SECRET}</Text>);`,
      "src/api/server.ts": `import { Hono } from "hono";
        import { Buffer } from "node:buffer";
        import { WorkerEntrypoint } from "cloudflare:workers";
        const app = new Hono().get("/", async (c) => c.text((await import("./late.ts")).late));
        export class Other extends WorkerEntrypoint {}
        export default { fetch: (r: Request) => app.fetch(r), size: Buffer.byteLength("a") };`,
      "src/api/late.ts": "export const late: string = 'late';",
      ".env": "VITE_SECRET=sesame",
      "vite.config.js": "throw new Error('read');",
      "README.md": "Read me.",
      LICENSE: "Do.",
      "assets/icons/a.svg": "<svg/>",
      "private.txt": "mine",
    });
    const packed = await home.run(["pack", folder, "-o", "x.berth"]);
    expect(packed.stderr).toBe("");
    ({ files } = await unpack(await readFile(join(home.path, "x.berth"))));
  }, buildsTimeoutMs);

  it("is what the manifest names, the documents and the assets, and nothing else", () => {
    expect([...files.keys()].filter((path) => path !== "berth.digests.json").sort()).toEqual([
      ...["LICENSE", "README.md", "api/server.js", "api/server.js.map", "assets/icons/a.svg"],
      ...["berth.json", "view.js"],
    ]);
  });

  it("has a view that a classic worker can load: no import, no export, nothing of .env", () => {
    const view = textOf("view.js");
    expect(view).not.toContain("sesame");
    // A function body takes neither import nor export declarations, as a classic script does not.
    expect(() => new Function(view)).not.toThrow();
    expect(view).not.toMatch(/\bimport\s*\(|import\.meta|document\.createElement\("link"\)/);
  });

  it("has a server as one module that leaves only the engine's own names outside", () => {
    const server = textOf("api/server.js");
    const imported = [...server.matchAll(/(?:from|import)\s*["']([^"']+)["']/g)].map(
      ([, id]) => id,
    );
    expect(imported.sort()).toEqual(["cloudflare:workers", "node:buffer"]);
    expect(server).not.toMatch(/import\s*\(/);
    expect(server).toMatch(/as default/);
    expect(server).not.toContain("sourceMappingURL");
  });

  it("has a map beside the server, of positions and names of files, without their text", () => {
    const map = JSON.parse(textOf("api/server.js.map")) as { sources: string[]; mappings: string };
    expect(Object.keys(map).sort()).toEqual(["mappings", "names", "sources", "version"]);
    expect(map.sources).toEqual(
      expect.arrayContaining([
        "../src/api/server.ts",
        "../src/api/late.ts",
        "../node_modules/hono/dist/hono.js",
      ]),
    );
    for (const source of map.sources) expect(source).toMatch(/^\.\.\/(?:src|node_modules)\//);
    expect(map.mappings).toMatch(/^[\w+/,;]+$/);
  });
});

describe("what does not build", () => {
  it.each([
    ["const a = 1;\nlet b = = 2;", "src/view.ts:2:9"],
    ['import { gone } from "./gone.ts";\ngone();', "src/view.ts:1:22"],
    ['\n  import nothing from "nothing-of-this-name";\nnothing();', "src/view.ts:2:23"],
    ['import { nope } from "@berth/sdk/view";\nnope();', "src/view.ts:1:10"],
  ])("names file, line and column of %j", async (source, place) => {
    const error = await failureOf({ "berth.json": viewManifest, "src/view.ts": source });
    expect(error.code).toBe("BUILD_FAILED");
    expect(error.message).toMatch(new RegExp(`^${place}: `));
    expect(error.message.endsWith(".")).toBe(true);
  });

  it.each([
    ['import { readFileSync } from "node:fs";\nreadFileSync("x");', "not there in a browser"],
    ['import "fs";', "not there in a browser"],
    ['import "./style.css";', "style sheet"],
    ["const name = globalThis.name;\nimport(name);", "loads code while it runs (import("],
    ["await Promise.resolve();", "top-level await"],
  ])("refuses %j in a view", async (source, message) => {
    const files = { "berth.json": viewManifest, "src/view.ts": source, "src/style.css": "a{}" };
    const error = await failureOf(files);
    expect(error).toMatchObject({ code: "BUILD_FAILED" });
    expect(error.message).toContain(message);
  });

  it("says where it looked for a source, and which of two to keep", async () => {
    const missing = await failureOf({ "berth.json": serverManifest });
    expect(missing.message).toContain('server.entry is "server.js", but there is nothing');
    const both = { "berth.json": serverManifest, "server.js": "", "src/server.ts": "" };
    expect((await failureOf(both)).message).toContain("server.js or src/server.ts; keep one");
  });

  it("follows no link out of the folder", async () => {
    await using home = await createHome();
    const folder = await createApp(home, {
      "berth.json": serverManifest,
      "server.js": "export default { fetch: () => new Response() };",
    });
    const refusal = { code: "PACKAGE_ENTRY_REFUSED" };
    const build = async () => buildApp(await openAppFolder(folder));
    await symlink("/etc/hostname", join(folder, "README.md"));
    await expect(build()).rejects.toMatchObject(refusal);
    await rm(join(folder, "README.md"));
    await symlink("/etc", join(folder, "assets"));
    await expect(build()).rejects.toMatchObject(refusal);
    await rm(join(folder, "assets"));
    await mkdir(join(folder, "assets"));
    await symlink("/etc/hostname", join(folder, "assets/a"));
    await expect(build()).rejects.toMatchObject(refusal);
    await rm(join(folder, "assets/a"));
    expect((await build()).files.map(({ path }) => path)).toEqual([
      ...["berth.json", "server.js", "server.js.map"],
    ]);
  });
});

describe("check", () => {
  it("reports every problem of a manifest, each with path and mend", async () => {
    const error = await failureOf({
      "berth.json": manifest({ version: "1", permisions: [], entryPoint: 7 }),
    });
    expect(error.code).toBe("MANIFEST_INVALID");
    expect(error.details?.problems).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ path: "version", value: "1" }),
        expect.objectContaining({ message: expect.stringContaining("did you mean permissions?") }),
        expect.objectContaining({ path: "entryPoint", value: 7 }),
      ]),
    );
  });

  it.each([
    ['{"id": "x",}', /^berth\.json:1:12 is not JSON/],
    ["", /^berth\.json is not JSON/],
  ])("says where %j stops being JSON", async (text, message) => {
    expect((await failureOf({ "berth.json": text })).message).toMatch(message);
  });

  it("says that a folder is no app, and what to do", async () => {
    await using home = await createHome();
    const { code, stderr } = await home.run(["check"]);
    expect(code).toBe(1);
    expect(stderr).toContain("there is no berth.json in it");
    expect(stderr).toContain("berth new");
  });

  it("warns of permissions that an admin cannot judge", async () => {
    await using home = await createHome();
    const folder = await createApp(home, {
      "berth.json": manifest({
        server: { entry: "server.js" },
        entryPoint: "board.html",
        permissions: [
          { type: "data", resource: "*", actions: ["read"] },
          { type: "data", resource: "*", actions: ["read"] },
        ],
        security: { sandboxLevel: "moderate" },
        ui: { mode: "html" },
      }),
      "server.js": "export default {};",
      "board.html": "<!doctype html><title>Board</title>",
    });
    const app = await openAppFolder(folder);
    const warnings = checkApp(app.manifest, await buildApp(app)).filter(
      ({ severity }) => severity === "warning",
    );
    expect(new Set(warnings.map(({ rule }) => rule))).toEqual(
      new Set(["permission-wide", "permission-twice", "permission-missing", "sandbox-level"]),
    );
  });
});
