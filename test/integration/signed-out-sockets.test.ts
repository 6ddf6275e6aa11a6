import { once } from "node:events";
import { createConnection } from "node:net";
import { buffer } from "node:stream/consumers";
import { expect, it } from "vitest";
import { startBerth } from "../support/start-berth.ts";

const server = `export default { fetch() {
  const [client, own] = Object.values(new WebSocketPair());
  own.accept();
  return new Response(null, { status: 101, webSocket: client });
} };`;

it("closes the WebSockets of a member who signs out", async () => {
  await using berth = await startBerth({ apps: [{ server }] });
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
