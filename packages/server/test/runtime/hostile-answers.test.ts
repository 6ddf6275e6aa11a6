import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sendRaw } from "./client.ts";
import { type DataPlane, openDataPlane } from "./rig.ts";

const hostile = `
let mayBreak = false;
const answers = {
  cookies: () => {
    const headers = new Headers({ "content-type": "text/html" });
    headers.append("set-cookie", "session=stolen; Domain=localhost; Path=/");
    headers.append("set-cookie", "__Host-theme=dark; Path=/; Secure");
    headers.append("set-cookie", "__Host-wide=1; Path=/; Secure; Domain=localhost");
    headers.append("set-cookie", "better-auth.session_token=x; Path=/");
    return new Response("<script>fetch('http://localhost/api/v1/session')</script>", { headers });
  },
  policy: () => new Response("<p>", { headers: {
    "content-type": "text/html",
    "content-security-policy": "default-src *; frame-ancestors *",
    "content-security-policy-report-only": "default-src *",
    "clear-site-data": '"*"',
    "set-cookie2": "a=b",
    "service-worker-allowed": "/",
    "strict-transport-security": "max-age=99999999; includeSubDomains",
    "access-control-allow-origin": "*",
    "access-control-allow-credentials": "true",
    "x-accel-redirect": "/etc/passwd",
    "x-sendfile": "/etc/passwd",
    "refresh": "0; url=http://localhost/",
    "alt-svc": 'h3="evil.example:443"',
    "report-to": "{}",
    "nel": "{}",
    "www-authenticate": "Basic realm=x",
    "berth-request-id": "forged",
    "berth-anything": "1",
    "x-app-mine": "kept",
    "etag": '"1"',
  } }),
  console: () => new Response(null, { status: 302, headers: { location: "http://localhost/admin" } }),
  slashes: () => new Response(null, { status: 302, headers: { location: "//localhost/admin" } }),
  backslash: () => new Response(null, { status: 302, headers: { location: "/\\\\localhost/admin" } }),
  script: () => new Response(null, { status: 302, headers: { location: "javascript:alert(1)" } }),
  inside: (r) => new Response(null, { status: 303, headers: { location: new URL("/next?x=1", r.url).href } }),
  created: () => new Response("{}", { status: 201, headers: { location: "https://evil.example/" } }),
  throws: () => { throw new Error("secret detail"); },
  nothing: () => 42,
  hangs: () => new Promise((resolve) => setTimeout(resolve, 60_000)),
  // Once its beginning has arrived: the break may else overtake it.
  breaks: () => {
    mayBreak = false;
    return new Response(new ReadableStream({
      start(c) { c.enqueue(new TextEncoder().encode("partial")); },
      async pull(c) {
        while (!mayBreak) await new Promise((resolve) => setTimeout(resolve, 5));
        c.error(new Error("broke"));
      },
    }));
  },
  break: () => { mayBreak = true; return new Response("broken"); },
  endless: () => new Response(new ReadableStream({ pull(c) { c.enqueue(new Uint8Array(1 << 20)); } })),
};
export default { fetch: (request) => answers[new URL(request.url).pathname.slice(1)](request) };`;

describe("a hostile function's answer", () => {
  let plane: DataPlane;
  beforeAll(async () => {
    plane = await openDataPlane({ functionLimits: { maxResponseBytes: 8_000_000 } });
  });
  afterAll(() => plane[Symbol.asyncDispose]());
  const install = () => plane.install({ "server.js": hostile });

  it("sets only cookies of its own host, and its HTML stands in a sandbox", async () => {
    const live = await install();
    const answer = await plane.call(live, "/cookies");
    expect(answer.status).toBe(200);
    expect(answer.headers["set-cookie"]).toEqual(["__Host-theme=dark; Path=/; Secure"]);
    expect(answer.headers["content-security-policy"]).toContain("default-src 'none'");
    expect(answer.headers["content-security-policy"]).toContain("sandbox");
    expect(answer.headers["content-security-policy"]).toContain("frame-ancestors 'none'");
    expect(answer.headers["x-content-type-options"]).toBe("nosniff");
  });

  it("keeps no header that acts beyond it", async () => {
    const live = await install();
    const { headers } = await plane.call(live, "/policy");
    const names = Object.keys(headers).sort();
    expect(names).toEqual(
      [
        "connection",
        "content-length",
        "content-security-policy",
        "content-type",
        "cross-origin-resource-policy",
        "date",
        "etag",
        "referrer-policy",
        "vary",
        "x-app-mine",
        "x-content-type-options",
        "berth-request-id",
      ].sort(),
    );
    expect(headers["content-security-policy"]).not.toContain("*");
    expect(headers["berth-request-id"]).toMatch(/^req-[0-9a-f]{24}$/);
    const log = async () =>
      (await plane.rig.insight.list(live.id, 50)).map((entry) => entry.message).join("\n");
    await expect.poll(log).toContain("clear-site-data");
  });

  it("is refused when it redirects out of its own host", async () => {
    const live = await install();
    for (const path of ["/console", "/slashes", "/backslash", "/script"]) {
      const answer = await plane.call(live, path);
      expect(answer.status, path).toBe(502);
      expect(answer.json, path).toMatchObject({ code: "FUNCTION_RESPONSE_REFUSED" });
      expect(answer.headers.location, path).toBeUndefined();
    }
    const inside = await plane.call(live, "/inside");
    expect(inside.status).toBe(303);
    expect(inside.headers.location).toBe("/next?x=1");
    const created = await plane.call(live, "/created");
    expect(created.status).toBe(201);
    expect(created.headers.location).toBeUndefined();
  });

  it("that throws or is no response becomes a typed error without its detail in the head", async () => {
    const live = await install();
    for (const path of ["/throws", "/nothing"]) {
      const answer = await plane.call(live, path);
      expect(answer.status, path).toBe(502);
      expect(answer.json, path).toMatchObject({ code: "FUNCTION_THREW" });
    }
  });

  it("that never comes is given up when the client goes, and others go on", async () => {
    const live = await install();
    const client = new AbortController();
    const hanging = plane.call(live, "/hangs", { signal: client.signal });
    void Promise.allSettled([hanging]);
    const inFlight = () =>
      plane.pool
        .list()
        .filter((cell) => cell.placement === live.id)
        .reduce((sum, cell) => sum + cell.inFlight, 0);
    await expect.poll(inFlight).toBe(1);
    client.abort();
    await expect(hanging).rejects.toThrow("aborted");
    await expect.poll(inFlight).toBe(0);
    expect((await plane.call(live, "/created")).status).toBe(201);
  });

  it("that breaks off does not look complete", async () => {
    const live = await install();
    const broken = async () => expect((await plane.call(live, "/break")).body).toBe("broken");
    const onData = () => void broken();
    await expect(plane.call(live, "/breaks", { onData })).rejects.toThrow(/aborted|ECONNRESET/);
    let seen = "";
    const raw = await sendRaw(
      plane.door.port,
      `GET /breaks HTTP/1.1\r\nhost: ${live.id}.apps.localhost\r\nauthorization: Bearer ${plane.tokenOf(live)}\r\n\r\n`,
      (chunk) => {
        const hadBegun = seen.includes("partial");
        seen += chunk;
        if (!hadBegun && seen.includes("partial")) void broken();
      },
    );
    expect(raw).toContain("partial");
    expect(raw).not.toMatch(/\r\n0\r\n\r\n$/);
  });

  it("without an end is cut at its bound", async () => {
    const live = await install();
    await expect(plane.call(live, "/endless")).rejects.toThrow(/aborted|ECONNRESET/);
    const log = async () =>
      (await plane.rig.insight.list(live.id, 50)).map((entry) => entry.message).join("\n");
    await expect.poll(log).toContain("SANDBOX_RESPONSE_TOO_LARGE");
  });
});
