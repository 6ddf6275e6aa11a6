import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { createManualClock } from "../manual-clock.ts";
import { all, get, openPlatform, post } from "./platform.ts";

/** Answers when the test says so. */
async function openHeld() {
  const held: ServerResponse[] = [];
  const arrivals: (() => void)[] = [];
  const platform = await openPlatform((_seen, response) => {
    held.push(response);
    arrivals.shift()?.();
  });
  const arrived = () => new Promise<void>((resolve) => arrivals.push(resolve));
  return { platform, held, arrived };
}

describe("identical reads at the same time", () => {
  it("share one request, which counts once in the window", async () => {
    const { platform, held, arrived } = await openHeld();
    const config = { maxRequestsPerWindow: 2 };
    const { proxy, permissions } = platform.proxy({ config });
    const arrival = arrived();
    const reads = Array.from({ length: 10 }, () => proxy.fetch(get("/api/x")));
    await arrival;
    held[0]?.end("one");
    expect((await Promise.all(reads)).map(({ body }) => body)).toEqual(Array(10).fill("one"));
    expect(platform.seen).toHaveLength(1);
    expect(permissions.counts.allowed).toBe(10);
    const next = arrived();
    const second = proxy.fetch(get("/api/x"));
    await next;
    held[1]?.end("two");
    expect((await second).body).toBe("two");
    await expect(proxy.fetch(get("/api/x"))).rejects.toMatchObject({
      code: "RATE_LIMITED",
      details: { retryAfterMs: expect.any(Number) },
    });
  });

  it("are not those of other headers or other methods, nor one from before a write", async () => {
    const { platform, held, arrived } = await openHeld();
    const { proxy } = platform.proxy();
    const first = arrived();
    const read = proxy.fetch(get("/api/x"));
    await first;
    const second = arrived();
    const write = proxy.fetch(post("/api/x"));
    await second;
    held[1]?.end("written");
    await write;
    const third = arrived();
    const after = proxy.fetch(get("/api/x"));
    await third;
    held[2]?.end("new");
    held[0]?.end("old");
    expect([(await read).body, (await after).body]).toEqual(["old", "new"]);
  });

  it("outlive whoever leaves, and end with the last", async () => {
    const { platform, held, arrived } = await openHeld();
    const { proxy } = platform.proxy();
    const [one, other] = [new AbortController(), new AbortController()];
    const arrival = arrived();
    const leaving = proxy.fetch(get("/api/x"), one.signal);
    const staying = proxy.fetch(get("/api/x"), other.signal);
    await arrival;
    one.abort(new Error("one left"));
    await expect(leaving).rejects.toThrow("one left");
    const [response] = held;
    expect(response?.destroyed).toBe(false);
    const closed = response === undefined ? undefined : once(response, "close");
    other.abort(new Error("the other left"));
    await expect(staying).rejects.toThrow("the other left");
    // The connection is given up, not only the waiting.
    await closed;
    expect(proxy.endpoints()[0]?.count ?? 0).toBe(0);
  });
});

describe("a call under way", () => {
  it("ends at once when its grant is taken back, and its connection with it", async () => {
    const { platform, held, arrived } = await openHeld();
    const { proxy, permissions } = platform.proxy();
    for (const request of [get("/api/x"), post("/api/x")]) {
      permissions.grant(all);
      const arrival = arrived();
      const call = proxy.fetch(request);
      await arrival;
      const response = held.pop();
      const closed = response === undefined ? undefined : once(response, "close");
      permissions.revoke("g");
      await expect(call).rejects.toMatchObject({
        code: "PERMISSION_DENIED",
        details: { grantId: "g" },
      });
      await closed;
      await expect(proxy.fetch(request)).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
    }
    expect(platform.seen).toHaveLength(2);
  });

  it("is not tried again after its grant has gone", async () => {
    const clock = createManualClock();
    const failing = Promise.withResolvers<void>();
    const platform = await openPlatform((_seen, response) => {
      response.writeHead(503, { "retry-after": "2" }).end();
      response.on("close", failing.resolve);
    });
    const { proxy, permissions } = platform.proxy({ clock });
    const call = proxy.fetch(get("/api/x"));
    await failing.promise;
    permissions.revoke("g");
    await expect(call).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
    clock.advance(60_000);
    expect(platform.seen).toHaveLength(1);
  });
});
