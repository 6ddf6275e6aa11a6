/** Which view an app's manifest asks for, and how it is made. */
import { BerthError, type ParsedManifest } from "@berth/protocol";
import { HtmlSurface } from "../html/html-surface.ts";
import { HtmlView } from "../html/html-view.ts";
import { AppWorker } from "../sandbox/app-worker.ts";
import { composeWorkerSource } from "../worker/compose-source.ts";
import type { AppSource } from "./app-source.ts";
import type { ResolvedConfig } from "./config.ts";
import type { ViewKind } from "./running-view.ts";

export interface ViewKindOptions {
  readonly instance: string;
  readonly manifest: ParsedManifest;
  readonly source: AppSource;
  readonly config: ResolvedConfig;
  /** The app's module, or its HTML. */
  readonly code: string;
  /** Replaces the standard worker bootstrap. */
  readonly bootstrap: string | undefined;
}

/** True for an app that draws its own HTML, at the moderate level. */
export function isHtmlApp({ ui }: ParsedManifest): boolean {
  return ui.mode === "html";
}

/** @throws BerthError PLATFORM_INCOMPATIBLE */
export function refuseOtherLevels({ id, security, ui, entryPoint }: ParsedManifest): void {
  const refuse = (what: string) =>
    new BerthError(
      "PLATFORM_INCOMPATIBLE",
      `${id} ${what}; this runtime runs catalog views at the level strict, and html views at the level moderate.`,
    );
  const level = security.sandboxLevel;
  if (level === "permissive" || ui.mode === "federated")
    throw refuse(`asks for the sandbox level ${level} and ui.mode ${ui.mode}`);
  if ((level === "moderate") !== (ui.mode === "html"))
    throw refuse(`asks for the sandbox level ${level}, but draws by ui.mode ${ui.mode}`);
  if (entryPoint === undefined) throw refuse("has no view (entryPoint)");
}

export function createViewKind(options: ViewKindOptions): ViewKind {
  return isHtmlApp(options.manifest) ? createHtmlKind(options) : createCatalogKind(options);
}

function createCatalogKind(options: ViewKindOptions): ViewKind {
  const { instance, source, config, code, bootstrap } = options;
  const { blockedAPIs } = options.manifest.security;
  const workerSource = composeWorkerSource({
    code,
    blockedAPIs,
    ...(bootstrap === undefined ? {} : { bootstrap }),
  });
  return {
    surface: undefined,
    create: ({ handlers, onMessage, onBeat, onEnd, frameId }) =>
      new AppWorker({
        instance,
        frame: source.frame,
        workerSource,
        blockedAPIs,
        limits: config.viewLimits,
        clock: config.clock,
        container: config.container,
        frames: config.frames,
        frameId,
        handlers,
        onMessage,
        onBeat,
        onEnd,
      }),
  };
}

function createHtmlKind({ instance, manifest, source, config, code }: ViewKindOptions): ViewKind {
  const surface = new HtmlSurface();
  return {
    surface,
    create: (seam) =>
      new HtmlView({
        instance,
        title: manifest.name,
        html: code,
        frame: source.frame,
        blockedAPIs: manifest.security.blockedAPIs,
        limits: config.viewLimits,
        clock: config.clock,
        container: config.container,
        host: source.html ?? {},
        surface,
        seam,
      }),
  };
}
