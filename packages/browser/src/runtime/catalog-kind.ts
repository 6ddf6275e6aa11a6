/** The views of an app that draws by the catalog, in a worker; fetched with the first such app. */
import { AppWorker } from "../sandbox/app-worker.ts";
import { createDrawingCosts } from "../sandbox/drawing-costs.ts";
import { composeWorkerSource } from "../worker/compose-source.ts";
import { loadMetered } from "./load-metered.ts";
import type { ViewKind } from "./running-view.ts";
import type { ViewKindOptions } from "./view-kinds.ts";

/** @throws BerthError VIEW_LOAD_FAILED when the metered engine, which it asks for, cannot be fetched */
export async function createCatalogKind(options: ViewKindOptions): Promise<ViewKind> {
  const { instance, source, config, code, bootstrap } = options;
  const { blockedAPIs } = options.manifest.security;
  const metered = await loadMetered(options);
  const workerSource =
    metered?.workerSource ??
    composeWorkerSource({
      code,
      blockedAPIs,
      ...(bootstrap === undefined ? {} : { bootstrap }),
    });
  config.drawing.costs ??= createDrawingCosts();
  const { costs } = config.drawing;
  return {
    surface: undefined,
    create: ({ handlers, tap, onMessage, onBeat, onReadings, onEnd, frameId }) =>
      new AppWorker({
        instance,
        frame: metered === undefined ? source.frame : { ...source.frame, engine: "quickjs" },
        workerSource,
        blockedAPIs,
        limits: config.viewLimits,
        clock: config.clock,
        container: config.container,
        // None that waits lets the engine in.
        ...(metered === undefined
          ? { frames: config.frames }
          : { readBeat: metered.readBeats({ instance, clock: config.clock, onReadings }) }),
        drawing: costs,
        frameId,
        handlers,
        tap,
        onMessage,
        onBeat,
        onEnd,
      }),
  };
}
