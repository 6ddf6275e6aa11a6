/** An instance's way to HTTP: to its own function, or to the platform's API. */
import type { ParsedManifest } from "@berth/protocol";
import type { PermissionManager } from "../permissions/permission-manager.ts";
import { APIProxy, type TokenSource } from "../proxy/api-proxy.ts";
import type { AppSource } from "./app-source.ts";
import type { ResolvedConfig } from "./config.ts";

export interface AppProxyOptions {
  readonly instance: string;
  readonly source: AppSource;
  readonly config: ResolvedConfig;
  readonly manifest: ParsedManifest;
  readonly permissions: PermissionManager;
}

/** Undefined where there is nothing to call. */
export function createAppProxy(options: AppProxyOptions): APIProxy | undefined {
  const { instance, source, config, manifest, permissions } = options;
  if (source.api === null) return undefined;
  const baseURL = source.api?.origin ?? config.apiProxyConfig.baseURL;
  if (baseURL === undefined) return undefined;
  const perMinute = manifest.resources.apiCalls;
  const { rateLimitWindow = 60_000, maxRequestsPerWindow } = config.apiProxyConfig;
  const granted = Math.max(1, Math.floor((perMinute * rateLimitWindow) / 60_000));
  const { platformToken } = config;
  const ofPlatform: TokenSource | undefined =
    platformToken && ((refused) => platformToken(instance, refused));
  const token = source.api === undefined ? ofPlatform : source.api.token;
  return new APIProxy({
    config: {
      ...config.apiProxyConfig,
      // What the platform gets, its keys above all, is not for an app's own function.
      ...(source.api === undefined
        ? {}
        : { dialect: source.api.dialect ?? null, assumedFreshMs: 0 }),
      baseURL,
      rateLimitWindow,
      maxRequestsPerWindow: Math.min(granted, maxRequestsPerWindow ?? granted),
    },
    permissions,
    fetch: config.fetch,
    clock: config.clock,
    random: config.random,
    ...(token === undefined ? {} : { token }),
  });
}
