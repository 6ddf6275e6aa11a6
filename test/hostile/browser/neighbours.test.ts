/**
 * A view that uses up what it can get hold of, beside an honest one: the page goes on drawing, the
 * neighbour goes on answering, and only the hostile view ends.
 */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type AttackName, attacks } from "./attacks.ts";
import type { Watched } from "./stage/host-page.ts";
import { openStage, type Stage } from "./stage/stage.ts";

let stage: Stage;
let page: Page;

beforeAll(async () => {
  // The browser's own heap limit is gigabytes; a small one ends a hog just so, and sooner.
  stage = await openStage(["--js-flags=--max-old-space-size=96"]);
  page = await stage.openPage();
});
afterAll(() => stage[Symbol.asyncDispose]());
beforeEach(async () => {
  await stage.load(page);
  await page.evaluate(() =>
    globalThis.stage.configure({ viewLimits: { heartbeatTimeoutMs: 1500 } }),
  );
});

/** A generous bound: a page that waited for a view would stand still for its whole time-out. */
const maxGapMs = 1_200;

/** Starts an honest view, then the attackers, each under its name and in a frame of its own host. */
async function runBesideNeighbour(
  names: readonly AttackName[],
  within: Page = page,
): Promise<void> {
  const bundleUrl = await stage.serveView("counter.js");
  const attackers = await Promise.all(
    names.map(async (instance) => ({
      instance,
      code: await stage.viewCode("turns-on-host.js", `globalThis.attack = ${attacks[instance]};`),
      frameUrl: stage.frameUrlOf(instance.toLowerCase()),
    })),
  );
  await within.evaluate(
    async ([url, neighbourFrame, hostile]) => {
      await globalThis.stage.startNeighbour(url, neighbourFrame);
      const failures = await Promise.all(hostile.map((one) => globalThis.stage.run(one)));
      for (const failure of failures) if (failure !== undefined) throw new Error(failure.message);
    },
    [bundleUrl, stage.frameUrlOf("neighbour"), attackers] as const,
  );
}

/** Watches until every attacker has ended. */
async function watchTheirEnd(names: readonly AttackName[]): Promise<Watched> {
  await runBesideNeighbour(names);
  return page.evaluate((ending) => globalThis.stage.watch({ answers: 20, ending }), names);
}

function expectHealthy(watched: Watched): void {
  expect(watched.answers).toBeGreaterThan(10);
  expect(watched.frames).toBeGreaterThan(5);
  expect(watched.longestGapMs).toBeLessThan(maxGapMs);
}

async function violationCodes(): Promise<unknown[]> {
  const seen = await page.evaluate(() => globalThis.stage.seen);
  return seen.flatMap(({ kind, error }) => (kind === "violation" ? [error?.code] : []));
}

describe("beside an honest view", () => {
  it("views that stop yielding after a while are ended, and it answers all along", async () => {
    const watched = await watchTheirEnd(["loops", "neverLetsItsPromisesEnd"]);
    expectHealthy(watched);
    expect(await violationCodes()).toEqual(["VIEW_UNRESPONSIVE", "VIEW_UNRESPONSIVE"]);
    expect(await page.evaluate(() => globalThis.stage.state("neighbour"))).toBe("running");
  });

  it("a view that stops yielding after a minute is ended, and it answers all along", async () => {
    await using own = await stage.browser.newPage();
    // The page's own clock, its timers with it; the workers keep theirs.
    await own.clock.install();
    await stage.load(own);
    const limits = { heartbeatTimeoutMs: 1500 };
    await own.evaluate((viewLimits) => globalThis.stage.configure({ viewLimits }), limits);
    await runBesideNeighbour(["loopsLater"], own);
    await own.waitForFunction(() => globalThis.stage.texts("loopsLater").includes("Later"));
    const startedAt = await own.evaluate(() => Date.now());
    await own.clock.fastForward(60_000);
    await own.evaluate(() => globalThis.stage.watch({ answers: 20, ending: [] }));
    expect(await own.evaluate(() => globalThis.stage.state("loopsLater"))).toBe("running");
    await own.evaluate(() => globalThis.stage.press("Later", "loopsLater"));
    const watched = await own.evaluate(() =>
      globalThis.stage.watch({ answers: 20, ending: ["loopsLater"] }),
    );
    expectHealthy(watched);
    expect((await own.evaluate(() => Date.now())) - startedAt).toBeGreaterThan(60_000);
    const codes = await own.evaluate(() => globalThis.stage.seen.map(({ error }) => error?.code));
    expect(codes.filter((code) => code !== undefined)).toEqual(["VIEW_UNRESPONSIVE"]);
  });

  it("a view that allocates without end is ended, and it answers all along", async () => {
    // Whichever is first, it is ended for its growth or its process dies. Playwright takes the
    // death of a frame's process for the page's, so the page is asked past it.
    await using own = await stage.openPage();
    await own.evaluate(() =>
      globalThis.stage.configure({ viewLimits: { heartbeatTimeoutMs: 1500 } }),
    );
    const devtools = await own.context().newCDPSession(own);
    const ask = async <T>(expression: string): Promise<T> => {
      const { result, exceptionDetails } = await devtools.send("Runtime.evaluate", {
        expression,
        awaitPromise: true,
        returnByValue: true,
      });
      expect(exceptionDetails).toBeUndefined();
      return result.value;
    };
    await runBesideNeighbour(["allocates"], own);
    expectHealthy(await ask<Watched>('stage.watch({ answers: 20, ending: ["allocates"] })'));
    expect(await ask('stage.state("neighbour")')).toBe("running");
    expect(await ask('stage.state("allocates")')).not.toBe("running");
  });

  it("views that draw, change and log without measure are ended", async () => {
    const watched = await watchTheirEnd(["draws", "changes", "logs"]);
    expectHealthy(watched);
    // On a slow machine one may be too busy with its flood to give a sign of life.
    const codes = await violationCodes();
    expect(codes).toHaveLength(3);
    expect(codes).toContain("VIEW_LIMIT_EXCEEDED");
  });

  it("a view that stays just below its rates is let be", async () => {
    await runBesideNeighbour(["changesWithinItsRates"]);
    expectHealthy(await page.evaluate(() => globalThis.stage.watch({ answers: 40, ending: [] })));
    expect(await page.evaluate(() => globalThis.stage.state("changesWithinItsRates"))).toBe(
      "running",
    );
  });
});
