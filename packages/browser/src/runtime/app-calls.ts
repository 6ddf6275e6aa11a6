/**
 * The calls that an instance's view makes of others: its function or the platform's API, and
 * capabilities. Each is counted, kept within what the manifest asks for, and told of when denied.
 */
import {
  type AccessRequest,
  BerthError,
  type ParsedManifest,
  type ViewCall,
  type ViewFetch,
  type ViewFetchAnswer,
  type ViewLog,
} from "@berth/protocol";
import type { PermissionManager } from "../permissions/permission-manager.ts";
import type { EndpointFigures } from "../proxy/endpoint-figures.ts";
import { createRateWindow } from "../proxy/rate-window.ts";
import type { ResourceMonitor } from "../resources/resource-monitor.ts";
import { createAppProxy } from "./app-proxy.ts";
import type { AppSource, LocalCapabilities } from "./app-source.ts";
import type { AppTap, OnServed } from "./app-tap.ts";
import { createCapabilityCalls } from "./capability-calls.ts";
import type { ResolvedConfig } from "./config.ts";

export interface AppCallsOptions {
  readonly instance: string;
  readonly manifest: ParsedManifest;
  readonly source: AppSource;
  readonly config: ResolvedConfig;
  readonly permissions: PermissionManager;
  readonly monitor: ResourceMonitor;
  readonly tap: AppTap;
  /** The page's own, before the source's. */
  readonly local: LocalCapabilities;
  readonly onViolation: (error: BerthError) => void;
}

export interface AppCalls {
  /** @throws BerthError FUNCTION_ABSENT, RATE_LIMITED, and as APIProxy */
  fetch(request: ViewFetch, signal: AbortSignal): Promise<ViewFetchAnswer>;
  /** @throws BerthError CAPABILITY_UNKNOWN, RATE_LIMITED, and what the capability answers */
  call(request: ViewCall, signal: AbortSignal): Promise<unknown>;
  /** Decides and records one access, and tells of a denial. @throws BerthError PERMISSION_DENIED */
  require(request: AccessRequest): void;
  /** Sends a line to the `log` capability where its source keeps a log. Never throws. */
  keepLog(entry: ViewLog): void;
  endpoints(): readonly EndpointFigures[];
}

const logTimeoutMs = 10_000;
const minuteMs = 60_000;

export function createAppCalls(options: AppCallsOptions): AppCalls {
  const { instance, manifest, source, config, permissions, monitor, tap } = options;
  const proxy = createAppProxy({ instance, manifest, source, config, permissions });
  const local = { ...options.local, ...source.capabilities };
  const callCapability = createCapabilityCalls({ local, proxy, permissions });
  const calls = createRateWindow(manifest.resources.apiCalls, minuteMs, config.clock);
  const network = createRateWindow(manifest.resources.network, minuteMs, config.clock);

  // The app's own function is no network of its: what is not it, is.
  const enterNetwork = (): void => {
    if (source.api !== undefined) return;
    monitor.count("networkRequests");
    network.enter();
  };
  const noteDenial = (error: unknown): void => {
    if (!(error instanceof BerthError) || error.code !== "PERMISSION_DENIED") return;
    monitor.count("denials");
    options.onViolation(error);
  };
  const counted = async <Result>(
    counter: "requests" | "capabilityCalls",
    name: string,
    work: (onServed?: OnServed) => Promise<Result>,
  ): Promise<Result> => {
    monitor.count(counter);
    try {
      const timed = (onServed?: OnServed) => monitor.time(async () => work(onServed));
      return await (tap.observer?.call(name, timed) ?? timed());
    } catch (error) {
      noteDenial(error);
      throw error;
    }
  };

  return {
    fetch: (request, signal) =>
      counted("requests", `${request.method} ${request.path}`, (onServed) => {
        if (proxy === undefined)
          throw new BerthError("FUNCTION_ABSENT", "The app has no function or API to call here.");
        enterNetwork();
        return proxy.fetch(request, signal, onServed);
      }),
    call: (request, signal) =>
      counted("capabilityCalls", `${request.capability}.${request.method}`, () => {
        calls.enter();
        return callCapability(request, signal);
      }),
    require(request) {
      try {
        permissions.require(request);
      } catch (error) {
        noteDenial(error);
        throw error;
      }
    },
    keepLog({ level, message }) {
      if (source.isLogKept !== true) return;
      const args = { level, message: message.slice(0, 8_000) };
      const write = { capability: "log", method: "write", args };
      callCapability(write, AbortSignal.timeout(logTimeoutMs))
        // The line has reached the page's own listeners; the server's log is lossy by design.
        .catch(() => {});
    },
    endpoints: () => proxy?.endpoints() ?? [],
  };
}
