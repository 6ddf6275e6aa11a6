/** The browser's own history as an app's router, for hosts that have none. */
import type { RouteAdapter } from "./route-adapter.ts";

export interface HistoryRoutesOptions {
  /** Path of the page that shows the app, such as `/apps/crm`. Its routes lie below. */
  readonly prefix: string;
  /** Default: the page's own. */
  readonly window?: Pick<
    Window,
    "history" | "location" | "addEventListener" | "removeEventListener"
  >;
}

/** @throws TypeError for a prefix that is not a path */
export function createHistoryRoutes(options: HistoryRoutesOptions): RouteAdapter {
  const { window: page = globalThis.window } = options;
  const prefix = options.prefix.replace(/\/$/, "");
  if (!/^(?:\/[^/?#\\]+)*$/.test(prefix))
    throw new TypeError(`${JSON.stringify(options.prefix)} is not a path such as /apps/crm.`);
  return {
    get() {
      const { pathname, search, hash } = page.location;
      const isOurs = pathname === prefix || pathname.startsWith(`${prefix}/`);
      return isOurs ? `${pathname.slice(prefix.length) || "/"}${search}${hash}` : undefined;
    },
    set(route, { isReplaced }) {
      // Elsewhere by now: the app's address is not the page's any more.
      if (this.get() === undefined) return;
      const address = `${prefix}${route}`;
      if (isReplaced) page.history.replaceState(page.history.state, "", address);
      else page.history.pushState(null, "", address);
    },
    subscribe(listener) {
      page.addEventListener("popstate", listener);
      return () => page.removeEventListener("popstate", listener);
    },
  };
}
