import { describe, expect, it } from "vitest";
import { endpointOf } from "../../src/proxy/endpoint-figures.ts";
import { createManualClock } from "../manual-clock.ts";
import { get, openPlatform, post } from "./platform.ts";

describe("an endpoint", () => {
  it.each([
    ["/", "GET /"],
    ["/api/orders", "GET /api/orders"],
    ["/api/orders/7", "GET /api/orders/:id"],
    ["/api/orders/7/lines/12", "GET /api/orders/:id/lines/:id"],
    ["/api/u/6f1f3c1e-0000-4000-8000-0123456789ab/x", "GET /api/u/:id/x"],
    ["/classes/GameScore/Ed1nuqPvcm", "GET /classes/GameScore/:id"],
    ["/api/v1/oauth2/x", "GET /api/v1/oauth2/x"],
    [`/api/${"z".repeat(41)}`, "GET /api/:id"],
    ["/1/2/3/4/5/6/7/8/9", `GET /${Array(8).fill(":id").join("/")}/…`],
  ])("of %s is %s", (path, expected) => {
    expect(endpointOf("GET", path)).toBe(expected);
  });

  it("has its count, its part of successes and its times; the cache counts apart", async () => {
    const clock = createManualClock();
    const platform = await openPlatform((seen, response, count) => {
      clock.advance(count * 10);
      const isCached = seen.url.endsWith("cached");
      response.writeHead(count === 3 ? 404 : 200, isCached ? { "cache-control": "max-age=9" } : {});
      response.end();
    });
    const { proxy } = platform.proxy({ clock });
    for (let id = 1; id <= 4; id++) await proxy.fetch(get(`/api/orders/${id}`));
    await proxy.fetch(post("/api/orders/5"));
    await proxy.fetch(get("/api/cached"));
    await proxy.fetch(get("/api/cached"));
    expect(proxy.endpoints()).toEqual([
      {
        endpoint: "GET /api/orders/:id",
        count: 4,
        successRate: 0.75,
        p50Ms: 20,
        p95Ms: 40,
        cachedCount: 0,
      },
      {
        endpoint: "GET /api/cached",
        count: 1,
        successRate: 1,
        p50Ms: 60,
        p95Ms: 60,
        cachedCount: 1,
      },
      {
        endpoint: "POST /api/orders/:id",
        count: 1,
        successRate: 1,
        p50Ms: 50,
        p95Ms: 50,
        cachedCount: 0,
      },
    ]);
  });

  it("is one of at most a hundred, and of one for all the others", async () => {
    const platform = await openPlatform((_seen, response) => response.end());
    const { proxy } = platform.proxy({ config: { retryAttempts: 0 } });
    const letters = "abcdefghijk";
    for (const one of letters)
      for (const two of letters) await proxy.fetch(get(`/api/${one}${two}`));
    const figures = proxy.endpoints();
    expect(figures).toHaveLength(101);
    expect(figures[0]).toMatchObject({ endpoint: "*", count: 21 });
  });

  it("counts what never answered as failed", async () => {
    const platform = await openPlatform((_seen, response) => response.destroy());
    const { proxy } = platform.proxy({ config: { retryAttempts: 0 } });
    await expect(proxy.fetch(get("/api/x"))).rejects.toMatchObject({ code: "SERVER_UNREACHABLE" });
    expect(proxy.endpoints()).toMatchObject([{ endpoint: "GET /api/x", count: 1, successRate: 0 }]);
  });
});
