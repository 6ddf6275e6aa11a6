import type { RouteAdapter } from "@berth/react";
import { useRouter } from "@tanstack/react-router";
import { useMemo } from "react";
import { createRunRoutes } from "./run-routes.ts";

/** Keeps the console's address in step with the routes of an installation's view. */
export function useRunRoutes(installation: string): RouteAdapter {
  const { history } = useRouter();
  return useMemo(() => createRunRoutes(history, installation), [history, installation]);
}
