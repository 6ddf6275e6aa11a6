import { describe, expect, it } from "vitest";
import { type Answer, all, get, openPlatform, post } from "./platform.ts";

interface BatchRequest {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
}

/** Answers batches in reverse, each read with its own address, and reads by themselves as such. */
const batching: Answer = (seen, response) => {
  if (!seen.url.endsWith("/batch")) {
    response.end(`alone ${seen.url}`);
    return;
  }
  const { requests } = JSON.parse(seen.body) as { requests: readonly BatchRequest[] };
  const responses = requests.map(({ id, url }) => ({
    id,
    status: url.endsWith("missing") ? 404 : 200,
    headers: { "Content-Type": "text/plain", "Cache-Control": "max-age=60", "Set-Cookie": "a=1" },
    body: url.endsWith("json") ? { url } : `batched ${url}`,
  }));
  response.end(JSON.stringify({ responses: responses.reverse() }));
};

const config = { batchPath: "/batch" };

describe("reads of one tick", () => {
  it("go as one request, each answered by its own", async () => {
    const platform = await openPlatform(batching);
    const { proxy } = platform.proxy({ config, token: async () => "secret" });
    const paths = ["/api/a?x=1", "/api/missing", "/api/c.json"];
    const answers = await Promise.all(
      paths.map((path) => proxy.fetch(get(path, [["Accept", "text/plain"]]))),
    );
    expect(platform.seen).toHaveLength(1);
    expect(platform.seen[0]).toMatchObject({ method: "POST", url: "/base/batch" });
    expect(platform.seen[0]?.headers.authorization).toBe("Bearer secret");
    expect(JSON.parse(platform.seen[0]?.body ?? "").requests[0]).toEqual({
      id: "0",
      method: "GET",
      url: "/api/a?x=1",
      headers: { accept: "text/plain" },
    });
    expect(answers.map(({ status, body }) => [status, body])).toEqual([
      [200, "batched /api/a?x=1"],
      [404, "batched /api/missing"],
      [200, '{"url":"/api/c.json"}'],
    ]);
    expect(answers[0]?.headers.map(([name]) => name)).toEqual(["cache-control", "content-type"]);
    // Kept like any other answer.
    await proxy.fetch(get("/api/a?x=1", [["Accept", "text/plain"]]));
    expect(platform.seen).toHaveLength(1);
  });

  it("do not unless the config says so; one by itself, and a write, never do", async () => {
    const platform = await openPlatform(batching);
    const plain = platform.proxy();
    await Promise.all([plain.proxy.fetch(get("/api/a")), plain.proxy.fetch(get("/api/b"))]);
    const { proxy } = platform.proxy({ config });
    expect((await proxy.fetch(get("/api/a"))).body).toBe("alone /base/api/a");
    await Promise.all([proxy.fetch(post("/api/a")), proxy.fetch(post("/api/b"))]);
    expect(platform.seen.filter(({ url }) => url.endsWith("/batch"))).toEqual([]);
  });

  it("are as many as the config allows, then the next batch begins", async () => {
    const platform = await openPlatform(batching);
    const { proxy } = platform.proxy({ config: { ...config, maxBatchedReads: 2 } });
    const reads = Array.from({ length: 5 }, (_, index) => proxy.fetch(get(`/api/${index}`)));
    await Promise.all(reads);
    // Two, two, and one that goes by itself.
    expect(platform.seen.map(({ url }) => url).sort()).toEqual([
      "/base/api/4",
      "/base/batch",
      "/base/batch",
    ]);
  });

  it("are decided and counted one by one before they travel", async () => {
    const platform = await openPlatform(batching);
    const { proxy } = platform.proxy({ config: { ...config, maxRequestsPerWindow: 2 } });
    const outcomes = await Promise.allSettled(
      ["/api/a", "/secret", "/api/b", "/api/c"].map((path) => proxy.fetch(get(path))),
    );
    expect(outcomes.map((each) => (each.status === "rejected" ? each.reason.code : "ok"))).toEqual([
      "ok",
      "PERMISSION_DENIED",
      "ok",
      "RATE_LIMITED",
    ]);
    expect(platform.seen).toHaveLength(1);
    expect(platform.seen[0]?.body).not.toContain("secret");
  });

  it.each([
    ["is refused", 404, "no such address"],
    ["is no JSON", 200, "<html>"],
    ["is no list", 200, '{"responses":"all fine"}'],
    ["is null", 200, "null"],
    ["lacks them", 200, '{"responses":[{"id":"7","status":200},null,3]}'],
    ["has no such status", 200, '{"responses":[{"id":"0","status":99},{"id":"1","status":"200"}]}'],
  ])("are made by themselves when the batch %s", async (_name, status, text) => {
    const platform = await openPlatform((seen, response) => {
      const isBatch = seen.url.endsWith("/batch");
      response.writeHead(isBatch ? status : 200).end(isBatch ? text : seen.url);
    });
    const { proxy } = platform.proxy({ config });
    const answers = await Promise.all([proxy.fetch(get("/api/a")), proxy.fetch(get("/api/b"))]);
    expect(answers.map(({ body }) => body)).toEqual(["/base/api/a", "/base/api/b"]);
    expect(platform.seen).toHaveLength(3);
    // Such a platform is not bothered with another.
    await Promise.all([proxy.fetch(get("/api/a")), proxy.fetch(get("/api/b"))]);
    expect(platform.seen).toHaveLength(5);
  });

  it("are sent together again after a batch that failed in passing", async () => {
    const platform = await openPlatform((seen, response, count) => {
      if (seen.url.endsWith("/batch") && count === 1) response.writeHead(503).end();
      else batching(seen, response, count);
    });
    const { proxy } = platform.proxy({ config });
    const read = async () =>
      (await Promise.all([proxy.fetch(get("/api/a")), proxy.fetch(get("/api/b"))]))[0].body;
    expect(await read()).toBe("alone /base/api/a");
    expect(await read()).toBe("batched /api/a");
    expect(platform.seen).toHaveLength(4);
  });

  it("lose those whose grant is taken back, and go on for the others", async () => {
    const arrived = Promise.withResolvers<() => void>();
    const platform = await openPlatform((seen, response, count) =>
      arrived.resolve(() => batching(seen, response, count)),
    );
    const grants = [
      { ...all, resource: "/api/a" },
      { ...all, id: "h", resource: "/api/b" },
    ];
    const { proxy, permissions } = platform.proxy({ config, grants });
    const [first, second] = [proxy.fetch(get("/api/a")), proxy.fetch(get("/api/b"))];
    const answer = await arrived.promise;
    permissions.revoke("g");
    await expect(first).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
    answer();
    expect((await second).body).toBe("batched /api/b");
    expect(platform.seen).toHaveLength(1);
  });
});
