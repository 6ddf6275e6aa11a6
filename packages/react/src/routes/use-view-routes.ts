/**
 * Keeps a view's route and the host's address in step.
 *
 * Only a view placed as a page takes part; of several, the one in the foreground writes, and the
 * first that was loaded while none is: so views do not fight for one address.
 */
import type { AppRuntimeManager } from "@berth/browser";
import { useEffect } from "react";
import type { RouteAdapter } from "./route-adapter.ts";

export function useViewRoutes(
  manager: AppRuntimeManager,
  instance: string,
  router: RouteAdapter | undefined,
): void {
  useEffect(() => {
    if (router === undefined) return;
    const follow = (): void => {
      const app = manager.get(instance);
      const route = app?.placement.kind === "page" ? router.get() : undefined;
      // An address that is no route of any app leaves the view where it is.
      if (route !== undefined) app?.routes.set(route);
    };
    const ends = [
      router.subscribe(follow),
      // Before it starts, so that a deep link is what the view opens with.
      manager.on("status", (event) => {
        if (event.instance === instance && event.state === "loaded") follow();
      }),
      manager.on("message", (event) => {
        if (event.instance !== instance || event.kind !== "navigate") return;
        if (writesAddress(manager, instance))
          router.set(event.path, { isReplaced: event.isReplaced });
      }),
    ];
    follow();
    return () => {
      for (const end of ends) end();
    };
  }, [manager, instance, router]);
}

function writesAddress(manager: AppRuntimeManager, instance: string): boolean {
  const pages = manager.list().filter(({ placement }) => placement.kind === "page");
  const writer = pages.find((app) => app.instance === manager.foreground) ?? pages[0];
  return writer?.instance === instance;
}
