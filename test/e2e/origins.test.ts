/**
 * The console, an app's page and a stranger's page, each trying every way into the others' origin, in a
 * browser where an admin is signed in.
 */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Frame, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OpenedConsole, openConsole, type SignedIn } from "./console/open-console.ts";

let berth: OpenedConsole;
let admin: SignedIn;
let installation: string;
let stranger: { readonly origin: string; readonly server: Server };

async function serveStranger() {
  const server = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "text/html" });
    response.end("<!doctype html><title>A stranger's page</title>");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { origin: `http://stranger.localhost:${port}`, server };
}

beforeAll(async () => {
  [berth, stranger] = await Promise.all([openConsole(), serveStranger()]);
  const app = await berth.started.publisher.publish({
    server: "export default { fetch: () => new Response('the app answered') };",
    manifest: {
      entryPoint: "page.html",
      ui: { mode: "html" },
      security: { sandboxLevel: "moderate" },
    },
    files: { "page.html": "<!doctype html><title>Page</title><h1>An app's page</h1>" },
  });
  installation = await berth.started.install(app);
  admin = await berth.signIn();
  await admin.page.goto(`${berth.origin}/run/${installation}`);
  await admin.page.frameLocator("iframe").frameLocator("iframe").locator("h1").waitFor();
});
afterAll(async () => {
  await berth?.[Symbol.asyncDispose]();
  stranger?.server.close();
});

function frameWhere(page: Page, is: (frame: Frame) => boolean): Frame {
  const frame = page.frames().find(is);
  if (frame === undefined) throw new Error(`There is no such frame among ${page.frames().length}.`);
  return frame;
}
const proxyFrame = (page: Page) => frameWhere(page, (frame) => frame.url().includes(".frames."));
const appFrame = (page: Page) =>
  frameWhere(page, (frame) => frame.parentFrame() === proxyFrame(page));

/**
 * What came of each way into another origin, from the page or frame where it runs. `cookie` and the
 * like must not even be readable of one's own when the origin is opaque.
 */
async function reach(target: { readonly origin: string; readonly stream: string }) {
  const { origin, stream } = target;
  const api = `${origin}/api/v1`;
  const outcome = async (way: () => unknown): Promise<string> => {
    try {
      const value = await Promise.race([
        way(),
        new Promise((_resolve, reject) => setTimeout(() => reject(new Error("silence")), 3_000)),
      ]);
      return `got ${String(value).slice(0, 80)}`;
    } catch {
      // Which error it is differs from browser to browser.
      return "refused";
    }
  };
  const settled = (element: EventTarget, good: string) =>
    new Promise((resolve, reject) => {
      element.addEventListener(good, () => resolve(good), { once: true });
      element.addEventListener("error", () => reject(new Error("refused")), { once: true });
    });
  const loads = (name: string, attributes: Record<string, string>) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    const done = settled(element, "load");
    document.body.append(element);
    return done;
  };
  const read = async (init: RequestInit, path = "/session") =>
    (await fetch(`${api}${path}`, init)).text();
  const ways: Record<string, () => unknown> = {
    "read the session": () => read({ credentials: "include" }),
    "read the session without credentials": () => read({ credentials: "omit" }),
    "make a key by a simple request": async () => {
      const answer = await fetch(`${api}/api-keys`, {
        method: "POST",
        mode: "no-cors",
        credentials: "include",
        headers: { "content-type": "text/plain" },
        body: '{"name":"stolen"}',
      });
      // Opaque: what counts is that no key was made, which the test looks at.
      return answer.type === "opaque" ? Promise.reject(new Error("opaque")) : answer.text();
    },
    "make a key as JSON": () =>
      read(
        {
          method: "POST",
          credentials: "include",
          headers: { "content-type": "application/json" },
          body: '{"name":"stolen"}',
        },
        "/api-keys",
      ),
    "follow a stream": () => settled(new EventSource(stream, { withCredentials: true }), "message"),
    "open a socket": () => settled(new WebSocket(stream.replace("http", "ws")), "open"),
    "load it as a script": () => loads("script", { src: `${api}/session` }),
    "load it as a picture": () => loads("img", { src: `${origin}/favicon.svg` }),
    "reach the frame around it": () => (top === window ? refuse() : (top as Window).document.title),
    "read the opener's page": () => (opener as Window).document.title,
    "see its cookies": () => (document.cookie.includes("berth") ? document.cookie : refuse()),
    "see its storage": () => {
      const kept = Object.keys(localStorage).filter((key) => key.startsWith("berth"));
      return kept.length > 0 ? kept : refuse();
    },
    "register a worker for it": () => navigator.serviceWorker.register(`${origin}/sw.js`),
    "share a worker with it": () => settled(new SharedWorker(`${origin}/sw.js`), "connect"),
    "look into its caches": async () => ((await caches.keys()).length > 0 ? "some" : refuse()),
    "ask for its databases": async () =>
      (await indexedDB.databases()).length > 0 ? "some" : refuse(),
    "lead the page around it elsewhere": () => {
      if (top === window) refuse();
      (top as Window).location.href = "about:blank";
      return "led";
    },
    "open a window of it": () => (top === window ? refuse() : (open(origin) ?? refuse())),
    "speak in its name to the page around it": () =>
      top === window ? refuse() : (top as Window & { readonly fetch: typeof fetch }).fetch(api),
    "set a cookie for it": () => {
      // biome-ignore lint/suspicious/noDocumentCookie: what a hostile page would do
      document.cookie = "berth.session=stolen; domain=localhost; path=/";
      return document.cookie.includes("stolen") ? "set" : refuse();
    },
  };
  function refuse(): never {
    throw new Error("refused");
  }
  const outcomes: Record<string, string> = {};
  for (const [name, way] of Object.entries(ways)) outcomes[name] = await outcome(way);
  return outcomes;
}

const consoleTarget = () => ({
  origin: berth.origin,
  stream: `${berth.origin}/api/v1/organizations/acme/installations/${installation}/logs/stream`,
});
const openWays = (outcomes: Readonly<Record<string, string>>) =>
  Object.entries(outcomes).filter(([, outcome]) => outcome !== "refused");

async function keyNames(): Promise<readonly string[]> {
  const { keys } = await berth.started.admin.call("listApiKeys", {});
  return keys.map(({ name }) => name);
}

describe("the origin of the console", () => {
  it("is out of reach for an app's own document, and for the frame around it", async () => {
    for (const frame of [appFrame(admin.page), proxyFrame(admin.page)]) {
      const outcomes = await frame.evaluate(reach, consoleTarget());
      expect(openWays(outcomes)).toEqual([]);
    }
    expect(await keyNames()).not.toContain("stolen");
  });

  it("is out of reach for a stranger's page in the browser of an admin", async () => {
    const page = await admin.context.newPage();
    await page.goto(stranger.origin);
    const outcomes = await page.evaluate(reach, consoleTarget());
    expect(openWays(outcomes)).toEqual([]);
    expect(await keyNames()).not.toContain("stolen");

    // A form goes there as a navigation, with whatever cookies the browser gives it.
    const posted = page.waitForResponse((response) => response.url().endsWith("/api-keys"));
    await page.evaluate((action) => {
      const form = document.createElement("form");
      Object.assign(form, { action, method: "post", enctype: "text/plain" });
      const field = Object.assign(document.createElement("input"), {
        name: '{"name":"stolen","x":"',
        value: '"}',
      });
      form.append(field);
      document.body.append(form);
      form.submit();
    }, `${berth.origin}/api/v1/api-keys`);
    expect((await posted).status()).toBe(403);
    await page.waitForURL(/api-keys$/);
    expect(await keyNames()).not.toContain("stolen");

    // Neither framed nor held by its opener.
    await page.goto(stranger.origin);
    await page.evaluate((src) => {
      document.body.append(Object.assign(document.createElement("iframe"), { src }));
    }, berth.origin);
    const framed = await page.waitForSelector("iframe").then((frame) => frame.contentFrame());
    await expect.poll(() => framed?.url()).toMatch(/^chrome-error:/);
    const opened = admin.context.waitForEvent("page");
    await page.evaluate((url) => {
      Object.assign(globalThis, { opened: open(url) });
    }, berth.origin);
    const popup = await opened;
    await popup.getByRole("heading", { level: 1 }).first().waitFor();
    expect(await popup.evaluate(() => opener)).toBeNull();
    expect(await page.evaluate(() => (globalThis as { opened?: Window }).opened?.closed)).toBe(
      true,
    );
    await popup.close();
    await page.close();
  });
});

describe("the origins of an app", () => {
  it("are out of reach for a page of the console, which shows them", async () => {
    const outcome = await admin.page.evaluate(() => {
      const frame = document.querySelector("iframe");
      const tries: Record<string, () => unknown> = {
        document: () => frame?.contentWindow?.document.title,
        address: () => frame?.contentWindow?.location.href,
        storage: () => frame?.contentWindow?.localStorage.length,
        inner: () => frame?.contentWindow?.frames[0]?.document.title,
      };
      return Object.entries(tries).flatMap(([name, attempt]) => {
        try {
          return [`${name}: ${String(attempt())}`];
        } catch {
          // Another origin, as it should be.
          return [];
        }
      });
    });
    expect(outcome).toEqual([]);
  });

  it("answer a stranger's page nothing, with the admin's cookies or without", async () => {
    const page = await admin.context.newPage();
    await page.goto(stranger.origin);
    const { port } = new URL(berth.origin);
    const statuses = await page.evaluate(
      async (hosts) => {
        const ask = (url: string, credentials: RequestCredentials) =>
          fetch(url, { credentials }).then(
            (answer) => String(answer.status),
            () => "refused",
          );
        return Promise.all(hosts.flatMap((host) => [ask(host, "include"), ask(host, "omit")]));
      },
      [
        `http://${installation}.apps.localhost:${port}/`,
        `http://${installation}.frames.localhost:${port}/html?host=${encodeURIComponent(berth.origin)}`,
      ],
    );
    expect(statuses).toEqual(["refused", "refused", "refused", "refused"]);
    // As a page of its own the function's host shows nothing of the app either.
    const visited = await page.goto(`http://${installation}.apps.localhost:${port}/`);
    expect(visited?.status()).toBe(401);
    expect(await page.content()).not.toContain("the app answered");
    await page.close();
  });
});
