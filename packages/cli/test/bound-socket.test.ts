import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, connect, createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { bindSocket } from "../src/serve/keeper/bound-socket.ts";

describe("the keeper's socket", () => {
  it("has its port without listening, and keeps what waits while servers change", async () => {
    using socket = await bindSocket("127.0.0.1", 0);
    const refused = connect(socket.port, "127.0.0.1");
    await expect(once(refused, "connect")).rejects.toMatchObject({ code: "ECONNREFUSED" });

    const server = createHttpServer((_request, response) => response.end("served"));
    server.listen({ fd: socket.fd });
    await once(server, "listening");
    expect((server.address() as AddressInfo).port).toBe(socket.port);
    const answer = await fetch(`http://127.0.0.1:${socket.port}/`);
    expect(await answer.text()).toBe("served");
    server.closeAllConnections();
    server.close();
  });

  it("says which port is busy, and which address is not ours", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    await expect(bindSocket("127.0.0.1", port)).rejects.toMatchObject({
      code: "PORT_BUSY",
      message: expect.stringContaining(String(port)),
    });
    other.close();
    await expect(bindSocket("203.0.113.7", 0)).rejects.toMatchObject({
      code: "OPTION_INVALID",
      details: { option: "host" },
    });
    await expect(bindSocket("no such host", 0)).rejects.toMatchObject({ code: "OPTION_INVALID" });
  });
});
