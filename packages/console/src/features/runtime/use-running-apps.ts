import { use } from "react";
import { type RunningApps, RunningAppsContext } from "./RunningAppsContext.ts";

export function useRunningApps(): RunningApps {
  const running = use(RunningAppsContext);
  if (!running) throw new Error("useRunningApps is used outside RunningAppsProvider.");
  return running;
}
