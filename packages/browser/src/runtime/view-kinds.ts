/** Which view an app's manifest asks for, and how it is made. */
import { BerthError, type ParsedManifest } from "@berth/protocol";
import type { Fallback } from "../federated/release-keeper.ts";
import { fetched } from "../lazy.ts";
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
  /** A kept release of a federated app runs in place of the one that was named. */
  readonly onFallback?: (fallback: Fallback) => void;
}

/** True for an app that draws its own HTML, at the moderate level. */
export function isHtmlApp({ ui }: ParsedManifest): boolean {
  return ui.mode === "html";
}

/** True for an app that runs in the page, at the level permissive: it fetches its own files. */
export function isFederatedApp({ ui }: ParsedManifest): boolean {
  return ui.mode === "federated";
}

/** @throws BerthError PLATFORM_INCOMPATIBLE */
export function refuseOtherLevels({ id, security, ui, entryPoint }: ParsedManifest): void {
  const refuse = (what: string) =>
    new BerthError(
      "PLATFORM_INCOMPATIBLE",
      `${id} ${what}; this runtime runs catalog views at the level strict, html views at moderate and federated ones at permissive.`,
    );
  const level = security.sandboxLevel;
  const modes = { strict: "catalog", moderate: "html", permissive: "federated" } as const;
  if (modes[level] !== ui.mode)
    throw refuse(`asks for the sandbox level ${level}, but draws by ui.mode ${ui.mode}`);
  if (entryPoint === undefined) throw refuse("has no view (entryPoint)");
}

export type CreateViewKind = (options: ViewKindOptions) => ViewKind | Promise<ViewKind>;

/**
 * How the app's views are made: fetched with the first app of its kind.
 *
 * @throws BerthError UNAVAILABLE; what it returns throws PERMISSIVE_NOT_ALLOWED, VIEW_LOAD_FAILED
 */
export async function loadViewKind(manifest: ParsedManifest): Promise<CreateViewKind> {
  return await fetched(async () => {
    if (isFederatedApp(manifest))
      return (await import("../federated/federated-kind.ts")).createFederatedKind;
    if (isHtmlApp(manifest)) return (await import("../html/html-kind.ts")).createHtmlKind;
    return await fetchCatalogKind();
  });
}

/** What strict views are made with, ahead of the first or for it. */
export async function fetchCatalogKind(): Promise<CreateViewKind> {
  return (await import("./catalog-kind.ts")).createCatalogKind;
}
