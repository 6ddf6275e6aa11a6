/** Shows one instance: its view while it runs, and in words what is the matter otherwise. */
import { type AppHandle, type AppRuntimeManager, rootId } from "@berth/browser";
import type { BerthError } from "@berth/protocol";
import { type ReactNode, useCallback, useEffect, useSyncExternalStore } from "react";
import {
  type CatalogMessages,
  CatalogProvider,
  useSurroundings,
} from "../catalog/catalog-context.tsx";
import type { RouteAdapter } from "../routes/route-adapter.ts";
import { useViewRoutes } from "../routes/use-view-routes.ts";
import { EmptyPanel, FailedPanel, LoadingPanel, StoppedPanel } from "./panels.tsx";
import { RemoteNode } from "./RemoteNode.tsx";
import { SurfaceView } from "./SurfaceView.tsx";
import { type Environment, useEnvironment } from "./use-environment.ts";
import { useForeground } from "./use-foreground.ts";
import { useViewNode } from "./use-view-node.ts";

export interface AppViewProps extends Environment {
  readonly runtime: { readonly manager: AppRuntimeManager };
  readonly instance: string;
  readonly messages?: Partial<CatalogMessages>;
  /** In place of the built-in states. */
  readonly loading?: ReactNode;
  readonly empty?: ReactNode;
  readonly failed?: (error: BerthError | undefined, retry: () => void) => ReactNode;
  /** Keeps the host's address in step with the app's routes, where the app is placed as a page. */
  readonly router?: RouteAdapter;
  /** The app has moved to another of its routes; for hosts that do so by themselves. */
  readonly onNavigate?: (path: string, isReplaced: boolean) => void;
}

export function AppView(props: AppViewProps): ReactNode {
  const { runtime, instance, onNavigate } = props;
  const { manager } = runtime;
  const app = useAppHandle(manager, instance);
  const box = useForeground(manager, instance);
  const environment = useEnvironment(manager, instance, props);
  useViewRoutes(manager, instance, props.router);
  useEffect(() => {
    if (onNavigate === undefined) return;
    return manager.on("message", (event) => {
      if (event.instance === instance && event.kind === "navigate")
        onNavigate(event.path, event.isReplaced);
    });
  }, [manager, instance, onNavigate]);
  return (
    <CatalogProvider {...environment} messages={props.messages} appName={app?.manifest.name}>
      <div
        ref={box}
        className="berth-view"
        data-state={app?.state ?? "absent"}
        data-placement={app?.placement.kind}
      >
        <AppBody {...props} app={app} />
      </div>
    </CatalogProvider>
  );
}

function AppBody(props: AppViewProps & { readonly app: AppHandle | undefined }): ReactNode {
  const { app, runtime, instance } = props;
  const { messages } = useSurroundings();
  const start = useCallback(() => {
    // What goes wrong is the instance's own state, shown here at once.
    runtime.manager.start(instance).catch(() => {});
  }, [runtime.manager, instance]);
  if (app === undefined) return props.empty ?? <EmptyPanel title={messages.nothingLoadedTitle} />;
  const loading = props.loading ?? <LoadingPanel name={app.manifest.name} />;
  switch (app.state) {
    case "loaded":
    case "stopped":
      return <StoppedPanel name={app.manifest.name} onStart={start} />;
    case "starting":
      return app.surface ? (
        <SurfaceView surface={app.surface} loading={loading} />
      ) : (
        <DrawnView app={app} whenEmpty={loading} />
      );
    case "failed":
      return props.failed ? (
        props.failed(app.error, start)
      ) : (
        <FailedPanel name={app.manifest.name} error={app.error} onRetry={start} />
      );
    default:
      // The same place as while it started: a frame that is moved may have to begin anew.
      if (app.surface) return <SurfaceView surface={app.surface} loading={null} />;
      return (
        <DrawnView
          app={app}
          whenEmpty={props.empty ?? <EmptyPanel title={messages.emptyViewTitle} />}
        />
      );
  }
}

/**
 * What it has drawn stands as soon as it is there; its start may go on for long. The same component
 * before and after, so that nothing is drawn anew, and focus and scrolling stay, when it has started.
 */
function DrawnView({ app, whenEmpty }: { app: AppHandle; whenEmpty: ReactNode }): ReactNode {
  const root = useViewNode(app.tree, rootId);
  if (root?.kind === "root" && root.children.length === 0) return whenEmpty;
  return <RemoteNode app={app} id={rootId} />;
}

/** The instance, drawn anew at each change of its state; undefined when it is not loaded. */
function useAppHandle(manager: AppRuntimeManager, instance: string): AppHandle | undefined {
  const subscribe = useCallback(
    (listener: () => void) =>
      manager.on("status", (event) => {
        if (event.instance === instance) listener();
      }),
    [manager, instance],
  );
  const state = useCallback(() => manager.get(instance)?.state, [manager, instance]);
  useSyncExternalStore(subscribe, state, absent);
  return manager.get(instance);
}

function absent(): undefined {
  return undefined;
}
