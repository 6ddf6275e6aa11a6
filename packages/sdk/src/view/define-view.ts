/**
 * The entry of a view: an app calls `defineView` once, at its module's top level.
 */
import "./dom.ts";
import type { ViewApi, ViewContext } from "@berth/protocol";
import { RemoteRootElement } from "@remote-dom/core/elements";
import { createViewConnection, type ViewConnection } from "./connection.ts";
import { findElement, registerElements } from "./element.ts";
import { getViewRuntime } from "./runtime.ts";
import { type ContextHolder, createView, type View } from "./view.ts";

/** Where a view draws: catalog elements and text, put there by DOM calls or a framework. */
export type ViewRoot = HTMLElement;

export interface ViewDefinition {
  /** Draws the first picture. The view counts as started when this resolves. */
  start(root: ViewRoot, view: View): void | Promise<void>;
  /** The host has put the view aside: no events come until `resume`. */
  pause?(): void | Promise<void>;
  resume?(): void | Promise<void>;
  /** The last call; the worker ends half a second after it at the latest. */
  stop?(): void | Promise<void>;
}

const rootTag = "berth-root";

/** @throws Error outside a view's worker, and when called twice */
export function defineView(definition: ViewDefinition): void {
  const runtime = getViewRuntime();
  const connection = createViewConnection(runtime.host);
  registerElements();
  if (customElements.get(rootTag) === undefined)
    customElements.define(rootTag, class extends RemoteRootElement {});
  let holder: ContextHolder | undefined;

  const api: ViewApi = {
    async start(context) {
      holder = { context, listeners: new Set() };
      const root = openRoot(connection);
      await definition.start(root, createView(runtime.host, holder));
      await connection.flush();
    },
    async update(context: ViewContext) {
      if (holder === undefined) return;
      holder.context = context;
      for (const listener of [...holder.listeners]) listener(context);
    },
    async pause() {
      await definition.pause?.();
    },
    async resume() {
      await definition.resume?.();
    },
    async stop() {
      await definition.stop?.();
    },
    async dispatch(nodeId, event, detail) {
      findElement(nodeId)?.dispatchEvent(new CustomEvent(event.toLowerCase(), { detail }));
    },
  };
  runtime.define(api);
}

function openRoot(connection: ViewConnection): ViewRoot {
  // The class registered under this tag is Remote DOM's own root.
  const root = document.createElement(rootTag) as RemoteRootElement;
  document.body.append(root);
  root.connect(connection);
  return root;
}
