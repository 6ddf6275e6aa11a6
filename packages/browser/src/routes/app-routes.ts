/**
 * Where one app's reader is, for its view and for the page's address alike.
 *
 * Owns the route. Does not know the page's address: what a view moves to is told by `onMessage`,
 * where the address leads comes by `set`.
 * Invariant: the route is always one that `isViewRoute` passes.
 */
import { firstRoute, isViewRoute, type ViewNavigation } from "@berth/protocol";
import type { Clock } from "../clock.ts";
import type { MessageEventBody } from "../runtime/events.ts";
import type { ViewKind } from "../runtime/running-view.ts";
import type { RouteWriter } from "./route-writer.ts";

export interface AppRoutes {
  readonly current: string;
  /** The page's word; false, and nothing happens, for what is no route. */
  set(route: string): boolean;
  /** The view's wish. @throws BerthError PERMISSION_DENIED, RATE_LIMITED */
  navigate(to: ViewNavigation): Promise<void>;
  /** The reader did something in the view, that it may move for. */
  noteEvent(): void;
}

export interface AppRoutesOptions {
  readonly config: { readonly clock: Clock };
  readonly view: ViewKind;
  /** Decides and records. @throws BerthError PERMISSION_DENIED */
  readonly require: () => void;
  /** Told of each move that the view makes, for the page's address. */
  readonly onMessage: (moved: MessageEventBody) => void;
  /** The route is another, whoever moved it. */
  readonly onChange: () => void;
}

export function createAppRoutes(options: AppRoutesOptions): AppRoutes {
  const { require, onMessage, onChange } = options;
  const { clock } = options.config;
  let current = firstRoute;
  let eventAtMs: number | undefined;
  let writer: Promise<RouteWriter> | undefined;
  const move = (route: string): boolean => {
    if (route === current) return false;
    current = route;
    onChange();
    return true;
  };
  return {
    get current() {
      return current;
    },
    set(route) {
      if (!isViewRoute(route)) return false;
      move(route);
      return true;
    },
    async navigate({ route, isReplaced }) {
      require();
      // Most views never move: what judges those that do is fetched when one does.
      writer ??= import("./route-writer.ts").then(({ createRouteWriter }) =>
        // The events of a document of the app's own do not pass through the page.
        createRouteWriter({ clock, isHtml: options.view.surface !== undefined }),
      );
      const { admit } = await writer;
      const mayPush = admit(eventAtMs);
      const isStep = mayPush && !isReplaced;
      if (isStep) eventAtMs = undefined;
      if (move(route)) onMessage({ kind: "navigate", path: route, isReplaced: !isStep });
    },
    noteEvent() {
      eventAtMs = clock.now();
    },
  };
}
