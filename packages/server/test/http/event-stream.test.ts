import { once } from "node:events";
import { createServer, get, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { BerthError, toWire } from "@berth/protocol";
import type { LogEntryView } from "@berth/protocol/api";
import { getRequestListener } from "@hono/node-server";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ApiContext, StreamEvent } from "../../src/http/api.ts";
import { answerEvents, type EventStreamTimes } from "../../src/http/event-stream.ts";
import { maxStreamsOfPerson } from "../../src/http/stream-count.ts";
import { createTestApi } from "../support/api.ts";
import { databasesUnderTest } from "../support/databases.ts";
import { openTestServices, type TestServices } from "../support/services.ts";

function answer(
  source: AsyncIterable<StreamEvent<unknown>>,
  times: Partial<EventStreamTimes> = {},
  checkAccess: () => Promise<unknown> = async () => undefined,
) {
  const controller = new AbortController();
  const ends: number[] = [];
  const response = answerEvents(source, {
    headers: new Headers(),
    controller,
    encodeError: toWire,
    checkAccess,
    onEnd: () => ends.push(ends.length),
    times,
  });
  return { response, signal: controller.signal, ends };
}

/** Says nothing and does not even heed its signal. */
async function* silent() {
  await new Promise(() => undefined);
}

test("a stream ends, and says why, when its permission is gone", async () => {
  let checks = 0;
  const { response, signal, ends } = answer(silent(), { recheckMs: 5 }, async () => {
    checks += 1;
    if (checks === 3) throw new BerthError("ORGANIZATION_NOT_FOUND", "gone");
  });
  expect(await response.text()).toContain(
    'event: error\ndata: {"code":"ORGANIZATION_NOT_FOUND","message":"gone"',
  );
  expect([signal.aborted, checks, ends]).toEqual([true, 3, [0]]);
});

test("a stream of the longest age is broken off without an end, so that its client comes back", async () => {
  const { response, signal, ends } = answer(silent(), { maxAgeMs: 5 });
  expect(await response.text()).toBe(": open\n\n");
  expect([signal.aborted, ends]).toEqual([true, [0]]);
});

test("a stream is broken off without an end when another process takes over, and a later one at once", async () => {
  const closing = new AbortController();
  const open = () =>
    answerEvents(silent(), {
      headers: new Headers(),
      controller: new AbortController(),
      encodeError: toWire,
      checkAccess: async () => undefined,
      closing: closing.signal,
      onEnd: () => undefined,
    }).text();
  const before = open();
  closing.abort();
  expect([await before, await open()]).toEqual([": open\n\n", ": open\n\n"]);
});

test("events carry ids and data on one line, and the end is said", async () => {
  const { response } = answer(
    (async function* () {
      yield { id: "7\n\ndata: forged", data: { text: "two\nlines" } };
      yield { data: 1 };
    })(),
  );
  expect(await response.text()).toBe(
    ': open\n\nid: 7data: forged\ndata: {"text":"two\\nlines"}\n\ndata: 1\n\nevent: end\ndata: {}\n\n',
  );
});

test("a failure is sent as a wire error, an unforeseen one without its message", async () => {
  const failing = (error: Error) =>
    answer(
      // biome-ignore lint/correctness/useYield: it fails before its first event
      (async function* () {
        throw error;
      })(),
    ).response.text();
  expect(await failing(new BerthError("RUN_NOT_FOUND", "gone"))).toContain(
    'event: error\ndata: {"code":"RUN_NOT_FOUND","message":"gone"',
  );
  const unforeseen = await failing(new Error("inner secret"));
  expect(unforeseen).toContain("INTERNAL");
  expect(unforeseen).not.toContain("inner secret");
});

test("a silent stream beats, and stops beating when its reader leaves", async () => {
  const { response, signal } = answer(silent(), { heartbeatMs: 5 });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes(": beat")) text += (await reader?.read())?.value ?? "";
  // The source never answers, so the cancelling is not awaited; the signal is what ends it.
  void reader?.cancel();
  if (!signal.aborted) await once(signal, "abort");
});

const [kind = "pglite"] = databasesUnderTest();
let services: TestServices;
beforeAll(async () => {
  services = await openTestServices(kind);
}, 60_000);
afterAll(() => services[Symbol.asyncDispose]());

test("over a real connection: access, resuming, and the end of the handler when the client goes", async () => {
  const { identity } = services;
  const person = await identity.createPerson({ name: "P", email: "p@example.com" });
  await identity.createOrganization({ slug: "acme", name: "Acme", ownerId: person.id });
  const { secret } = await identity.createApiKey({ personId: person.id, name: "k" });
  const ended = Promise.withResolvers<void>();
  const contexts: ApiContext[] = [];
  const entry: LogEntryView = {
    id: "8",
    at: new Date(0).toISOString(),
    level: "info",
    source: "function",
    requestId: null,
    message: "hello",
  };
  const api = createTestApi(services, {
    handlers: {
      followLogs: async (_input, context) => {
        contexts.push(context);
        return (async function* () {
          try {
            yield { id: "8", data: { ...entry, hidden: "not in the schema" } };
            await once(context.signal, "abort");
          } finally {
            ended.resolve();
          }
        })();
      },
    },
  });
  const server = createServer(getRequestListener((request) => api.fetch(request)));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const path = `/api/v1/organizations/acme/installations/i${"0".repeat(26)}/logs/stream`;
  const headers = { authorization: `Bearer ${secret}`, "last-event-id": "7" };
  const request = get({ host: "127.0.0.1", port, path, headers });
  const [response] = (await once(request, "response")) as [IncomingMessage];
  expect(response.headers["content-type"]).toContain("text/event-stream");
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) {
    text += String(chunk);
    if (text.includes("hello")) break;
  }
  request.destroy();
  await ended.promise;
  expect(text).toContain("id: 8\n");
  expect(text).not.toContain("not in the schema");
  expect(contexts[0]?.lastEventId).toBe("7");
  expect(contexts[0]?.organization).toMatchObject({ slug: "acme", role: "owner" });
  server.close();
  server.closeAllConnections();
});

test("a member who was put out hears no more, and nobody follows too many streams", async () => {
  const { identity, database } = services;
  const person = await identity.createPerson({ name: "Q", email: "q@example.com" });
  const organization = await identity.createOrganization({
    slug: "leavers",
    name: "Leavers",
    ownerId: person.id,
  });
  const { secret } = await identity.createApiKey({ personId: person.id, name: "k" });
  const api = createTestApi(services, {
    handlers: {
      followLogs: async (_input, { signal }) =>
        // biome-ignore lint/correctness/useYield: nothing happens there
        (async function* () {
          if (!signal.aborted) await once(signal, "abort");
        })(),
    },
    // Not so often that all these streams' checks are more than a busy machine can do.
    streamTimes: { recheckMs: 500 },
  });
  const path = `/api/v1/organizations/leavers/installations/i${"0".repeat(26)}/logs/stream`;
  const headers = { authorization: `Bearer ${secret}` };
  const follow = () => api.fetch(new Request(`http://localhost:4600${path}`, { headers }));
  const followed: Response[] = [];
  for (let count = 0; count < maxStreamsOfPerson; count += 1) followed.push(await follow());
  const refused = await follow();
  expect([refused.status, await refused.text()]).toEqual([
    429,
    expect.stringContaining("RATE_LIMITED"),
  ]);
  const [first, second, ...rest] = followed;
  await first?.body?.cancel();
  const again = await follow();
  expect(again.status).toBe(200);
  await Promise.all(rest.map((response) => response.body?.cancel()));
  await again.body?.cancel();
  await database.kysely
    .deleteFrom("member")
    .where("organizationId", "=", organization.id)
    .where("userId", "=", person.id)
    .execute();
  expect(await second?.text()).toContain("ORGANIZATION_NOT_FOUND");
  expect((await follow()).status).toBe(404);
});
