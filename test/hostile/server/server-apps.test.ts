/**
 * Small hostile apps against the cell pool itself: each is answered for with a typed error, its cell
 * is dealt with, and a well-behaved app beside it goes on as if nothing were.
 */

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import {
  type CellEvent,
  type CellLimits,
  type CellPool,
  defaultCellLimits,
  engineCompatibilityDate,
  type IsolateSpec,
  openCellPool,
} from "@berth/cells";
import { isBerthError } from "@berth/protocol";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "berth-hostile-"));
const events: CellEvent[] = [];
let pool: CellPool;

beforeAll(async () => {
  const quiet = () => undefined;
  pool = await openCellPool({
    folder,
    jail: "required",
    onCall: (call) => Promise.resolve(call.args),
    onEgress: () => Promise.reject(new Error("nothing is reached")),
    onLog: quiet,
    logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  });
  pool.onEvent((event) => events.push(event));
  await ask(neighbour);
});
afterAll(async () => {
  await pool.close();
  rmSync(folder, { recursive: true, force: true });
});
afterEach(async () => {
  expect(await ask(neighbour)).toBe("still here");
  const lost = events.filter((event) => event.type === "cell-lost");
  expect(lost.flatMap((event) => event.isolateKeys)).not.toContain(neighbour.key);
});

function specOf(key: string, js: string, limits: Partial<CellLimits> = {}): IsolateSpec {
  return {
    key,
    tenant: key,
    placement: key,
    mainModule: "main.js",
    modules: { "main.js": { js } },
    compatibilityDate: engineCompatibilityDate,
    compatibilityFlags: ["nodejs_compat"],
    env: {},
    limits: {
      ...defaultCellLimits,
      memoryMb: 32,
      wallMs: 15_000,
      cpuMs: 1_000,
      maxResponseBytes: 1e6,
      ...limits,
    },
  };
}

const neighbour = specOf("neighbour", `export default { fetch: () => new Response("still here") }`);

function hostile(name: string, limits: Partial<CellLimits> = {}): IsolateSpec {
  const js = readFileSync(new URL(`./apps/${name}.js`, import.meta.url), "utf8");
  return specOf(`${name} ${JSON.stringify(limits)}`, js, limits);
}

/** The answer's body, or the code of the error. */
async function ask(spec: IsolateSpec, path = "/"): Promise<string> {
  try {
    const response = await pool.fetch(spec, {
      method: "GET",
      path,
      host: "hostile.example",
      headers: [],
      body: null,
      handle: "handle",
      props: {},
      requestId: "request",
    });
    return await text(response.body);
  } catch (error) {
    if (!isBerthError(error)) throw error;
    expect(error.message.length).toBeLessThanOrEqual(4_000);
    return error.code;
  }
}

it.each([
  ["endless-loop", { wallMs: 60_000 }, "SANDBOX_CPU_EXCEEDED"],
  ["endless-loop", { wallMs: 300, cpuMs: 60_000 }, "SANDBOX_DEADLINE_EXCEEDED"],
  ["endless-loop", { cpuPercent: 10, wallMs: 500 }, "SANDBOX_DEADLINE_EXCEEDED"],
  ["endless-microtasks", { wallMs: 60_000 }, "SANDBOX_CPU_EXCEEDED"],
  ["array-hog", { cpuMs: 60_000, wallMs: 60_000 }, "SANDBOX_MEMORY_EXCEEDED"],
  ["buffer-hog", {}, "SANDBOX_MEMORY_EXCEEDED"],
  ["hang", { wallMs: 300 }, "SANDBOX_DEADLINE_EXCEEDED"],
  ["ten-gigabytes", {}, "SANDBOX_RESPONSE_TOO_LARGE"],
  ["header-bomb", {}, "FUNCTION_RESPONSE_REFUSED"],
])("%s with %j ends as %s", async (name, limits, code) => {
  expect(await ask(hostile(name, limits))).toBe(code);
});

it.each([
  ["/number", "FUNCTION_THREW"],
  ["/nothing", "FUNCTION_THREW"],
  ["/object", "FUNCTION_THREW"],
  ["/throws-null", "FUNCTION_THREW"],
  ["/throws-proxy", "FUNCTION_THREW"],
  ["/huge-message", "FUNCTION_THREW"],
  ["/splits", "FUNCTION_THREW"],
  ["/switches", "FUNCTION_THREW"],
])("garbage %s ends as %s", async (path, code) => {
  expect(await ask(hostile("garbage"), path)).toBe(code);
});

it("garbage that breaks off fails the body, and does not pass for whole", async () => {
  expect(["CELL_LOST", "FUNCTION_THREW"]).toContain(await ask(hostile("garbage"), "/breaks-off"));
});

it("fork finds no process, no thread, no file", async () => {
  const seen = JSON.parse(await ask(hostile("fork"))) as Record<string, string>;
  for (const [attempt, outcome] of Object.entries(seen)) {
    expect(`${attempt} ${outcome}`).toMatch(/refused|not implemented/);
  }
});

it("call-flood gets its answers, or refusals, while others are served", async () => {
  const flood = ask(
    hostile("call-flood", { memoryMb: 128, cpuMs: 20_000, wallMs: 60_000, cpuPercent: 50 }),
  );
  for (let count = 0; count < 20; count += 1) expect(await ask(neighbour)).toBe("still here");
  const { answered, codes } = JSON.parse(await flood) as { answered: number; codes: string[] };
  expect(answered).toBeGreaterThanOrEqual(256);
  expect(codes).toEqual(["RATE_LIMITED"]);
});
