/** The engine's configuration: one for each heap class, the same for every cell of it. */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { appName, consoleName, type IsolateSources, waitingFlags } from "../isolate/sources.ts";
import { engineCompatibilityDate } from "../spec.ts";

/** The heap limit is a flag of the process, so blank cells wait in classes of it. */
const heapClassesMb = [16, 32, 64, 128, 256, 512, 1024, 2048] as const;

/** The smallest class that holds `memoryMb`. */
export function heapClassOf(memoryMb: number): number {
  return heapClassesMb.find((size) => size >= memoryMb) ?? 2048;
}

/** As the engine sees them: inside the jail, or on the host when there is none. */
export interface CellSockets {
  readonly inSocket: string;
  readonly outSocket: string;
}

/**
 * Left to itself the engine lets garbage pile up to its heap limit, with native memory on top that
 * V8 does not count (workerd issue 6824): a healthy app would run into its cell's memory limit.
 * A small start size makes it collect early: 30,000 requests then rest at 64 MB instead of 245 MB.
 */
function v8Flags(heapMb: number): string {
  const flags = [
    `--max-heap-size=${heapMb}`,
    "--initial-old-space-size=4",
    "--min-semi-space-size=1",
    "--max-semi-space-size=1",
  ];
  return quoted(flags);
}

function quoted(texts: readonly string[]): string {
  return texts.map((text) => JSON.stringify(text)).join(", ");
}

function buildConfig(heapMb: number, { inSocket, outSocket }: CellSockets): string {
  const socketPath = (path: string) => JSON.stringify(`unix:${path}`);
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  v8Flags = [${v8Flags(heapMb)}],
  services = [
    (name = "host", worker = .host),
    (name = "waiting", worker = .waiting),
    # Named so that the engine does not make its own, with the whole network.
    (name = "internet", network = (allow = [])),
    (name = "out", external = (address = ${socketPath(outSocket)}, http = ()))
  ],
  sockets = [
    (name = "in", address = ${socketPath(inSocket)}, service = "host",
     http = (forwardedProtoHeader = "berth-proto"))
  ]
);
const host :Workerd.Worker = (
  modules = [(name = "host.js", esModule = embed "host.js")],
  compatibilityDate = "${engineCompatibilityDate}",
  compatibilityFlags = [
    "experimental", "enable_request_signal", "request_signal_passthrough",
    "no_nodejs_compat", "no_nodejs_compat_v2"
  ],
  globalOutbound = "out",
  bindings = [
    (name = "LOADER", workerLoader = ()),
    (name = "WAITING", service = (name = "waiting", entrypoint = "BerthApp"))
  ]
);
# The isolate for an app that is not known yet: its modules are asked of the server when it is.
const waiting :Workerd.Worker = (
  modules = [
    (name = "${appName}", esModule = embed "${appName}"),
    (name = "${consoleName}", esModule = embed "${consoleName}")
  ],
  compatibilityDate = "${engineCompatibilityDate}",
  compatibilityFlags = [${quoted(waitingFlags)}],
  globalOutbound = (name = "host", entrypoint = "Egress", props = (json = "{}")),
  moduleFallback = ${socketPath(outSocket)},
  bindings = [
    (name = "BERTH", service = (name = "host", entrypoint = "Gateway", props = (json = "{}")))
  ]
);
`;
}

export const configFile = "cell.capnp";

/** Holds nothing secret: every cell's user may read it. */
export function writeConfig(
  folder: string,
  heapMb: number,
  sockets: CellSockets,
  sources: IsolateSources,
): void {
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  for (const [name, text] of Object.entries({ "host.js": sources.host, ...sources.app })) {
    writeFileSync(join(folder, name), text, { mode: 0o644 });
  }
  writeFileSync(join(folder, configFile), buildConfig(heapMb, sockets), { mode: 0o644 });
}
