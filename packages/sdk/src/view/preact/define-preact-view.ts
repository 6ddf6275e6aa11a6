/** A view that is one Preact component. */
import type { ViewContext } from "@berth/protocol";
import { type ComponentType, createContext, h, render } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import { defineView, type ViewDefinition } from "../define-view.ts";
import type { View } from "../view.ts";

const ViewHandle = createContext<View | undefined>(undefined);

/**
 * Defines the view by its root component, which gets the handle as `view`; deeper ones take it
 * by `useView`.
 */
export function definePreactView(
  Root: ComponentType<{ view: View }>,
  hooks: Omit<ViewDefinition, "start"> = {},
): void {
  let root: HTMLElement | undefined;
  defineView({
    ...hooks,
    start(element, view) {
      root = element;
      render(h(ViewHandle.Provider, { value: view }, h(Root, { view })), element);
    },
    async stop() {
      await hooks.stop?.();
      if (root !== undefined) render(null, root);
    },
  });
}

/** @throws Error outside a component of `definePreactView` */
export function useView(): View {
  const view = useContext(ViewHandle);
  if (view === undefined) throw new Error("useView works below definePreactView only.");
  return view;
}

/** Where the reader is inside the app, live; see View.route. `view.navigate` moves there. */
export function useRoute(): string {
  const view = useView();
  const [route, setRoute] = useState(view.route);
  useEffect(() => {
    setRoute(view.route);
    return view.onRoute(setRoute);
  }, [view]);
  return route;
}

/** The host's context, live: theme, locale, grants. */
export function useViewContext(): ViewContext {
  const view = useView();
  const [context, setContext] = useState(view.context);
  useEffect(() => view.onContext(setContext), [view]);
  return context;
}
