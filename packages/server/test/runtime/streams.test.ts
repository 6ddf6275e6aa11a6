import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { PassThrough } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LiveInstallation } from "../../src/installation/live.ts";
import { type DataPlane, openDataPlane } from "./rig.ts";

const app = `
const paths = {
  "/echo": (request) => new Response(request.body),
  "/events": () => {
    let count = 0;
    return new Response(new ReadableStream({
      async pull(c) { await new Promise((r) => setTimeout(r, 20)); c.enqueue(new TextEncoder().encode("data: " + count++ + "\\n\\n")); },
      cancel() { console.log("nobody listens"); },
    }), { headers: { "content-type": "text/event-stream" } });
  },
  "/slow": async (request) => {
    request.signal.addEventListener("abort", () => console.log("the caller left"));
    console.log("begun");
    await new Promise((r) => setTimeout(r, 60_000));
  },
  "/later": (request, env, ctx) => {
    const { handle } = ctx.props.berth;
    ctx.waitUntil(new Promise((r) => setTimeout(r, 50)).then(() =>
      env.BERTH.call(handle, "state", "put", { key: "later", value: 1 })));
    return new Response("now");
  },
};
export default {
  fetch: (request, env, ctx) => paths[new URL(request.url).pathname](request, env, ctx),
  scheduled: (controller) => console.log("at " + controller.cron),
  event: async (event, env, ctx) => {
    const { handle, member } = ctx.props.berth;
    await env.BERTH.call(handle, "state", "put", { key: event.type, value: member });
  },
};`;

describe("what streams through the front door", () => {
  let plane: DataPlane;
  let live: LiveInstallation;
  beforeAll(async () => {
    plane = await openDataPlane();
    const actions = ["read", "write"] as const;
    live = await plane.install(
      { "server.js": app },
      {
        grants: [
          { type: "api", resource: "*", actions: [...actions] },
          { type: "data", resource: "state/*", actions: [...actions] },
        ],
      },
    );
  });
  afterAll(() => plane[Symbol.asyncDispose]());

  function ask(path: string, method = "GET") {
    const { port } = plane.door;
    const headers = {
      host: `${live.id}.apps.localhost:${port}`,
      authorization: `Bearer ${plane.tokenOf(live)}`,
    };
    return httpRequest({ host: "127.0.0.1", port, path, method, headers, agent: false });
  }
  const log = async () => (await plane.rig.insight.list(live.id, 50)).map((line) => line.message);
  const stateOf = (key: string) =>
    plane.rig.gateway.callFromView(
      { live, member: "member-1", requestId: "req-1", subject: null },
      { capability: "state", method: "get", args: { key } },
    );

  it("goes both ways at once: an answer begins before its upload ends", async () => {
    const body = new PassThrough();
    const request = ask("/echo", "POST");
    body.pipe(request);
    body.write("first");
    const [response] = await once(request, "response");
    const seen: string[] = [];
    for await (const chunk of response) {
      seen.push(String(chunk));
      if (seen.length === 1) body.end("last");
    }
    expect(seen).toEqual(["first", "last"]);
  });

  it("is delivered event by event, and cancelled when nobody listens", async () => {
    const request = ask("/events").end();
    const [response] = await once(request, "response");
    expect(response.headers["content-type"]).toBe("text/event-stream");
    // Two events may come in one read when the machine is busy, so all are read as one text.
    let seen = "";
    const whole = [0, 1, 2].map((number) => `data: ${number}\n\n`).join("");
    for await (const chunk of response) {
      seen += String(chunk);
      if (seen.length >= whole.length) break;
    }
    expect(seen.slice(0, whole.length)).toBe(whole);
    request.destroy();
    await expect.poll(log).toContain("nobody listens");
  });

  it("tells the app that the client went away before the answer", async () => {
    const request = ask("/slow").end();
    request.on("error", () => undefined);
    await expect.poll(log).toContain("begun");
    request.destroy();
    await expect.poll(log).toContain("the caller left");
  });

  it("lets work go on after the answer, on the member's behalf", async () => {
    expect((await plane.call(live, "/later")).body).toBe("now");
    await expect.poll(() => stateOf("later")).toMatchObject({ value: 1 });
  });

  it("delivers schedules and events in nobody's name, while the installation serves", async () => {
    const at = { scheduledTime: 1, cron: "0 * * * *" };
    const called = await plane.functions.callEntry(live, "scheduled", at);
    expect(called).toEqual({ isDefined: true, isRetryRefused: false });
    await expect.poll(log).toContain("at 0 * * * *");
    const event = { id: "e1", type: "note.made", occurredAt: 2, data: null };
    await plane.functions.callEntry(live, "event", event);
    expect(await stateOf("note.made")).toMatchObject({ value: null });
    const suspended = { ...live, state: "suspended" } as const;
    await expect(plane.functions.callEntry(suspended, "event", event)).rejects.toMatchObject({
      code: "INSTALLATION_STATE",
    });
  });

  it("shows the source's own position of what was thrown, in the log", async () => {
    const mapped = await plane.install(
      {
        "dist/server.js":
          'console.log("one");\nexport default { fetch() { throw new Error("mapped"); } };\n',
        // Line 2 of the module is line 7 of the source.
        "dist/server.js.map": JSON.stringify({
          version: 3,
          sources: ["../src/server.ts"],
          names: [],
          mappings: ";AAMA",
        }),
      },
      { manifest: { server: { entry: "dist/server.js" } } },
    );
    expect((await plane.call(mapped, "/")).status).toBe(502);
    await expect
      .poll(async () => (await plane.rig.insight.list(mapped.id, 9)).map((line) => line.message))
      .toEqual([
        "one",
        expect.stringMatching(/^Error: mapped\n {4}at Object\.fetch \(src\/server\.ts:7:1\)$/),
      ]);
  });
});
