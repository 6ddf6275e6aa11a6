import type { CellEvent } from "@berth/cells";
import type { WireError } from "@berth/protocol";
import { describe, expect, it } from "vitest";
import { startBerth } from "../support/start-berth.ts";

/** Each path misbehaves in its own way. */
const server = `
  export default {
    async fetch(request) {
      switch (new URL(request.url).pathname) {
        case "/throws": throw new Error("a detail of the app");
        case "/nothing": return undefined;
        case "/text": return "not a response";
        case "/spin": for (;;);
        case "/away": return new Response(null, { status: 302, headers: { location: "http://localhost/admin" } });
        case "/cookie": return new Response("ok", { headers: {
          "set-cookie": "session=stolen; Domain=localhost", "clear-site-data": '"*"', "berth-own": "forged",
        } });
        default: return new Response("fine");
      }
    },
  };
`;

const manifest = { server: { entry: "server.js", limits: { cpuMs: 500 } } };

describe("functions that misbehave", () => {
  it("answer as typed errors, and harm neither themselves nor others", async () => {
    const quiet = { server, manifest: { id: "quiet" } };
    await using berth = await startBerth({ apps: [{ server, manifest }, quiet] });
    const [bad = "", other = ""] = berth.installed;
    const codeOf = async (path: string) => {
      const answer = await berth.callFunction(bad, path);
      return [answer.status, answer.json<WireError>().code];
    };
    for (const path of ["/throws", "/nothing", "/text"]) {
      expect(await codeOf(path)).toEqual([502, "FUNCTION_THREW"]);
    }
    const thrown = await berth.callFunction(bad, "/throws");
    expect(thrown.text).not.toMatch(/server\.js|\bat \S+:\d+/);
    expect(await codeOf("/away")).toEqual([502, "FUNCTION_RESPONSE_REFUSED"]);
    const cookie = await berth.callFunction(bad, "/cookie");
    expect(cookie.headers).not.toHaveProperty("set-cookie");
    expect(cookie.headers).not.toHaveProperty("clear-site-data");
    expect(cookie.headers).not.toHaveProperty("berth-own");

    const events: CellEvent[] = [];
    berth.berth.cells.onEvent((event) => events.push(event));
    const spinning = berth.callFunction(bad, "/spin");
    expect((await berth.callFunction(other, "/")).text).toBe("fine");
    const spun = await spinning;
    const met = { limit: "cpu time", enforcer: "watchdog", allowed: 500 };
    expect([spun.status, spun.json()]).toMatchObject([
      502,
      { code: "SANDBOX_CPU_EXCEEDED", details: met },
    ]);
    const requestId = spun.headers["berth-request-id"];
    const exceeded = { type: "limit-exceeded", code: "SANDBOX_CPU_EXCEEDED", requestId, ...met };
    expect(events).toContainEqual(expect.objectContaining(exceeded));
    expect((await berth.callFunction(bad, "/")).text).toBe("fine");

    const params = { organization: "acme", installation: bad };
    const logged = async () => {
      const { entries } = await berth.admin.call("listLogs", { params, query: {} });
      return entries.map((entry) => entry.message).join("\n");
    };
    await expect.poll(logged, { timeout: 10_000 }).toContain("a detail of the app");
    const { entries } = await berth.admin.call("listLogs", { params, query: {} });
    const own = entries.filter(
      (entry) => entry.source === "berth" && entry.requestId === requestId,
    );
    expect(own.map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /^SANDBOX_CPU_EXCEEDED: .*\[limit: cpu time, allowed: 500, by: watchdog\]$/,
      ),
    ]);
    expect((await berth.admin.call("getUsage", { params })).failedRequests).toBeGreaterThan(4);
  });
});
