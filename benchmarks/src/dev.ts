/**
 * What `berth dev` takes from the save of a file to the changed view in the page of a real Chromium:
 * watcher, build, a new worker in a frame, its first picture. On a copy of a sample app.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium, type Page } from "playwright-core";
import { type Bench, type BenchOptions, type Figures, rounded } from "./bench.ts";

export const dev: Bench = {
  name: "dev",
  summary: "an edit of a view under `berth dev`, to the changed page",
  run,
};

const root = fileURLToPath(new URL("../../", import.meta.url));
const chromiumPath = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";
const edited = "src/calculator.tsx";
const words = "Type an expression and press Enter, or use the keypad";

async function run({ isQuick, say }: BenchOptions): Promise<Figures> {
  const folder = await mkdtemp(join(tmpdir(), "berth-bench-dev-"));
  await using open = new AsyncDisposableStack();
  open.defer(() => rm(folder, { recursive: true, force: true }));
  await cp(join(root, "apps/calculator"), folder, { recursive: true });
  await rm(join(folder, "tsconfig.json")); // It leads out of the copy.
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
  const startedAt = performance.now();
  const { builds, end, url } = await startDev(folder);
  open.defer(end);
  const openMs = performance.now() - startedAt;
  const browser = await chromium.launch({
    executablePath: chromiumPath,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
  });
  open.defer(() => browser.close());
  const page = await browser.newPage();
  await page.goto(url);
  await page.getByText(words).waitFor();

  const source = await readFile(join(folder, edited), "utf8");
  const times: number[] = [];
  const rounds = isQuick ? 5 : 40;
  for (let round = -3; round < rounds; round += 1) {
    const next = `Edit ${round}`;
    const seen = watchFor(page, next);
    const text = source.replace(words, next);
    const savedAt = performance.timeOrigin + performance.now();
    await writeFile(join(folder, edited), text);
    const ms = (await seen) - savedAt;
    // The first few warm both sides up.
    if (round >= 0) times.push(ms);
    say(`${next.padEnd(8)} ${ms.toFixed(0)} ms`);
  }
  return {
    edit_to_dom_p50_ms: rounded(quantile(times, 0.5)),
    edit_to_dom_p95_ms: rounded(quantile(times, 0.95)),
    build_p50_ms: rounded(quantile(builds.slice(4), 0.5)),
    command_to_open_ms: rounded(openMs),
  };
}

/** The wall clock's milliseconds at which the text stands in the page. */
function watchFor(page: Page, text: string): Promise<number> {
  return page.evaluate(
    (wanted) =>
      new Promise<number>((resolve) => {
        const view = document.querySelector(".berth-view");
        const look = () => {
          if (view?.textContent?.includes(wanted) !== true) return;
          observer.disconnect();
          resolve(performance.timeOrigin + performance.now());
        };
        const observer = new MutationObserver(look);
        if (view) observer.observe(view, { subtree: true, childList: true, characterData: true });
        look();
      }),
    text,
  );
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

interface StartedDev {
  readonly url: string;
  /** Of each build so far, in milliseconds. */
  readonly builds: readonly number[];
  end(): Promise<void>;
}

async function startDev(folder: string): Promise<StartedDev> {
  const main = join(root, "packages/cli/src/main.ts");
  const argv = ["--conditions=berth-source", main, "dev", "--port", "0", "--view-only", "--json"];
  const child = spawn(process.execPath, argv, {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = once(child, "exit");
  const builds: number[] = [];
  const opened = Promise.withResolvers<string>();
  createInterface(child.stdout).on("line", (raw) => {
    const line = JSON.parse(raw) as { type: string; url?: string; buildMs?: number };
    if (line.type === "open") opened.resolve(line.url ?? "");
    if (line.type === "built") builds.push(line.buildMs ?? Number.NaN);
  });
  exited.then(() => opened.reject(new Error("berth dev ended before it was open.")));
  return {
    url: await opened.promise,
    builds,
    async end() {
      child.kill("SIGINT");
      await exited;
    },
  };
}
