import { createHash } from "node:crypto";
import type { ServerResponse } from "node:http";
import { fileURLToPath } from "node:url";
import type { Grant } from "@berth/protocol";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type BuiltRemote, buildContainer, buildRemote } from "./stage/build-remote.ts";
import { bundle } from "./stage/bundle.ts";
import type { FederatedRun, FederatedSetting } from "./stage/federated-page.ts";
import { openStageServer, type StageServer } from "./stage/server.ts";
import { chromiumArgs } from "./stage/stage.ts";

const react = { react: "^19.0.0", "react/jsx-runtime": "^19.0.0", "react-dom/client": "^19.0.0" };

let server: StageServer;
let browser: Browser;
let page: Page;
let probe: BuiltRemote;
let newer: BuiltRemote;
let orders: BuiltRemote;
let container: BuiltRemote;
/** What the publisher's host answers, by path. */
const files = new Map<string, string>();
/** How often a path still fails. */
const failures = new Map<string, number>();
/** A path that is never answered, and who waits to hear that it was asked for. */
let hanging: { readonly path: string; readonly onAsked: () => void } | undefined;

beforeAll(async () => {
  server = await openStageServer();
  server.onFunction((request, response) => answer(request.url ?? "/", response));
  [probe, newer, orders, container] = await Promise.all([
    buildRemote("probe.js", "1"),
    buildRemote("probe.js", "2"),
    buildRemote("orders.jsx", "1", react),
    buildContainer("container.js"),
  ]);
  const script = await bundle(fileURLToPath(new URL("./stage/federated-page.ts", import.meta.url)));
  server.put("/host.js", "text/javascript", script);
  server.put(
    "/",
    "text/html",
    '<!doctype html><title>host</title><style>.probe{margin-left:9px}:root{--berth-text:rgb(4,5,6)}</style><script type="module" src="/host.js"></script>',
  );
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium",
    args: chromiumArgs,
  });
  page = await browser.newPage();
  await page.goto(`${server.origin}/`);
  await page.waitForFunction("globalThis.federated !== undefined");
});
afterAll(async () => {
  await browser?.close();
  await server?.close();
});
beforeEach(async () => {
  files.clear();
  failures.clear();
  hanging = undefined;
  server.forget();
  await configure({});
});

function answer(path: string, response: ServerResponse): void {
  if (hanging?.path === path) {
    hanging.onAsked();
    return;
  }
  const left = failures.get(path) ?? 0;
  failures.set(path, left - 1);
  const text = files.get(path);
  // Not a broken connection: the browser asks again of itself after some of those.
  if (left > 0) response.writeHead(503).end();
  else if (text === undefined) response.writeHead(404).end();
  else response.writeHead(200, { "content-type": "text/javascript" }).end(text);
}

const configure = (setting?: FederatedSetting) =>
  page.evaluate((given) => globalThis.federated.configure(given), setting);
const start = (options: FederatedRun) =>
  page.evaluate((given) => globalThis.federated.run(given), options);
const state = () => page.evaluate(() => globalThis.federated.state());
const text = () => page.evaluate(() => globalThis.federated.text());
const ran = () => page.evaluate(() => globalThis.federated.ran());
const error = () => page.evaluate(() => globalThis.federated.error());
const act = (name: "stop" | "start" | "unload") =>
  page.evaluate((given) => globalThis.federated.act(given), name);
const ask = (name: string, ...args: readonly unknown[]) =>
  page.evaluate(([called, given]) => globalThis.federated.probe(called, ...given), [
    name,
    args,
  ] as const);
const told = (kind: string) =>
  page.evaluate(
    (wanted) =>
      globalThis.federated.seen.flatMap((each) => (each.kind === wanted ? [each.text] : [])),
    kind,
  );

const publisher = () => `http://x.apps.localhost:${server.port}`;
const listOf = (remote: BuiltRemote) => remote.files.get("remote.json") ?? "";
const sha256 = (content: string) => createHash("sha256").update(content).digest("hex");
/** The path of a file of the build, by the beginning of its name. */
const pathOf = (remote: BuiltRemote, part: string) => {
  const found = [...remote.files.keys()].find((file) => file.includes(part));
  if (found === undefined) throw new Error(`no ${part} in ${[...remote.files.keys()]}`);
  return found;
};

/** Puts a build onto the publisher's host, and returns what pins it. */
function put(remote: BuiltRemote, version = "1.0.0"): FederatedRun {
  for (const [file, content] of remote.files) files.set(`/${version}/${file}`, content);
  return { url: `${publisher()}/${version}/remote.json`, digest: sha256(listOf(remote)), version };
}

/** The same with other bytes in one file, of the same length. */
function putTampered(remote: BuiltRemote, part: string, version = "1.0.0"): FederatedRun {
  const run = put(remote, version);
  const path = `/${version}/${pathOf(remote, part)}`;
  const content = files.get(path) ?? "";
  files.set(
    path,
    content.replace(/probe|lazy/, (word) => word.toUpperCase()),
  );
  expect(files.get(path)).not.toBe(content);
  return run;
}

describe("a federated app", () => {
  it("is mounted in a shadow root of its own, with its styles and the page's tokens", async () => {
    expect(await start(put(probe))).toBeUndefined();
    expect(await text()).toBe("probe 1");
    const styles = await page.evaluate(() =>
      ["color", "margin-left", "color-scheme"].map((name) => globalThis.federated.styleOf(name)),
    );
    expect(styles).toEqual(["rgb(1, 2, 3)", "0px", "light"]);
    await page.evaluate(() => globalThis.federated.setTheme("dark"));
    expect(await ask("seen")).toEqual(["dark"]);
    expect(await ask("lazy")).toBe("lazy");
    expect(await ask("meta")).toBe("logo.png");
    expect(await state()).toBe("running");
  });

  it("is drawn by the page's one React, and its crash is not the page's", async () => {
    expect(await start(put(orders))).toBeUndefined();
    expect(await text()).toBe("Probe 0 by the page");
    const press = () => page.evaluate(() => globalThis.federated.press());
    await press();
    await expect.poll(text).toBe("Probe 1 by the page");
    await press();
    await expect.poll(state).toBe("failed");
    expect(await error()).toMatchObject({
      code: "VIEW_THREW",
      message: expect.stringContaining("it cannot be drawn"),
    });
    expect(await page.evaluate(() => globalThis.federated.places())).toBe(0);
    await page.evaluate(() => {
      document.documentElement.dataset.broken = "yes";
    });
    expect(await start(put(orders))).toMatchObject({ code: "VIEW_THREW" });
    await page.evaluate(() => {
      delete document.documentElement.dataset.broken;
    });
    expect(await start(put(orders))).toBeUndefined();
  });

  it("may come in a container of another build, which negotiates by the page's share scope", async () => {
    expect(await start(put(container))).toBeUndefined();
    expect(await text()).toBe("./App with React 19.3.1 and lazy");
    await configure({ reactVersion: "18.3.1" });
    expect(await start(put(container))).toBeUndefined();
    expect(await text()).toBe("./App with React its own 19.0.0 and lazy");
  });

  it("is refused, and nothing of it fetched, unless its publisher was named", async () => {
    for (const setting of [undefined, { publishers: [] }, { publishers: ["other"] }]) {
      await configure(setting);
      expect(await start(put(probe))).toMatchObject({
        code: "PERMISSIVE_NOT_ALLOWED",
        message: expect.stringMatching(/no sandbox.*allowPermissive: \{ publishers: \["acme"\] \}/),
      });
    }
    await configure({});
    const { publisher: _, ...nameless } = { publisher: "acme", manifest: { publisher: "evil" } };
    expect(await start({ ...put(probe), ...nameless })).toMatchObject({
      code: "PERMISSIVE_NOT_ALLOWED",
    });
    expect(server.requests.filter(({ host }) => host.includes("apps"))).toEqual([]);
  });

  it("does not start without consent to it, and ends when that is taken back", async () => {
    expect(await start({ ...put(probe), grants: [] })).toMatchObject({ code: "PERMISSION_DENIED" });
    expect(await ran()).toBe("");
    await configure({});
    expect(await start(put(probe))).toBeUndefined();
    await page.evaluate(() => globalThis.federated.revoke("acts"));
    await expect.poll(state).toBe("failed");
    expect(await text()).toBe("");
  });
});

describe("a federated app's files", () => {
  it.each(["remote-entry", "probe-", ".css", "remote.json"])(
    "are refused when one is not what its digest says, and nothing has run: %s",
    async (part) => {
      expect(await start(putTampered(probe, part))).toMatchObject({
        code: "PACKAGE_DIGEST_MISMATCH",
      });
      expect(await ran()).toBe("");
      expect(await state()).toBe("failed");
    },
  );

  it("are refused without a digest of their list", async () => {
    const { url } = put(probe);
    expect(await start({ url })).toMatchObject({ code: "REMOTE_INVALID" });
    expect(await ran()).toBe("");
  });

  it("end the app when one that comes later is not what its digest says", async () => {
    expect(await start(putTampered(probe, "lazy-"))).toBeUndefined();
    expect(await ask("lazy")).toMatchObject({ code: "PACKAGE_DIGEST_MISMATCH" });
    expect(await state()).toBe("failed");
    expect(await error()).toMatchObject({ code: "PACKAGE_DIGEST_MISMATCH" });
    expect(await ran()).toBe("probe");
  });

  it("may not be asked for in vain either, while it is mounted", async () => {
    expect(await start({ ...put(probe), path: "/sly" })).toMatchObject({
      code: "REMOTE_FILE_UNLISTED",
    });
    expect([await state(), await text()]).toEqual(["failed", ""]);
  });

  it.each([
    ["a file beside them", () => "./unlisted.js"],
    ["one of another host", () => `http://evil.localhost:${server.port}/unlisted.js`],
    ["text", () => "data:text/javascript,document.documentElement.dataset.ran='evil'"],
    ["a listed one by another name", () => "./lazy.js?x"],
    ["a module of nobody's", () => "left-pad"],
  ])("are the only ones that it may import, not %s", async (_, address) => {
    server.put("/unlisted.js", "text/javascript", "document.documentElement.dataset.ran = 'evil';");
    expect(await start(put(probe))).toBeUndefined();
    files.set("/1.0.0/unlisted.js", "document.documentElement.dataset.ran = 'evil';");
    server.forget();
    expect(await ask("load", address())).toMatchObject({ code: "REMOTE_FILE_UNLISTED" });
    expect(await error()).toMatchObject({ code: "REMOTE_FILE_UNLISTED" });
    expect(await ran()).toBe("probe");
    expect(server.requests).toEqual([]);
  });
});

describe("when the network or a release fails", () => {
  it("a file is asked for again", async () => {
    const run = put(probe);
    failures.set(`/1.0.0/${pathOf(probe, "probe-")}`, 2);
    expect(await start(run)).toBeUndefined();
    expect(server.requests.filter(({ path }) => path.includes("probe-"))).toHaveLength(3);
  });

  it("it gives up in the end, and can be started again", async () => {
    const run = put(probe);
    failures.set("/1.0.0/remote.json", 3);
    expect(await start(run)).toMatchObject({ code: "SERVER_UNREACHABLE" });
    expect(await start(run)).toBeUndefined();
  });

  it("the last release that ran runs again, as kept, and the page is told", async () => {
    await configure({ isKept: true });
    expect(await start(put(probe))).toBeUndefined();
    await page.waitForFunction(async () => {
      const cache = await caches.open("berth-remote:acme/probe");
      return (await cache.match("https://kept.invalid/release")) !== undefined;
    });
    await act("unload");
    // A newer one that was changed on its way, while the older is not on the network any more.
    files.clear();
    const changed = putTampered(newer, "probe-", "2.0.0");
    expect(await start(changed)).toBeUndefined();
    expect(await text()).toBe("probe 1");
    expect(await ask("lazy")).toBe("lazy");
    expect(await told("fallback")).toEqual(["1.0.0 PACKAGE_DIGEST_MISMATCH"]);
    await act("unload");
    files.clear();
    expect(await start({ ...changed, version: "2.0.0" })).toBeUndefined();
    expect(await told("fallback")).toEqual([
      "1.0.0 PACKAGE_DIGEST_MISMATCH",
      "1.0.0 VIEW_LOAD_FAILED",
    ]);
    await act("unload");
    // What was kept is checked as well.
    await page.evaluate(async () => {
      const cache = await caches.open("berth-remote:acme/probe");
      for (const { url } of await cache.keys()) {
        const kept = await (await cache.match(url))?.text();
        if (kept?.includes("dataset.ran")) await cache.put(url, new Response(`${kept};`));
      }
      document.documentElement.dataset.ran = "";
    });
    expect(await start(changed)).toMatchObject({ code: "VIEW_LOAD_FAILED" });
    expect(await ran()).toBe("");
    await act("unload");
    files.clear();
    expect(await start(put(newer, "2.0.0"))).toBeUndefined();
    expect(await text()).toBe("probe 2");
  });

  it("a React that does not fit is named, and nothing has run", async () => {
    await configure({ reactVersion: "18.3.1" });
    expect(await start(put(orders))).toMatchObject({
      code: "SHARED_VERSION_MISMATCH",
      message: expect.stringMatching(/needs react\S* \^19\.0\.0, and this page shares 18\.3\.1/),
    });
    expect(await ran()).toBe("");
  });

  it("an app that cannot be mounted, or unmounted, keeps the page from nothing", async () => {
    expect(await start({ ...put(probe), path: "/throws" })).toMatchObject({
      code: "VIEW_THREW",
      message: expect.stringContaining("it cannot be mounted"),
    });
    await configure({});
    await page.evaluate(() => {
      document.documentElement.dataset.unmount = "throws";
    });
    expect(await start(put(probe))).toBeUndefined();
    await act("stop");
    expect(await state()).toBe("stopped");
    expect(await told("error")).toEqual([expect.stringContaining("it cannot be unmounted")]);
    await page.evaluate(() => {
      delete document.documentElement.dataset.unmount;
    });
  });
});

describe("what a federated app leaves, and gets", () => {
  it("leaves nothing in the page that it was given a way to leave it by", async () => {
    const before = await page.evaluate(() => ({ ...globalThis.federated.urls }));
    expect(await start(put(probe))).toBeUndefined();
    await ask("litter");
    await page.waitForFunction(() => Number(Reflect.get(document, "littered")) > 3);
    expect(await page.evaluate(() => Reflect.has(window, "littered"))).toBe(true);
    await act("stop");
    const left = await page.evaluate(async () => {
      const count = () => Number(Reflect.get(document, "littered"));
      const atStop = count();
      window.dispatchEvent(new Event("litter"));
      document.dispatchEvent(new Event("litter"));
      // Ten turns of a timer of the page's own, which the app's would have had as well.
      for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setTimeout(resolve, 1));
      return {
        counted: count() - atStop,
        global: Reflect.has(window, "littered"),
        places: globalThis.federated.places(),
        urls: { ...globalThis.federated.urls },
      };
    });
    expect(left).toMatchObject({ counted: 0, global: false, places: 0 });
    expect(left.urls.created - before.created).toBeGreaterThan(2);
    expect(left.urls.created - left.urls.revoked).toBe(before.created - before.revoked);
    await act("start");
    expect(await text()).toBe("probe 1");
  });

  it("leaves nothing when it is given up while its files are awaited", async () => {
    const before = await page.evaluate(() => ({ ...globalThis.federated.urls }));
    const asked = Promise.withResolvers<void>();
    const run = put(probe);
    hanging = { path: `/1.0.0/${pathOf(probe, "probe-")}`, onAsked: asked.resolve };
    const starting = start(run);
    await asked.promise;
    await act("unload");
    expect(await starting).toMatchObject({ code: "RUNTIME_STATE" });
    const { places, urls } = await page.evaluate(() => ({
      places: globalThis.federated.places(),
      urls: { ...globalThis.federated.urls },
    }));
    expect([places, urls.created - urls.revoked, await ran()]).toEqual([
      0,
      before.created - before.revoked,
      "",
    ]);
  });

  it("does not see what its manifest blocks, and the page says what it cannot keep from it", async () => {
    expect(await start(put(probe))).toBeUndefined();
    expect(await ask("globals")).toEqual(["undefined", "undefined", "function"]);
    expect(await told("log")).toEqual([
      "At the level permissive blockedAPIs hide names and hold nothing; not even hidden: eval, await, navigator.clipboard.",
    ]);
  });

  it("calls only what it was granted by its context, and its late errors are told", async () => {
    files.set("/api/orders", "[]");
    const run = { ...put(probe), apiOrigin: publisher() };
    const acts: Grant = { id: "acts", type: "ui", resource: "act-as-member", actions: ["show"] };
    const api: Grant = { id: "api", type: "api", resource: "/api/orders", actions: ["read"] };
    expect(await start({ ...run, grants: [acts, api] })).toBeUndefined();
    expect(await ask("ask", "/api/orders")).toBe("[]");
    expect(await ask("ask", "/api/salaries")).toBe("PERMISSION_DENIED");
    expect(await ask("ask", "https://evil.example/")).not.toBe("[]");
    await ask("throwLate");
    await expect.poll(() => told("error")).toHaveLength(1);
    expect(await state()).toBe("running");
  });
});
