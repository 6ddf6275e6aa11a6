import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type DevServer, openDevServer } from "../../src/dev/dev-server.ts";

let server: DevServer;

beforeAll(async () => {
  const page = { type: "text/html", read: async () => new TextEncoder().encode("the page") };
  server = await openDevServer(0, new Map([["/", page]]));
});
afterAll(() => server.close());

async function ask(
  path: string,
  options: {
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
  } = {},
) {
  const { body, headers = {}, method = "GET" } = options;
  const { port } = server;
  const host = `localhost:${port}`;
  const sent = request({ host: "127.0.0.1", port, path, method, headers: { host, ...headers } });
  sent.end(body);
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  return { status: answer.statusCode, headers: answer.headers, body: await text(answer) };
}

describe("the server of berth dev", () => {
  it("answers to its own names only, so that no other name can be pointed at it", async () => {
    expect((await ask("/")).body).toBe("the page");
    const { port } = server;
    for (const host of [`evil.example:${port}`, `x.localhost:${port}`, "localhost", "localhost:1"])
      expect({ host, status: (await ask("/", { headers: { host } })).status }).toEqual({
        host,
        status: 421,
      });
  });

  it("gives the page a policy without code from elsewhere, and no files but its own", async () => {
    const { headers } = await ask("/");
    expect(headers["content-security-policy"]).toContain("script-src 'self';");
    expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
    for (const path of ["/../package.json", "/%2e%2e/package.json", "/assets/../dev.html", "//x/"])
      expect((await ask(path)).status).toBe(404);
  });

  it("refuses what another site asks for", async () => {
    const headers = { "sec-fetch-site": "cross-site" };
    expect((await ask("/dev/events", { headers })).status).toBe(403);
    const digest = "a".repeat(64);
    expect((await ask(`/dev/view/${digest}.js`, { headers })).status).toBe(403);
    const type = { "content-type": "application/json" };
    const body = JSON.stringify({ digest, linesBefore: 0, stack: "" });
    for (const origin of ["https://evil.example", "null"]) {
      const trace = { method: "POST", headers: { ...type, origin }, body };
      expect((await ask("/dev/trace", trace)).status).toBe(403);
    }
    const own = { origin: server.origin };
    expect((await ask("/dev/trace", { method: "POST", headers: own, body })).status).toBe(403);
    const empty = { method: "POST", headers: { ...own, ...type }, body: "[" };
    expect((await ask("/dev/trace", empty)).status).toBe(400);
  });

  it("serves the frame to its own page alone, without a byte of the app", async () => {
    const headers = { host: `view.frames.localhost:${server.port}` };
    const frame = await ask(`/frame?host=${encodeURIComponent(server.origin)}`, { headers });
    expect(frame.status).toBe(200);
    expect(frame.headers["content-security-policy"]).toMatch(
      /^sandbox allow-scripts; default-src 'none'/,
    );
    expect(frame.body).toContain(`content="${server.origin}"`);
    expect((await ask("/frame?host=https://evil.example", { headers })).status).toBe(404);
    expect((await ask("/", { headers })).status).toBe(404);
    expect((await ask("/dev/events", { headers })).status).toBe(404);
  });
});
