import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { request as openRequest } from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CellConnections } from "../src/workerd/connections.ts";

const answer = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
let folder: string;
let path: string;
let server: Server;
let accepted: Socket[];
/** What the cell writes for each request that came. */
let reply: (socket: Socket, count: number) => void;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "bc-"));
  path = join(folder, "in.sock");
  accepted = [];
  reply = (socket) => void socket.write(answer);
  let count = 0;
  server = createServer((socket) => {
    accepted.push(socket);
    socket.on("error", () => undefined);
    socket.on("data", () => {
      count += 1;
      reply(socket, count);
    });
  });
  server.listen(path);
  await once(server, "listening");
});

afterEach(async () => {
  for (const socket of accepted) socket.destroy();
  server.close();
  await rm(folder, { recursive: true });
});

/** @returns its body, once its connection was given back or ended */
async function ask(connections: CellConnections): Promise<string> {
  const request = openRequest({ agent: connections.agent, path: "/" });
  request.end();
  const [response] = await once(request, "response");
  let body = "";
  for await (const chunk of response) body += String(chunk);
  if (!request.closed) await once(request, "close");
  await new Promise(setImmediate);
  return body;
}

describe("the connections to a cell", () => {
  it("serve one request after another, and more at once by as many", async () => {
    const connections = new CellConnections({ path, idleMs: 60_000 });
    expect([await ask(connections), await ask(connections)]).toEqual(["ok", "ok"]);
    expect(accepted).toHaveLength(1);
    await Promise.all([ask(connections), ask(connections), ask(connections)]);
    expect(accepted).toHaveLength(3);
    connections.destroy();
    await Promise.all(accepted.map((socket) => socket.destroyed || once(socket, "close")));
  });

  it("are not used again when the cell says something that nobody asked for", async () => {
    const connections = new CellConnections({ path, idleMs: 60_000 });
    await ask(connections);
    accepted[0]?.write(answer.replace("ok", "no"));
    await once(accepted[0] as Socket, "close");
    expect(await ask(connections)).toBe("ok");
    expect(accepted).toHaveLength(2);
    connections.destroy();
  });

  it("are not used again after an answer with more behind it than it declared", async () => {
    reply = (socket, count) => void socket.write(count === 1 ? `${answer}${answer}` : answer);
    const connections = new CellConnections({ path, idleMs: 60_000 });
    // Whether the first answer still counts is Node's to say.
    await Promise.allSettled([ask(connections)]);
    expect(await ask(connections)).toBe("ok");
    expect(accepted).toHaveLength(2);
    connections.destroy();
  });

  it("are not used again when the cell has closed them, or wants no more", async () => {
    reply = (socket, count) =>
      void socket.write(
        count === 1 ? answer.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n") : answer,
      );
    const connections = new CellConnections({ path, idleMs: 60_000 });
    await ask(connections);
    await ask(connections);
    expect(accepted).toHaveLength(2);
    accepted[1]?.end();
    await once(accepted[1] as Socket, "close");
    await ask(connections);
    expect(accepted).toHaveLength(3);
    connections.destroy();
  });

  it("end when they were idle for long enough", async () => {
    const connections = new CellConnections({ path, idleMs: 40 });
    await ask(connections);
    await once(accepted[0] as Socket, "close");
    expect(await ask(connections)).toBe("ok");
    expect(accepted).toHaveLength(2);
    connections.destroy();
  });

  it("tell the request when there is no cell", async () => {
    const connections = new CellConnections({ path: join(folder, "none"), idleMs: 40 });
    await expect(ask(connections)).rejects.toMatchObject({ code: "ENOENT" });
  });
});
