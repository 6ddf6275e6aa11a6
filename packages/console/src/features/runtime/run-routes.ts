/**
 * An app's routes in the console's address: the path behind `/run/<installation>`, and query and
 * fragment together in the parameter `view`, so that no app reaches a parameter of the console's.
 */
import type { RouteAdapter } from "@berth/react";

/** As much of a history as is needed; TanStack's router has one. */
export interface AddressHistory {
  readonly location: { readonly pathname: string; readonly search: string };
  push(address: string): void;
  replace(address: string): void;
  subscribe(listener: () => void): () => void;
}

export function createRunRoutes(history: AddressHistory, installation: string): RouteAdapter {
  const prefix = `/run/${installation}`;
  const get = (): string | undefined => {
    const { pathname, search } = history.location;
    if (pathname !== prefix && !pathname.startsWith(`${prefix}/`)) return undefined;
    const rest = new URLSearchParams(search).get("view") ?? "";
    return `${pathname.slice(prefix.length) || "/"}${/^[?#]/.test(rest) ? rest : ""}`;
  };
  return {
    get,
    set(route, { isReplaced }) {
      // Another tab, or another page of the console, is in front.
      if (get() === undefined) return;
      const address = addressOf(prefix, route, history.location.search);
      if (isReplaced) history.replace(address);
      else history.push(address);
    },
    subscribe: (listener) => history.subscribe(listener),
  };
}

function addressOf(prefix: string, route: string, search: string): string {
  const [path = "/"] = route.split(/[?#]/, 1);
  const rest = route.slice(path.length);
  const query = new URLSearchParams(search);
  if (rest === "") query.delete("view");
  else query.set("view", rest);
  return `${prefix}${path === "/" ? "" : path}${query.size === 0 ? "" : `?${query}`}`;
}
