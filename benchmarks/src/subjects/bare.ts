/** The peer of DESIGN's budget: the same module in the same kind of cell, behind a bare proxy. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultCellLimits, engineCompatibilityDate, openBareCell } from "@berth/cells";
import { BerthError } from "@berth/protocol";
import { serveUntilEnd } from "./child.ts";
import { echoModule } from "./module.ts";
import { openBareProxy } from "./proxy.ts";

const quiet = { debug() {}, info() {}, warn() {}, error() {} };
const refuse = async () => {
  throw new BerthError("CAPABILITY_UNKNOWN", "The bare cell offers no capabilities.");
};

const folder = await mkdtemp(join(tmpdir(), "bb-"));
try {
  await using cell = await openBareCell({
    folder,
    jail: "required",
    logger: quiet,
    sink: { onCall: refuse, onEgress: refuse, onLog() {} },
    spec: {
      key: "bare@1@0",
      tenant: "bench",
      placement: "bench",
      mainModule: "main.js",
      modules: { "main.js": { js: echoModule } },
      compatibilityDate: engineCompatibilityDate,
      compatibilityFlags: [],
      env: {},
      limits: { ...defaultCellLimits },
    },
  });
  await using proxy = await openBareProxy(cell.socketPath, cell.headers);
  await serveUntilEnd({ port: proxy.port });
} finally {
  await rm(folder, { recursive: true, force: true });
}
