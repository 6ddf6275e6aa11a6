import type { AppRuntimeManager } from "@berth/browser";
import { createContext } from "react";

export interface RunningApps {
  /** Installations with an open tab, in the order they were opened. */
  readonly tabs: readonly string[];
  readonly open: (installation: string) => void;
  readonly close: (installation: string) => void;
  /** Runs the views; ends with the shell. */
  readonly manager: AppRuntimeManager;
}

export const RunningAppsContext = createContext<RunningApps | null>(null);
