import type { BerthClient } from "@berth/client";
import { use } from "react";
import { ApiContext } from "./ApiContext.ts";

/** The client of the Berth that served this page. */
export function useApi(): BerthClient {
  const api = use(ApiContext);
  if (!api) throw new Error("useApi is used outside ApiContext; wrap the tree in it.");
  return api;
}
