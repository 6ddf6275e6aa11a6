/**
 * The layer rules find what they are there to find, and really read the TypeScript.
 *
 * A layer check that reads nothing passes; so violations are planted in a copy of the layout, and
 * the run over the repository must have seen as many modules as there are source files.
 */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const repository = fileURLToPath(new URL("../../", import.meta.url));

interface Cruise {
  readonly summary: {
    readonly totalCruised: number;
    readonly violations: readonly {
      readonly from: string;
      readonly to: string;
      readonly rule: { readonly name: string };
    }[];
  };
  readonly modules: readonly { readonly source: string }[];
}

async function cruise(folder: string, targets: readonly string[]): Promise<Cruise> {
  const command = join(repository, "node_modules/.bin/depcruise");
  const config = join(repository, ".dependency-cruiser.cjs");
  const output = await new Promise<string>((resolve, reject) => {
    execFile(
      process.execPath,
      [command, "--config", config, "--output-type", "json", ...targets],
      { cwd: folder, maxBuffer: 256 * 1024 * 1024 },
      // The exit code counts violations; only output that is missing is a failure here.
      (error, stdout, stderr) =>
        stdout === "" ? reject(error ?? new Error(stderr)) : resolve(stdout),
    );
  });
  return JSON.parse(output) as Cruise;
}

async function countSources(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true });
  return entries.filter(
    (path) => /\/src\/.*\.tsx?$/.test(`/${path}`) && !/node_modules|dist\/|generated\//.test(path),
  ).length;
}

describe("planted violations", () => {
  let folder = "";

  async function plant(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    const result = await cruise(folder, ["packages"]);
    expect(result.summary.totalCruised).toBeGreaterThanOrEqual(2);
    return result.summary.violations.map((violation) => violation.rule.name);
  }

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "berth-layers-"));
    for (const name of ["protocol", "bundle", "server"]) {
      const manifest = {
        name: `@berth/${name}`,
        type: "module",
        exports: { ".": { "berth-source": "./src/index.ts" } },
      };
      await mkdir(join(folder, "packages", name, "src"), { recursive: true });
      await writeFile(join(folder, "packages", name, "package.json"), JSON.stringify(manifest));
      await writeFile(join(folder, "packages", name, "src/index.ts"), "export {};\n");
    }
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it("passes a layout that keeps the layers", async () => {
    const found = await plant({
      "packages/bundle/src/a.ts":
        'import "../../protocol/src/index.ts";\nexport const a: number = 1;\n',
      "packages/server/src/registry/r.ts": "export interface R { readonly id: string }\n",
      "packages/server/src/rollout/o.ts":
        'import type { R } from "../registry/r.ts";\nexport const o = (r: R): string => r.id;\n',
    });
    expect(found).toEqual([]);
  });

  it("finds an import of a higher layer", async () => {
    const found = await plant({
      "packages/protocol/src/up.ts":
        'import "../../server/src/index.ts";\nexport const a: number = 1;\n',
    });
    expect(found).toContain("layer-protocol");
  });

  it("finds an import of a higher layer that is only of types", async () => {
    const found = await plant({
      "packages/server/src/t.ts": "export interface T { readonly t: 1 }\n",
      "packages/protocol/src/up.ts":
        'import type { T } from "../../server/src/t.ts";\nexport const a = (t: T): 1 => t.t;\n',
    });
    expect(found).toContain("layer-protocol");
  });

  it("finds an import of another package's internals", async () => {
    const found = await plant({
      "packages/protocol/src/inner.ts": "export const inner: number = 1;\n",
      "packages/bundle/src/reach.ts": 'export { inner } from "../../protocol/src/inner.ts";\n',
    });
    expect(found).toContain("no-internals-of-packages");
  });

  it("finds a cycle", async () => {
    const found = await plant({
      "packages/bundle/src/a.ts":
        'import { b } from "./b.ts";\nexport const a = (): number => b();\n',
      "packages/bundle/src/b.ts":
        'import { a } from "./a.ts";\nexport const b = (): number => a();\n',
    });
    expect(found).toContain("no-cycles");
  });

  it("finds a cycle over three modules, and lets a type point back", async () => {
    const found = await plant({
      "packages/bundle/src/a.ts":
        'import { b } from "./b.ts";\nexport interface A { readonly a: number }\nexport const a = (): A => ({ a: b() });\n',
      "packages/bundle/src/b.ts":
        'import { c } from "./c.ts";\nexport const b = (): number => c({ a: 1 });\n',
      "packages/bundle/src/c.ts":
        'import type { A } from "./a.ts";\nexport const c = (x: A): number => x.a;\n',
    });
    expect(found).toEqual([]);
    const closed = await plant({
      "packages/bundle/src/c.ts":
        'import { type A, a } from "./a.ts";\nexport const c = (x: A): number => x.a + a().a;\n',
    });
    expect(closed).toContain("no-cycles");
  });

  it("reads on behind a `using` declaration", async () => {
    const found = await plant({
      "packages/protocol/src/u.ts": `export async function u(open: () => AsyncDisposable): Promise<unknown> {
  await using opened = open();
  using closed = { [Symbol.dispose]: () => opened };
  for (using each of [closed]) await import(\`../../server/src/index.ts\`).then(() => each);
  return closed;
}
`,
    });
    expect(found).toContain("layer-protocol");
  });

  it("finds a server domain that runs another's code", async () => {
    const found = await plant({
      "packages/server/src/registry/r.ts": "export const r: number = 1;\n",
      "packages/server/src/rollout/o.ts":
        'import { r } from "../registry/r.ts";\nexport const o: number = r;\n',
    });
    expect(found).toContain("domains-by-types-only");
  });

  it("finds a server domain that reads another's tables, also when only by their types", async () => {
    const found = await plant({
      "packages/server/src/registry/tables.ts": "export interface R { readonly id: string }\n",
      "packages/server/src/rollout/o.ts":
        'import type { R } from "../registry/tables.ts";\nexport const o = (r: R): string => r.id;\n',
    });
    expect(found).toEqual(["tables-are-their-domains-own"]);
  });

  it("finds shared ground that runs a domain's code", async () => {
    const found = await plant({
      "packages/server/src/registry/r.ts": "export const r: number = 1;\n",
      "packages/server/src/storage/s.ts":
        'import { r } from "../registry/r.ts";\nexport const s: number = r;\n',
    });
    expect(found).toContain("ground-knows-no-domain");
  });

  it("lets the composition root import every domain, and no domain import the root", async () => {
    const found = await plant({
      "packages/server/src/registry/r.ts": "export const r: number = 1;\n",
      "packages/server/src/compose/all.ts":
        'import { r } from "../registry/r.ts";\nexport const all: number = r;\n',
    });
    expect(found).toEqual([]);
    const turned = await plant({
      "packages/server/src/jobs/j.ts":
        'import { all } from "../compose/all.ts";\nexport const j: number = all;\n',
    });
    expect(turned).toContain("domains-do-not-compose");
  });

  it("finds Node in a package that also runs elsewhere", async () => {
    const found = await plant({
      "packages/protocol/src/n.ts":
        'import { join } from "node:path";\nexport const n: string = join("a", "b");\n',
    });
    expect(found).toContain("portable-packages-without-node");
  });

  it("finds a package that no layer names, and an import that leads nowhere", async () => {
    const found = await plant({
      "packages/attic/src/a.ts": 'import "./absent.ts";\nexport const a: number = 1;\n',
    });
    expect(found).toContain("package-without-layer");
    expect(found).toContain("resolvable");
  });
});

it("reads every source file of the repository, and finds no violation there", async () => {
  const folders = ["packages", "apps", "benchmarks", "test", "scripts"];
  const result = await cruise(repository, folders);
  const sources =
    (await countSources(join(repository, "packages"))) +
    (await countSources(join(repository, "apps")));
  const seen = result.modules.filter((module) =>
    /^(packages|apps)\/.+\/src\/.*\.tsx?$/.test(module.source),
  ).length;
  expect(seen).toBeGreaterThanOrEqual(sources);
  expect(
    result.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`),
  ).toEqual([]);
});
