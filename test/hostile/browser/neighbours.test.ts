/**
 * A view that uses up what it can get hold of, beside an honest one: the page goes on drawing, the
 * neighbour goes on answering, and only the hostile view ends.
 */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
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
  attacks: Readonly<Record<string, string>>,
  within: Page = page,
): Promise<void> {
  const bundleUrl = await stage.serveView("counter.js");
  const attackers = await Promise.all(
    Object.entries(attacks).map(async ([instance, attack]) => ({
      instance,
      code: await stage.viewCode("turns-on-host.js", `globalThis.attack = ${attack};`),
      frameUrl: stage.frameUrlOf(instance),
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
async function watchTheirEnd(attacks: Readonly<Record<string, string>>): Promise<Watched> {
  await runBesideNeighbour(attacks);
  return page.evaluate(
    (ending) => globalThis.stage.watch({ answers: 20, ending }),
    Object.keys(attacks),
  );
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
    const watched = await watchTheirEnd({
      loops: "() => { for (;;); }",
      "never-lets-its-promises-end":
        "() => { const next = () => Promise.resolve().then(next); next(); }",
    });
    expectHealthy(watched);
    expect(await violationCodes()).toEqual(["VIEW_UNRESPONSIVE", "VIEW_UNRESPONSIVE"]);
    expect(await page.evaluate(() => globalThis.stage.state("neighbour"))).toBe("running");
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
    await runBesideNeighbour(
      {
        allocates: `() => {
          const held = [];
          // By messages to itself, since timers are paced.
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => {
            for (let n = 0; n < 20; n++) held.push(new Array(100_000).fill({}));
            port2.postMessage(0);
          };
          // Not before this page could be told that it runs.
          setTimeout(() => port2.postMessage(0), 500);
        }`,
      },
      own,
    );
    expectHealthy(await ask<Watched>('stage.watch({ answers: 20, ending: ["allocates"] })'));
    expect(await ask('stage.state("neighbour")')).toBe("running");
    expect(await ask('stage.state("allocates")')).not.toBe("running");
  });

  it("views that draw, change and log without measure are ended", async () => {
    const watched = await watchTheirEnd({
      draws: `({ root }) => {
        const draw = () => {
          for (let count = 0; count < 3_000; count++) root.append("x");
          root.replaceChildren();
          setTimeout(draw);
        };
        draw();
      }`,
      changes: `({ text }) => {
        let count = 0;
        setInterval(() => {
          for (let change = 0; change < 4_000; change++) text.textContent = String(count++);
        });
      }`,
      logs: `({ view }) => {
        setInterval(() => { for (let line = 0; line < 50; line++) view.log.info("x"); });
      }`,
    });
    expectHealthy(watched);
    // On a slow machine one may be too busy with its flood to give a sign of life.
    const codes = await violationCodes();
    expect(codes).toHaveLength(3);
    expect(codes).toContain("VIEW_LIMIT_EXCEEDED");
  });

  it("a view that stays just below its rates is let be", async () => {
    await runBesideNeighbour({
      busy: `({ text }) => {
        let count = 0;
        setInterval(() => {
          for (let change = 0; change < 50; change++) text.textContent = String(count++);
        }, 10);
      }`,
    });
    expectHealthy(await page.evaluate(() => globalThis.stage.watch({ answers: 40, ending: [] })));
    expect(await page.evaluate(() => globalThis.stage.state("busy"))).toBe("running");
  });
});

describe("between two views", () => {
  it("nothing is shared: neither state, nor nodes, nor grants", async () => {
    const bundleUrl = await stage.serveView("counter.js");
    const grant = { id: "g", type: "api" as const, resource: "/api/*", actions: ["read" as const] };
    await page.evaluate(
      async ([url, frameUrl, given, apiOrigin]) => {
        await globalThis.stage.startNeighbour(url);
        globalThis.stage.grant(given, "neighbour");
        await globalThis.stage.watch({ answers: 3, ending: [] });
        await globalThis.stage.run({ bundleUrl: url, frameUrl, apiOrigin });
      },
      [bundleUrl, stage.frameUrl, grant, stage.apiOrigin] as const,
    );
    expect(await page.evaluate(() => globalThis.stage.texts())).toContain("Count 0");
    await page.evaluate(() => globalThis.stage.press("Call"));
    await page.waitForFunction(() =>
      globalThis.stage.texts().some((text) => text.startsWith("PERMISSION_DENIED")),
    );
    expect(await page.evaluate(() => globalThis.stage.texts("neighbour"))).toContain("Count 3");
  });

  it("no other document in the page reaches a frame, a waiting one neither", async () => {
    const bundleUrl = await stage.serveView("counter.js");
    await page.evaluate(async (url) => globalThis.stage.startNeighbour(url), bundleUrl);
    await page.evaluate(async () => {
      await globalThis.stage.warm();
      for (const frame of document.querySelectorAll("iframe")) frame.id = frame.title;
    });
    stage.server.put(
      "/intruder",
      "text/html",
      `<script>
        const outcomes = [];
        const attempt = (name, go) => {
          try { go(); outcomes.push(name + ": done"); } catch (error) { outcomes.push(name + ": " + error.name); }
        };
        for (let index = 0; index < parent.frames.length; index++) {
          const other = parent.frames[index];
          if (other === window) continue;
          attempt("document", () => other.document.title);
          attempt("location", () => { other.location = "about:blank"; });
          const ports = [new MessageChannel(), new MessageChannel(), new MessageChannel()];
          attempt("boot", () => {
            other.postMessage({ berth: "boot" }, "*", ports.map(({ port2 }) => port2));
            ports[0].port1.postMessage({ workerSource: "for(;;);", blockedAPIs: [], heartbeatIntervalMs: 1 });
          });
        }
        parent.postMessage({ berth: "hello" }, "*");
        parent.postMessage({ intruder: outcomes }, "*");
      </script>`,
    );
    const outcomes = await page.evaluate(
      (url) => globalThis.stage.openIntruder(url),
      `http://intruder.localhost:${stage.server.port}/intruder`,
    );
    // Messages to a frame may be sent; what they say is for its bootstrap to refuse.
    expect([...new Set(outcomes)].sort()).toEqual([
      "boot: done",
      "document: SecurityError",
      "location: SecurityError",
    ]);
    expect(outcomes.length).toBeGreaterThanOrEqual(6);
    expect(
      (await page.evaluate(() => globalThis.stage.watch({ answers: 5, ending: [] }))).answers,
    ).toBe(5);
    // The one that waited is whole as well: the next view starts in it.
    expect(
      await page.evaluate((url) => globalThis.stage.run({ bundleUrl: url }), bundleUrl),
    ).toBeUndefined();
    const { title, id } = await page.evaluate(() => {
      const { title: now, id: before } = document.querySelector(
        '[title="a sandbox"]',
      ) as HTMLElement;
      return { title: now, id: before };
    });
    expect([title, id]).toEqual(["a sandbox", "Sandbox in waiting"]);
    expect(await page.evaluate(() => globalThis.stage.texts())).toContain("Count 0");
  });
});
