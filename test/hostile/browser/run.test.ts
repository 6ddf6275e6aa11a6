import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { bundle } from "./stage/bundle.ts";
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

const grant = {
  id: "g1",
  type: "api" as const,
  resource: "/api/calculations/*",
  actions: ["read" as const, "write" as const],
};

describe("an honest view", () => {
  it.each(["its own host", "a srcdoc frame"])(
    "starts, draws and answers events on %s",
    async (where) => {
      const bundleUrl = await stage.serveView("counter.js");
      const frame = where === "its own host" ? { frameUrl: stage.frameUrl } : {};
      expect(
        await page.evaluate((options) => globalThis.stage.run(options), { bundleUrl, ...frame }),
      ).toBeUndefined();
      expect(await page.evaluate(() => globalThis.stage.texts())).toEqual([
        "Count 0",
        "Add",
        "Call",
      ]);
      await page.evaluate(() => globalThis.stage.press("Add"));
      await page.waitForFunction(() => globalThis.stage.texts().includes("Count 1"));
      expect(await page.evaluate(() => globalThis.stage.state())).toBe("running");
    },
  );

  it("calls its function with a token it never sees, renewed when it is refused", async () => {
    const tokens: (string | undefined)[] = [];
    stage.server.onFunction((request, response) => {
      tokens.push(request.headers.authorization);
      const isNew = request.headers.authorization === "Bearer second";
      response.writeHead(isNew ? 201 : 401, { "content-type": "application/json" });
      response.end('{"value":42}');
    });
    const options = {
      bundleUrl: await stage.serveView("counter.js"),
      frameUrl: stage.frameUrl,
      apiOrigin: stage.apiOrigin,
      grants: [grant],
    };
    await page.evaluate((given) => globalThis.stage.run(given), options);
    await page.evaluate(() => globalThis.stage.press("Call"));
    await page.waitForFunction(() =>
      globalThis.stage.texts().some((text) => text.startsWith("201")),
    );
    expect(await page.evaluate(() => globalThis.stage.texts().at(-1))).toBe('201 {"value":42}');
    expect(tokens).toEqual(["Bearer first", "Bearer second"]);
  });

  it("is refused without a grant, allowed by one given while it runs, refused once it is revoked", async () => {
    stage.server.onFunction((_request, response) => response.end("{}"));
    const options = {
      bundleUrl: await stage.serveView("counter.js"),
      frameUrl: stage.frameUrl,
      apiOrigin: stage.apiOrigin,
    };
    await page.evaluate((given) => globalThis.stage.run(given), options);
    stage.server.forget();
    const call = async (start: string) => {
      await page.evaluate(() => globalThis.stage.press("Call"));
      await page.waitForFunction(
        (text) => globalThis.stage.texts().at(-1)?.startsWith(text),
        start,
      );
    };
    await call("PERMISSION_DENIED");
    expect(stage.server.requests).toEqual([]);
    await page.evaluate((given) => globalThis.stage.grant(given), grant);
    await call("200");
    await page.evaluate(() => globalThis.stage.revoke("g1"));
    await call("PERMISSION_DENIED");
    const attempts = await page.evaluate(() => globalThis.stage.attempts());
    const calls = attempts.filter(({ request }) => request.type === "api");
    expect(calls.map(({ decision }) => decision.isAllowed)).toEqual([false, true, false]);
    expect(await page.evaluate(() => globalThis.stage.usage()?.denials)).toBe(2);
  });

  it("pauses, resumes, stops and starts again with its persisted state", async () => {
    const bundleUrl = await stage.serveView("counter.js");
    await page.evaluate((options) => globalThis.stage.run(options), {
      bundleUrl,
      frameUrl: stage.frameUrl,
    });
    await page.evaluate(() => globalThis.stage.press("Add"));
    await page.waitForFunction(() => globalThis.stage.texts().includes("Count 1"));
    expect(await page.evaluate(() => globalThis.stage.act("pause"))).toBeUndefined();
    expect(await page.evaluate(() => globalThis.stage.act("pause"))).toMatchObject({
      code: "RUNTIME_STATE",
    });
    expect(await page.evaluate(() => globalThis.stage.act("resume"))).toBeUndefined();
    expect(await page.evaluate(() => globalThis.stage.act("stop"))).toBeUndefined();
    expect(await page.evaluate(() => globalThis.stage.frames())).toBe(0);
    expect(await page.evaluate(() => globalThis.stage.run({}))).toBeUndefined();
    expect(await page.evaluate(() => globalThis.stage.texts()[0])).toBe("Count 1");
  });

  it("starts in a frame that waited, which no other view gets after it", async () => {
    const bundleUrl = await stage.serveView("counter.js");
    await page.evaluate(() => globalThis.stage.warm());
    const titles = () =>
      page.evaluate(() => [...document.querySelectorAll("iframe")].map(({ title }) => title));
    const run = (instance: string) =>
      page.evaluate((options) => globalThis.stage.run(options), { instance, bundleUrl });
    const waiting = "Sandbox in waiting";
    expect(await titles()).toEqual([waiting]);
    expect(await run("a")).toBeUndefined();
    expect(await titles()).toContain("a sandbox");
    // Another one comes up by itself, and the first goes with its view.
    await expect.poll(titles).toEqual(["a sandbox", waiting]);
    await page.evaluate(() => globalThis.stage.act("stop", "a"));
    expect(await titles()).toEqual([waiting]);
    expect(await run("b")).toBeUndefined();
    await expect.poll(titles).toEqual(["b sandbox", waiting]);
    // With the last app all of it leaves the page.
    await page.evaluate(() => globalThis.stage.act("unload", "a"));
    await page.evaluate(() => globalThis.stage.act("unload", "b"));
    expect(await titles()).toEqual([]);
  });

  it("keeps no frame waiting where none is wanted, nor one that misbehaved", async () => {
    await page.evaluate(async () => {
      globalThis.stage.configure({ warmFrames: 0 });
      await globalThis.stage.warm();
    });
    expect(await page.evaluate(() => globalThis.stage.frames())).toBe(0);
    stage.server.put(
      "/two-hellos",
      "text/html",
      '<script>for (const times of [1, 2]) parent.postMessage({ berth: "hello", times }, "*");</script>',
    );
    await page.evaluate(async (url) => {
      globalThis.stage.configure({});
      await globalThis.stage.warm(url);
    }, `${stage.server.origin}/two-hellos`);
    await expect.poll(() => page.evaluate(() => globalThis.stage.frames())).toBe(0);
  });

  it("keeps maxConcurrentApps, and instance names apart", async () => {
    const bundleUrl = await stage.serveView("counter.js");
    await page.evaluate(() => globalThis.stage.configure({ maxConcurrentApps: 2 }));
    const run = (instance: string) =>
      page.evaluate((options) => globalThis.stage.run(options), {
        instance,
        bundleUrl,
        frameUrl: stage.frameUrl,
      });
    expect(await run("a")).toBeUndefined();
    expect(await run("b")).toBeUndefined();
    expect(await run("c")).toMatchObject({ code: "RUNTIME_CAPACITY" });
    await page.evaluate(() => globalThis.stage.act("stop", "a"));
    expect(await run("c")).toBeUndefined();
    await page.evaluate(() => globalThis.stage.press("Add", "b"));
    await page.waitForFunction(() => globalThis.stage.texts("b").includes("Count 1"));
    expect(await page.evaluate(() => globalThis.stage.texts("c")[0])).toBe("Count 0");
  });

  it.each([
    [{ security: { sandboxLevel: "moderate" as const } }, "moderate"],
    [{ security: { sandboxLevel: "permissive" as const } }, "permissive"],
    [{ ui: { mode: "html" as const } }, "html"],
  ])("is refused at any level but strict: %o", async (manifest, named) => {
    const failure = await page.evaluate((options) => globalThis.stage.run(options), {
      code: "",
      manifest,
    });
    expect(failure).toMatchObject({
      code: "PLATFORM_INCOMPATIBLE",
      message: expect.stringContaining(named),
    });
  });
});

describe("the examples of the READMEs", () => {
  const example = async (packageName: string, index: number) => {
    const readme = await readFile(
      new URL(`../../../packages/${packageName}/README.md`, import.meta.url),
      "utf8",
    );
    const [, text] = [...readme.matchAll(/```js\n([\s\S]*?)```/g)][index] ?? [];
    if (text === undefined) throw new Error(`no example ${index} in ${packageName}`);
    return text;
  };
  const place = (file: string) => fileURLToPath(new URL(`./stage/${file}`, import.meta.url));

  it("run: the runtime's, with a view of its own", async () => {
    const code = await bundle(place("readme-runtime.js"), await example("browser", 0));
    stage.server.put("/readme.js", "text/javascript", code);
    stage.server.put(
      "/hello.js",
      "text/javascript",
      await bundle(place("readme-view.js"), await example("sdk", 0)),
    );
    await page.evaluate(() => {
      const script = document.createElement("script");
      script.type = "module";
      script.src = "/readme.js";
      document.head.append(script);
    });
    await page.waitForFunction(() => document.title === "1 nodes drawn");
  });
});
