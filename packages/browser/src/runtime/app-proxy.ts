/** An instance's way to HTTP: to its own function, or to the platform's API. */
import type { ParsedManifest } from "@berth/protocol";
import type { PermissionManager } from "../permissions/permission-manager.ts";
import { APIProxy } from "../proxy/api-proxy.ts";
import type { AppSource } from "./app-source.ts";
import type { ResolvedConfig } from "./config.ts";

export interface AppProxyOptions {
  readonly source: AppSource;
  readonly config: ResolvedConfig;
  readonly manifest: ParsedManifest;
  readonly permissions: PermissionManager;
}

/** Undefined where there is nothing to call. */
export function createAppProxy(options: AppProxyOptions): APIProxy | undefined {
  const { source, config, manifest, permissions } = options;
  const baseURL = source.api?.origin ?? config.apiProxyConfig.baseURL;
  if (baseURL === undefined) return undefined;
  const perMinute = manifest.resources.apiCalls;
  const { rateLimitWindow = 60_000, maxRequestsPerWindow } = config.apiProxyConfig;
  const granted = Math.max(1, Math.floor((perMinute * rateLimitWindow) / 60_000));
  return new APIProxy({
    config: {
      ...config.apiProxyConfig,
      baseURL,
      rateLimitWindow,
      maxRequestsPerWindow: Math.min(granted, maxRequestsPerWindow ?? granted),
    },
    permissions,
    fetch: config.fetch,
    clock: config.clock,
    random: config.random,
    ...(source.api?.token === undefined ? {} : { token: source.api.token }),
  });
}
