/**
 * What a federated app is given for one run. What it asks of the host by it is parsed, bounded and
 * decided by grants, as every view's calls are; what it does without it, nothing here can see.
 */
import type { HostApi, RemoteContext, ViewContext } from "@berth/protocol";
import { redactError } from "../sandbox/host-api.ts";

export interface OpenedContext {
  readonly context: RemoteContext<AbortSignal>;
  /** @param onThrow - told of what the app's listeners throw */
  update(view: ViewContext, onThrow: (error: unknown) => void): void;
}

export function createRemoteContext(
  api: HostApi,
  first: ViewContext,
  signal: AbortSignal,
): OpenedContext {
  const listeners = new Set<(context: ViewContext) => void>();
  let current = first;
  const host: RemoteContext["host"] = Object.freeze({
    fetch: guarded(api.fetch.bind(api)),
    call: guarded(api.call.bind(api)),
    saveViewState: guarded(api.saveViewState.bind(api)),
    navigate: guarded(api.navigate.bind(api)),
    requestPermission: guarded(api.requestPermission.bind(api)),
    report: guarded(api.report.bind(api)),
    log: guarded(api.log.bind(api)),
  });

  /** Nothing is asked of a host that has unmounted the app, and no error brings more than its words. */
  function guarded<Args extends readonly unknown[], Result>(
    work: (...args: Args) => Promise<Result>,
  ): (...args: Args) => Promise<Result> {
    return async (...args) => {
      signal.throwIfAborted();
      try {
        return await work(...args);
      } catch (error) {
        throw redactError(error instanceof Error ? error : new Error("it threw"));
      }
    };
  }

  return {
    context: Object.freeze({
      version: 1,
      get context() {
        return current;
      },
      onContext(listener: (context: ViewContext) => void) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      host,
      signal,
    } satisfies RemoteContext<AbortSignal>),
    update(view, onThrow) {
      current = view;
      for (const listener of [...listeners]) {
        try {
          listener(view);
        } catch (error) {
          onThrow(error);
        }
      }
    },
  };
}
