import { once } from "node:events";
import { createConnection } from "node:net";
import { buffer } from "node:stream/consumers";
import { type BerthClient, createClient } from "@berth/client";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startBerth } from "../support/start-berth.ts";

const server = `export default { fetch(request) {
  if (request.headers.get("upgrade") === null) return new Response("here");
  const [client, own] = Object.values(new WebSocketPair());
  own.accept();
  return new Response(null, { status: 101, webSocket: client });
} };`;

let berth: Awaited<ReturnType<typeof startBerth>>;
beforeAll(async () => {
  berth = await startBerth({ apps: [{ server }] });
}, 60_000);
afterAll(() => berth[Symbol.asyncDispose]());

it("closes the WebSockets of a member who signs out", async () => {
  const { berth: host, installation } = berth;
  const api = `http://127.0.0.1:${host.port}/api/v1`;
  const headers = { "content-type": "application/json", origin: host.origin };
  const { token } = await host.identity.createSignInLink(berth.adminId);
  const signIn = { method: "POST", headers, body: JSON.stringify({ token }) };
  const signedIn = await fetch(`${api}/session/link`, signIn);
  expect(signedIn.status).toBe(200);
  const cookie = signedIn.headers
    .getSetCookie()
    .map((each) => each.split(";")[0])
    .join("; ");
  const asMember = { ...headers, cookie };
  const opened = await fetch(`${api}/organizations/acme/installations/${installation}/views`, {
    method: "POST",
    headers: asMember,
    body: "{}",
  });
  const view = (await opened.json()) as { token: string };
  expect(opened.status).toBe(201);

  const socket = createConnection(host.port, "127.0.0.1");
  socket.write(
    [
      "GET / HTTP/1.1",
      `host: ${installation}.apps.localhost`,
      "connection: Upgrade",
      "upgrade: websocket",
      "sec-websocket-version: 13",
      "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
      `sec-websocket-protocol: berth, berth.token.${view.token}`,
      "\r\n",
    ].join("\r\n"),
  );
  const [head] = (await once(socket, "data")) as [Buffer];
  expect(head.toString()).toMatch(/^HTTP\/1\.1 101 /);
  const rest = buffer(socket);
  const ended = await fetch(`${api}/session`, { method: "DELETE", headers: asMember });
  expect(ended.status).toBe(204);
  const closing = await rest;
  expect([closing[0], closing.readUInt16BE(2)]).toEqual([0x88, 1008]);
  expect(closing.subarray(4).toString()).toBe("AUTH_REQUIRED: signed out");
  const refused = await berth.callFunction(installation, "/", { token: view.token });
  expect(refused.status).toBe(401);
});

it("ends the views of a deleted key, a disabled service principal, and of who is in other groups now", async () => {
  const { berth: host, installation, adminId } = berth;
  const params = { organization: "acme" };
  const bearer = (authorization: string) =>
    createClient({
      baseUrl: host.origin,
      fetch: (input, init) => {
        const request = new Request(input, init);
        request.headers.set("authorization", `Bearer ${authorization}`);
        return fetch(request);
      },
    });
  const keyOf = (personId: string) => host.identity.createApiKey({ personId, name: "k" });
  const admin = bearer((await keyOf(adminId)).secret);
  const viewOf = async (client: BerthClient) =>
    (await client.call("openView", { params: { ...params, installation }, body: {} })).token;
  const status = async (token: string) =>
    (await berth.callFunction(installation, "/", { token })).status;

  const own = await keyOf(adminId);
  const byKey = await viewOf(bearer(own.secret));
  expect(await status(byKey)).toBe(200);
  await bearer(own.secret).call("deleteApiKey", { params: { key: own.id } });
  expect(await status(byKey)).toBe(401);

  const { id: service } = await admin.call("createOrganizationService", {
    ...{ params, body: { name: "CI", permissions: ["organization.read", "apps.use"] } },
  });
  const byService = await viewOf(bearer((await keyOf(service)).secret));
  expect(await status(byService)).toBe(200);
  await admin.call("updateOrganizationService", {
    ...{ params: { ...params, service }, body: { isDisabled: true } },
  });
  expect(await status(byService)).toBe(401);

  const member = await host.identity.createPerson({ name: "M", email: "moved@acme.example" });
  const organizationId = (await host.identity.findOrganization("acme"))?.id ?? "";
  await host.identity.addMember({ organizationId, personId: member.id, role: "member" });
  const client = bearer((await keyOf(member.id)).secret);
  const { id: group } = await admin.call("createGroup", { params, body: { name: "Crew" } });
  const before = await viewOf(client);
  expect(await status(before)).toBe(200);
  await admin.call("addGroupMember", {
    ...{ params: { ...params, group }, body: { member: member.id } },
  });
  expect(await status(before)).toBe(401);
  expect(await status(await viewOf(client))).toBe(200);
});
