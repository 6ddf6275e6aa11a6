/**
 * The door of an open Berth: the API, the console, functions and frames behind one listener.
 *
 * Owns the order of their end: streams that never end by themselves are ended before the door closes.
 */
import { readFileSync } from "node:fs";
import { createAddressOfRequest, createFindClientAddress } from "../http/client-address.ts";
import { openConsoleFiles } from "../http/console-files.ts";
import type { ContentSources } from "../http/console-policy.ts";
import { createFrames } from "../runtime/frames.ts";
import { type FrontDoor, openFrontDoor } from "../runtime/front-door.ts";
import { createViewBundles } from "../runtime/view-bundle.ts";
import { bindApi } from "./bind-api.ts";
import type { BerthOptions } from "./options.ts";
import type { Parts } from "./parts.ts";

export async function openDoor(
  options: BerthOptions,
  parts: Parts & { readonly streamsEnd: AbortController },
  opened: AsyncDisposableStack,
): Promise<FrontDoor> {
  const { storage, registry, directory, hosts, plane, works } = parts;
  const { ground } = storage;
  const bundles = createViewBundles({ registry, sandboxLevels: works.policy.sandboxLevels });
  const { consoleFolder, frameBootstrap, htmlProxy } = options.assets;
  const sources = (): ContentSources => ({
    frames: hosts.frameOrigin("*"),
    apps: hosts.functionOrigin("*"),
  });
  const site =
    consoleFolder === null ? undefined : await openConsoleFiles({ folder: consoleFolder, sources });
  const api = bindApi({
    ...parts,
    bundles,
    mailer: options.mailer,
    version: readVersion(),
    ...(site === undefined ? {} : { site: (request: Request) => site.fetch(request) }),
  });
  const door = await openFrontDoor({
    host: options.host ?? "127.0.0.1",
    port: options.port ?? 0,
    isWaiting: options.successor !== undefined,
    ...(options.listenFd === undefined ? {} : { fd: options.listenFd }),
    api: (request, from) => api.fetch(request, from),
    addressOf: createAddressOfRequest(createFindClientAddress(options.trustedProxies ?? [])),
    functions: plane.functions,
    frames: createFrames({
      bootstrap: frameBootstrap,
      ...(htmlProxy === undefined ? {} : { htmlProxy }),
      bundles,
      directory,
      hosts,
      clock: ground.clock,
      logger: ground.logger,
    }),
    hosts,
    createRequestId: parts.createRequestId,
    ground,
  });
  // Streams that never end by themselves are ended, or the door would wait for them.
  opened.defer(async () => {
    const closed = door.close();
    await Promise.all([works.jobs.close(), plane.insight.close()]);
    await closed;
  });
  return door;
}

function readVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return (JSON.parse(text) as { readonly version: string }).version;
}
