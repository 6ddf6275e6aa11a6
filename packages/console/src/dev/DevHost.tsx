/** The page: the app's view as a product shows it, and around it what its author wants to know. */
import { AppRuntimeManager, createBrowserStorage } from "@berth/browser";
import type { DevState } from "@berth/protocol/dev";
import { AppView, createPermissionPrompts, PermissionPrompt } from "@berth/react";
import { Loader, useComputedColorScheme } from "@mantine/core";
import { useEffect, useState, useSyncExternalStore } from "react";
import { DevFooter } from "./DevFooter.tsx";
import { DevHeader } from "./DevHeader.tsx";
import classes from "./DevHost.module.css";
import { createDevViewStore, instance } from "./dev-view.ts";
import { BuildOverlay, CrashOverlay } from "./Overlay.tsx";
import { useDevState } from "./use-dev-state.ts";

const widths = { fit: undefined, phone: 390 } as const;
export type StageWidth = keyof typeof widths;

export function DevHost() {
  const connection = useDevState();
  const { state } = connection;
  const scheme = useComputedColorScheme("light");
  const [{ manager, prompts, store }] = useState(openParts);
  const { crash, log } = useSyncExternalStore(store.subscribe, store.snapshot);
  const [width, setWidth] = useState<StageWidth>("fit");
  const [hidden, setHidden] = useState<object>();

  useEffect(() => manager.setContext({ theme: scheme }), [manager, scheme]);
  useEffect(() => () => store.close(), [store]);
  useEffect(() => {
    if (state !== undefined) store.show(state);
  }, [state, store]);
  const name = state?.manifest.name;
  useEffect(() => {
    document.title = name === undefined ? "berth dev" : `${name} – berth dev`;
  }, [name]);

  const problem = state?.problem ?? null;
  return (
    <div className={classes.root}>
      <DevHeader
        connection={connection}
        width={width}
        onWidth={setWidth}
        onStartOver={store.startOver}
      />
      <main className={classes.main}>
        <div className={classes.stage}>
          <div className={classes.product} style={{ maxWidth: widths[width] }}>
            <AppView
              runtime={{ manager }}
              instance={instance}
              theme={scheme}
              empty={<Waiting state={state} />}
            />
          </div>
        </div>
        {problem !== null && problem !== hidden ? (
          <BuildOverlay
            problem={problem}
            hasGoodBuild={state?.build !== null}
            onHide={() => setHidden(problem)}
          />
        ) : crash === undefined || problem !== null ? null : (
          <CrashOverlay crash={crash} onHide={store.hideCrash} />
        )}
      </main>
      <DevFooter log={log} state={state} />
      <PermissionPrompt prompts={prompts} theme={scheme} />
    </div>
  );
}

function openParts() {
  const prompts = createPermissionPrompts();
  const manager = new AppRuntimeManager({
    storage: createBrowserStorage({ owner: "berth-dev" }),
    permissions: { askPermission: prompts.askPermission },
  });
  return { manager, prompts, store: createDevViewStore(manager) };
}

/** In the place of the view while there is none. */
function Waiting({ state }: { readonly state: DevState | undefined }) {
  const words =
    state?.function.state === "starting"
      ? "The function is being installed. The view opens once it runs."
      : "The view is being built.";
  return (
    <div className={classes.waiting}>
      {state?.problem == null && <Loader size="sm" color="gray" aria-hidden />}
      <p>{words}</p>
    </div>
  );
}
