/**
 * Federated apps (level permissive), in a chunk of their own: a page that runs none never loads it.
 *
 * Owns one surface and one name for each loaded instance; each start opens the release anew.
 */
import { BerthError, isBerthError, type ParsedManifest } from "@berth/protocol";
import { HtmlSurface } from "../html/html-surface.ts";
import type { AppSource } from "../runtime/app-source.ts";
import type { ResolvedConfig } from "../runtime/config.ts";
import type { ViewKind } from "../runtime/running-view.ts";
import { appNameOf } from "../storage/scope-names.ts";
import type { AllowPermissive } from "./allow-permissive.ts";
import { defaultRemoteRetry } from "./fetch-bytes.ts";
import { createCacheRemoteStore, type RemoteStore } from "./last-good.ts";
import { createReleaseKeeper, type Fallback } from "./release-keeper.ts";
import { RemoteView } from "./remote-view.ts";

export interface FederatedKindOptions {
  readonly instance: string;
  readonly manifest: ParsedManifest;
  readonly source: AppSource;
  readonly config: ResolvedConfig;
  readonly onFallback?: ((fallback: Fallback) => void) | undefined;
}

/** @throws BerthError PERMISSIVE_NOT_ALLOWED */
export function createFederatedKind(options: FederatedKindOptions): ViewKind {
  const { instance, manifest, source, config, onFallback } = options;
  const allow = getAllowed(manifest, config);
  const { clock, random, fetch } = config;
  const surface = new HtmlSurface();
  const { bundle } = source;
  const address = "url" in bundle ? bundle.url : (manifest.entryPoint ?? "");
  return {
    surface,
    create: (seam) =>
      new RemoteView({
        instance,
        title: manifest.name,
        version: manifest.version,
        bundle,
        base: new URL(address, document.baseURI).href,
        // The federation's runtime keeps what it knows by name, for the whole page.
        name: `${manifest.id}-${crypto.randomUUID()}`,
        blockedAPIs: manifest.security.blockedAPIs,
        offers: allow.shared ?? {},
        limits: config.viewLimits,
        clock,
        network: { fetch, clock, random, retry: { ...defaultRemoteRetry, ...allow.retry } },
        container: config.container,
        surface,
        keeper: createReleaseKeeper({
          app: appNameOf(manifest),
          store: storeOf(allow, config),
          mayFallBack: allow.mayFallBack ?? (() => true),
          clock,
          onFallback,
          onTrouble: (error) => {
            // Stopped while it was being kept: the next run keeps it.
            if (isBerthError(error, "RUNTIME_STATE")) return;
            const why = String(error).slice(0, 500);
            const message = `The last good release could not be kept or read: ${why}`;
            seam.handlers.log({ level: "warn", message });
          },
        }),
        seam,
      }),
  };
}

/** Fails closed: a manifest that names no publisher is nobody's whom the operator has named. */
function getAllowed({ id, publisher }: ParsedManifest, config: ResolvedConfig): AllowPermissive {
  const allow = config.allowPermissive;
  if (allow !== undefined && publisher !== undefined && allow.publishers.includes(publisher))
    return allow;
  const whose = publisher === undefined ? "names no publisher" : `is of ${publisher}`;
  throw new BerthError(
    "PERMISSIVE_NOT_ALLOWED",
    `${id} asks for the level permissive, which is no sandbox: it would run in this page and act as its user. It ${whose}, whom this page does not allow that; an operator who trusts a publisher so far sets allowPermissive: { publishers: [${JSON.stringify(publisher ?? "publisher")}] } on the AppRuntimeManager.`,
    { details: { publisher: publisher ?? null } },
  );
}

function storeOf(
  { lastGood }: AllowPermissive,
  { clock }: ResolvedConfig,
): RemoteStore | undefined {
  if (lastGood !== undefined) return lastGood === false ? undefined : lastGood;
  // Absent where the page is no secure context.
  const { caches } = globalThis as { caches?: CacheStorage };
  return caches && createCacheRemoteStore({ caches, clock });
}
