/**
 * A product that embeds the runtime, with no Berth server: a blank Vite React project, the packages
 * as the registry would give them, the usage example, a built page, a real browser.
 */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { bundle } from "../hostile/browser/stage/bundle.ts";
import { chromiumArgs } from "../hostile/browser/stage/stage.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const execute = promisify(execFile);

/** Each major version, and the workspace that has it installed. */
const reacts = [
  { major: 19, workspace: "packages/react" },
  { major: 18, workspace: "test/integration/product/react-18" },
];
/** The major version that the linked declarations describe; with another they would prove nothing. */
const typedMajor = 19;

function readPackage(folder: string): { readonly dependencies?: Readonly<Record<string, string>> } {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}

/** The folders of an installed package and of all that it needs. */
function foldersOf(name: string, from: string, found = new Set<string>()): ReadonlySet<string> {
  const folder = dirname(createRequire(join(from, "package.json")).resolve(`${name}/package.json`));
  if (found.has(folder)) return found;
  found.add(folder);
  for (const needed of Object.keys(readPackage(folder).dependencies ?? {}))
    foldersOf(needed, folder, found);
  return found;
}

/** @throws Error with what the tool wrote, which compilers put on stdout */
async function run(
  command: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv },
): Promise<string> {
  try {
    return (await execute(command, args, options)).stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command} ${args.join(" ")}\n${stdout}\n${stderr}`, { cause: error });
  }
}

async function pack(folders: readonly string[], into: string): Promise<readonly string[]> {
  const stdout = await run(
    "npm",
    ["pack", "--ignore-scripts", "--json", "--pack-destination", into, ...folders],
    { cwd: root },
  );
  const packed = JSON.parse(stdout) as
    | { filename: string }[]
    | Record<string, { filename: string }>;
  return Object.values(packed).map(({ filename }) => join(into, filename));
}

/** What `npm create vite` writes, as far as it matters, with the tools of the workspace. */
async function createProject(folder: string): Promise<void> {
  await mkdir(join(folder, "src"), { recursive: true });
  await mkdir(join(folder, "public"));
  const files: Readonly<Record<string, string>> = {
    "package.json": JSON.stringify({ name: "product", private: true, type: "module" }),
    "index.html":
      '<!doctype html><title>Product</title><div id="root"></div><script type="module" src="/src/main.tsx"></script>',
    "vite.config.js": [
      'import react from "@vitejs/plugin-react";',
      'import { defineConfig } from "vite";',
      "export default defineConfig({ plugins: [react()] });",
    ].join("\n"),
    "tsconfig.json": JSON.stringify({
      compilerOptions: {
        ...{ target: "es2023", module: "esnext", moduleResolution: "bundler", jsx: "react-jsx" },
        ...{ lib: ["es2023", "dom", "dom.iterable"], types: [], strict: true, noEmit: true },
        skipLibCheck: true,
      },
      include: ["src"],
    }),
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  await copyFile(here("fixtures/product/main.tsx"), join(folder, "src/main.tsx"));
}

/** The project's development tools, of which none is part of what is tested. */
async function linkTools(folder: string): Promise<void> {
  const modules = join(folder, "node_modules");
  for (const scope of ["@vitejs", "@types"]) await mkdir(join(modules, scope));
  for (const tool of ["vite", "@vitejs/plugin-react", "@types/react", "@types/react-dom"])
    await symlink(join(root, "node_modules", tool), join(modules, tool));
}

async function serve(folder: string): Promise<string> {
  const types: Readonly<Record<string, string>> = {
    ...{ ".html": "text/html", ".js": "text/javascript", ".css": "text/css" },
  };
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const path = pathname === "/" ? "/index.html" : pathname;
    readFile(join(folder, path)).then(
      (bytes) =>
        response
          .writeHead(200, { "content-type": types[extname(path)] ?? "application/octet-stream" })
          .end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}

const tsc = join(root, "node_modules/typescript/bin/tsc");
let folder: string;
/** What each major version's project installs. */
let tarballs: ReadonlyMap<number, readonly string[]>;
let view: string;
let browser: Browser;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "berth-product-"));
  const workspaces = ["protocol", "browser", "react"].map((name) => join(root, "packages", name));
  await run(process.execPath, [tsc, "-b", ...workspaces], { cwd: root });
  const needed = reacts.map(({ major, workspace }) => {
    const from = join(root, workspace);
    return { major, folders: [...foldersOf("react-dom", from, new Set(foldersOf("react", from)))] };
  });
  const all = [...new Set([...workspaces, ...needed.flatMap(({ folders }) => folders)])];
  const packed = await pack(all, folder);
  const tarballOf = (source: string) => packed[all.indexOf(source)] ?? "";
  tarballs = new Map(
    needed.map(({ major, folders }) => [major, [...workspaces, ...folders].map(tarballOf)]),
  );
  view = await bundle(here("fixtures/product/calculator.js"));
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium",
    args: chromiumArgs,
  });
});
afterAll(async () => {
  await browser.close();
  await rm(folder, { recursive: true, force: true });
});

it.each(reacts)(
  "runs the usage example in a blank Vite project with React $major",
  async ({ major }) => {
    const project = join(folder, `react-${major}`);
    await createProject(project);
    const wanted = tarballs.get(major) ?? [];
    await run("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", ...wanted], {
      cwd: project,
    });
    await linkTools(project);
    // As the README says of workerScriptPath.
    await copyFile(
      join(project, "node_modules/@berth/browser/dist/app-worker.js"),
      join(project, "public/app-worker.js"),
    );
    await writeFile(join(project, "public/calculator.js"), view);
    const vite = join(project, "node_modules/vite/bin/vite.js");
    await Promise.all([
      ...(major === typedMajor ? [run(process.execPath, [tsc], { cwd: project })] : []),
      run(process.execPath, [vite, "build"], {
        cwd: project,
        env: { ...process.env, NODE_ENV: "production" },
      }),
    ]);

    const page = await browser.newPage();
    const problems: string[] = [];
    page.on("pageerror", ({ message }) => problems.push(message));
    await page.goto(await serve(join(project, "dist")));
    await page.getByText(`React ${major}.`).waitFor();
    await page.getByText("1 of 1 apps run").waitFor();
    await page.getByLabel("First").fill("19");
    await page.getByLabel("Second").fill("23");
    await page.getByLabel("Second").blur();
    await page.getByText("42", { exact: true }).waitFor();
    expect(problems).toEqual([]);
  },
);
