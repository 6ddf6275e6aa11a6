/** The views of an app that draws its own HTML; fetched with the first such app (view-kinds.ts). */
import type { ViewKind } from "../runtime/running-view.ts";
import type { ViewKindOptions } from "../runtime/view-kinds.ts";
import { HtmlSurface } from "./html-surface.ts";
import { HtmlView } from "./html-view.ts";

export function createHtmlKind({
  instance,
  manifest,
  source,
  config,
  code,
}: ViewKindOptions): ViewKind {
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
