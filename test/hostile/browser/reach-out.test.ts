import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type {} from "./stage/host-page.ts";
import { openStage, type Stage } from "./stage/stage.ts";

let stage: Stage;
let page: Page;

beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage[Symbol.asyncDispose]());
beforeEach(async () => {
  page = await stage.openPage();
});
afterEach(() => page.close());

const outside = () => `http://outside.localhost:${stage.server.port}`;
const reached = () => stage.server.requests.filter(({ host }) => host === "outside.localhost");

describe.each(["its own host", "a srcdoc frame"])("a view on %s", (where) => {
  const frame = () => (where === "its own host" ? { frameUrl: stage.frameUrl } : {});

  it("finds every way out of its worker shut, and the server hears nothing", async () => {
    const code = await stage.viewCode(
      "reach-out.js",
      `globalThis.target = ${JSON.stringify(outside())};`,
    );
    stage.server.forget();
    const failure = await page.evaluate((options) => globalThis.stage.run(options), {
      code,
      ...frame(),
    });
    expect(failure).toBeUndefined();
    const outcomes = await page.evaluate(() => globalThis.stage.texts());
    expect(outcomes.length).toBeGreaterThan(25);
    expect(outcomes.filter((outcome) => !outcome.endsWith(": refused"))).toEqual([]);
    expect(reached()).toEqual([]);
  });

  it("is held by the policy alone, with nothing taken from its realm", async () => {
    const bootstrap = await stage.viewCode(
      "raw-reach-out.js",
      `globalThis.target = ${JSON.stringify(outside())};`,
    );
    stage.server.put("/raw-bootstrap.js", "text/javascript", bootstrap);
    await page.evaluate(() =>
      globalThis.stage.configure({ workerScriptPath: "/raw-bootstrap.js" }),
    );
    stage.server.forget();
    await page.evaluate((options) => globalThis.stage.run(options), { code: "", ...frame() });
    await page.waitForFunction(() => globalThis.stage.texts().length > 0);
    const outcomes = await page.evaluate(() => globalThis.stage.texts());
    expect(outcomes.at(-1)).toBe("origin: null");
    expect(outcomes.slice(0, -1).filter((outcome) => !outcome.endsWith(": refused"))).toEqual([]);
    expect(reached()).toEqual([]);
  });
});

it("takes away what the manifest blocks besides", async () => {
  const code = `
    globalThis[Symbol.for("berth.view")].define({
      async start() {
        const found = [typeof crypto, typeof performance.now, typeof queueMicrotask];
        await globalThis[Symbol.for("berth.view")].host.log({ level: "info", message: found.join(" ") });
      },
    });`;
  const manifest = { security: { blockedAPIs: ["crypto", "performance.now", "Function", "eval"] } };
  await page.evaluate((options) => globalThis.stage.run(options), { code, manifest });
  const logs = await page.evaluate(() =>
    globalThis.stage.seen.flatMap(({ kind, state }) => (kind === "log" ? [state] : [])),
  );
  expect(logs).toEqual(["undefined undefined function"]);
});
