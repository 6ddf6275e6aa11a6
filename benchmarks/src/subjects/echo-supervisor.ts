/** The peer of a capability call: the same cell, and a supervisor that gives back what it is given. */
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openCellPool } from "@berth/cells";
import { createAppSpec, createCellRequest, quietPool } from "../cells/app-spec.ts";
import { serveUntilEnd } from "./child.ts";
import { callerModule } from "./module.ts";

const folder = await mkdtemp(join(tmpdir(), "be-"));
try {
  await using pool = await openCellPool({
    ...quietPool,
    folder,
    onCall: async ({ args }) => args,
  });
  const spec = createAppSpec({ key: "caller", source: callerModule });
  const server = createServer((incoming, outgoing) => {
    pool.fetch(spec, createCellRequest(incoming.url ?? "/")).then(
      (answer) => {
        outgoing.writeHead(answer.status);
        answer.body.pipe(outgoing);
      },
      (error: unknown) => {
        console.error(error);
        outgoing.destroy();
      },
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  await serveUntilEnd({ port: (server.address() as AddressInfo).port });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
} finally {
  await rm(folder, { recursive: true, force: true });
}
