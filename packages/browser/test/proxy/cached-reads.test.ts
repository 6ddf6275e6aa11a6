import { describe, expect, it } from "vitest";
import { createManualClock } from "../manual-clock.ts";
import { type Answer, all, get, openPlatform, post } from "./platform.ts";

/** Answers the number of the request, with these headers. */
const counting =
  (headers: Record<string, string>): Answer =>
  (_seen, response, count) => {
    response.writeHead(200, headers).end(String(count));
  };

describe("an answer that may be kept", () => {
  it("serves until its max-age is over, and not a moment longer", async () => {
    const clock = createManualClock();
    const platform = await openPlatform(counting({ "cache-control": "private, max-age=60" }));
    const { proxy } = platform.proxy({ clock });
    const body = async () => (await proxy.fetch(get("/api/x"))).body;
    expect(await body()).toBe("1");
    clock.advance(59_999);
    expect(await body()).toBe("1");
    clock.advance(1);
    expect(await body()).toBe("2");
    expect(platform.seen).toHaveLength(2);
  });

  it.each([
    ["no-store, max-age=60", {}],
    ["max-age=0", {}],
    ["max-age=-5", {}],
    ["max-age=soon", {}],
    ["s-maxage=60", {}],
    ["", {}],
    ["max-age=60", { age: "60" }],
    ["max-age=60", { vary: "*" }],
    ["max-age=60, no-cache", {}],
  ])("is not one with %j and %j", async (cacheControl, more) => {
    const platform = await openPlatform(counting({ "cache-control": cacheControl, ...more }));
    const { proxy } = platform.proxy({ clock: createManualClock() });
    await proxy.fetch(get("/api/x"));
    expect((await proxy.fetch(get("/api/x"))).body).toBe("2");
  });

  it("is no error, no answer to HEAD or POST, and none that a view wants anew", async () => {
    const platform = await openPlatform((seen, response, count) => {
      const status = seen.url.endsWith("missing") ? 404 : 200;
      response.writeHead(status, { "cache-control": "max-age=60" }).end(String(count));
    });
    const { proxy } = platform.proxy({ clock: createManualClock() });
    await proxy.fetch(get("/api/missing"));
    await proxy.fetch(get("/api/missing"));
    await proxy.fetch({ ...get("/api/x"), method: "HEAD" });
    await proxy.fetch(post("/api/x"));
    await proxy.fetch(get("/api/x"));
    await proxy.fetch(get("/api/x", [["Cache-Control", "no-cache"]]));
    expect(platform.seen).toHaveLength(6);
    await proxy.fetch(get("/api/x"));
    expect(platform.seen).toHaveLength(6);
  });

  it.each([
    ["/api/x?a=1", "/api/x?a=2"],
    ["/api/x", "/api/x/"],
    ["/api/x", "/api/X"],
    ["/api/x?", "/api/x?b"],
    ["/api/a%20b", "/api/a+b"],
    ["/api/x%22,%5B%5D", "/api/x"],
  ])("answers its own address alone: %s is not %s", async (first, second) => {
    const platform = await openPlatform(counting({ "cache-control": "max-age=60" }));
    const { proxy } = platform.proxy({ clock: createManualClock() });
    await proxy.fetch(get(first));
    expect((await proxy.fetch(get(second))).body).toBe("2");
    expect((await proxy.fetch(get(first))).body).toBe("1");
  });

  it.each(["/api/%2e%2e/api/x", "/api/x/../x", "/api//x", "/api/%2Fx"])(
    "is not reached by the path %s",
    async (path) => {
      const platform = await openPlatform(counting({ "cache-control": "max-age=60" }));
      const { proxy } = platform.proxy({ clock: createManualClock() });
      await proxy.fetch(get("/api/x"));
      await expect(proxy.fetch(get(path))).rejects.toMatchObject({ code: "REQUEST_INVALID" });
    },
  );

  it("answers only a request with the same headers of the view", async () => {
    const platform = await openPlatform(counting({ "cache-control": "max-age=60" }));
    const { proxy } = platform.proxy({ clock: createManualClock() });
    const body = async (accept: string) =>
      (await proxy.fetch(get("/api/x", [["Accept", accept]]))).body;
    expect([await body("text/csv"), await body("text/html"), await body("text/csv")]).toEqual([
      "1",
      "2",
      "1",
    ]);
  });

  it("is decided anew at each use, and gone with the grants that it was made under", async () => {
    const clock = createManualClock();
    const platform = await openPlatform(counting({ "cache-control": "max-age=60", etag: '"1"' }));
    const { proxy, permissions } = platform.proxy({ clock });
    await proxy.fetch(get("/api/x"));
    permissions.revoke("g");
    await expect(proxy.fetch(get("/api/x"))).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
    permissions.grant(all);
    expect((await proxy.fetch(get("/api/x"))).body).toBe("2");
    // Not even its etag was left.
    expect(platform.seen[1]?.headers["if-none-match"]).toBeUndefined();
    expect(permissions.attempts).toHaveLength(3);
  });

  it("is never another instance's", async () => {
    const platform = await openPlatform(counting({ "cache-control": "max-age=60" }));
    const clock = createManualClock();
    const [one, other] = [platform.proxy({ clock }), platform.proxy({ clock })];
    expect((await one.proxy.fetch(get("/api/x"))).body).toBe("1");
    expect((await other.proxy.fetch(get("/api/x"))).body).toBe("2");
  });

  it("counts for nothing after a write, also one that failed", async () => {
    const platform = await openPlatform((seen, response, count) => {
      const status = seen.method === "GET" ? 200 : 500;
      response.writeHead(status, { "cache-control": "max-age=60" }).end(String(count));
    });
    const { proxy } = platform.proxy({ clock: createManualClock() });
    await proxy.fetch(get("/api/x"));
    await proxy.fetch(post("/api/other"));
    expect((await proxy.fetch(get("/api/x"))).body).toBe("3");
  });

  it("takes no more room than it has: the longest unused goes first", async () => {
    const platform = await openPlatform((_seen, response, count) => {
      response.writeHead(200, { "cache-control": "max-age=60" }).end(`${count}`.padEnd(4000, "."));
    });
    const config = { maxCachedAnswers: 3, maxCachedLength: 8_400 };
    const { proxy } = platform.proxy({ clock: createManualClock(), config });
    for (const path of ["/api/a", "/api/b", "/api/a", "/api/c", "/api/a", "/api/c"])
      await proxy.fetch(get(path));
    expect(platform.seen.map(({ url }) => url)).toEqual(
      ["a", "b", "c"].map((x) => `/base/api/${x}`),
    );
    await proxy.fetch(get("/api/b"));
    expect(platform.seen).toHaveLength(4);
    const none = platform.proxy({ config: { maxCachedAnswers: 0 } });
    await none.proxy.fetch(get("/api/a"));
    await none.proxy.fetch(get("/api/a"));
    expect(platform.seen).toHaveLength(6);
  });
});

describe("an answer with an etag", () => {
  it("is asked for again by it, and a 304 makes the kept one fresh", async () => {
    const clock = createManualClock();
    let tag = '"a"';
    const platform = await openPlatform((seen, response, count) => {
      const isSame = seen.headers["if-none-match"] === tag;
      response.writeHead(isSame ? 304 : 200, { etag: tag, "cache-control": "max-age=10" });
      response.end(isSame ? undefined : `${tag} ${count}`);
    });
    const { proxy } = platform.proxy({ clock });
    const read = () => proxy.fetch(get("/api/x"));
    await read();
    clock.advance(10_000);
    expect(await read()).toMatchObject({ status: 200, body: '"a" 1' });
    clock.advance(9_999);
    await read();
    expect(platform.seen).toHaveLength(2);
    clock.advance(1);
    tag = '"b"';
    expect((await read()).body).toBe('"b" 3');
    // A view that asks by itself gets the platform's own word.
    const own = await proxy.fetch(get("/api/x", [["If-None-Match", '"b"']]));
    expect(own.status).toBe(304);
  });

  it("is read plainly where the platform does not take the question", async () => {
    const clock = createManualClock();
    const platform = await openPlatform((seen, response, count) => {
      // As a browser sees an origin whose preflight does not allow the header.
      if (seen.headers["if-none-match"] !== undefined) response.destroy();
      else response.writeHead(200, { etag: '"a"' }).end(String(count));
    });
    const { proxy } = platform.proxy({ clock });
    await proxy.fetch(get("/api/x"));
    expect((await proxy.fetch(get("/api/x"))).body).toBe("3");
    expect((await proxy.fetch(get("/api/x"))).body).toBe("4");
  });
});
