/**
 * Puts another build of an app's view in the place of the one that runs. For those who write views;
 * loaded when it is first asked for.
 */
import { BerthError } from "@berth/protocol";
import type { AppInstance } from "./app-instance.ts";
import type { BundleSource } from "./app-source.ts";
import type { ResolvedConfig } from "./config.ts";
import { loadBundle, loadText } from "./load-bundle.ts";
import { isFederatedApp, isHtmlApp, loadViewKind } from "./view-kinds.ts";

export interface ReplaceBundleOptions {
  readonly app: AppInstance;
  readonly bundle: BundleSource;
  readonly config: ResolvedConfig;
  /** Starts the instance as the manager does, within its capacity. */
  readonly start: () => Promise<void>;
}

/** @throws BerthError PLATFORM_INCOMPATIBLE, VIEW_*, PACKAGE_DIGEST_MISMATCH, RUNTIME_* */
export async function replaceBundle(options: ReplaceBundleOptions): Promise<void> {
  const { app, bundle, config, start } = options;
  const { instance, manifest, source } = app;
  if (isHtmlApp(manifest) || isFederatedApp(manifest))
    throw new BerthError(
      "PLATFORM_INCOMPATIBLE",
      `${manifest.id} draws for itself (ui.mode ${manifest.ui.mode}), which cannot be replaced in place; unload it and load it again.`,
    );
  const { signal } = new AbortController();
  const loading = { fetch: config.fetch, signal };
  const { workerScriptPath } = config;
  const [code, createView, bootstrap] = await Promise.all([
    loadBundle(bundle, loading),
    loadViewKind(manifest),
    workerScriptPath === undefined ? undefined : loadText(workerScriptPath, loading),
  ]);
  const before = app.state;
  const view = await createView({ instance, manifest, source, config, code, bootstrap });
  await app.replaceView(view);
  switch (before) {
    case "running":
    case "loaded":
    case "stopped":
      return;
    case "failed":
      return start();
    case "starting":
    case "paused":
    case "suspended":
      await app.stop();
      await start();
      if (before === "paused") await app.pause();
  }
}
