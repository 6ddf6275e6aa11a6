/** Reported beside: the module in a workerd of its own, loaded from its configuration. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, watch, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { engineCompatibilityDate } from "@berth/cells";
import { serveUntilEnd } from "./child.ts";
import { echoModule } from "./module.ts";
import { openBareProxy } from "./proxy.ts";

const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .main)],
  sockets = [(name = "http", address = "unix:in.sock", http = (), service = "main")],
);
const main :Workerd.Worker = (
  modules = [(name = "main.js", esModule = embed "main.js")],
  compatibilityDate = "${engineCompatibilityDate}",
);
`;

const folder = await mkdtemp(join(tmpdir(), "bs-"));
const require = createRequire(import.meta.url);
try {
  await writeFile(join(folder, "config.capnp"), config);
  await writeFile(join(folder, "main.js"), echoModule);
  const listening = socketAppears(folder);
  const engine = spawn(require.resolve("workerd/bin/workerd"), ["serve", "config.capnp"], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
  });
  await listening;
  const proxy = await openBareProxy(join(folder, "in.sock"), {});
  await serveUntilEnd({ port: proxy.port });
  await proxy[Symbol.asyncDispose]();
  const ended = once(engine, "exit");
  engine.kill();
  await ended;
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function socketAppears(path: string): Promise<void> {
  for await (const event of watch(path)) if (event.filename === "in.sock") return;
}
