/** Fetches the metered engine when the first app asks for it; no other app pays for it. */
import { BerthError, type ParsedManifest } from "@berth/protocol";
import type { MeteredRun } from "../metered/open-metered.ts";
import type { ViewKindOptions } from "./view-kinds.ts";

/** True for an app without a UI, which runs in the metered engine. */
export function isMeteredApp({ runtime }: ParsedManifest): boolean {
  return runtime?.engine === "quickjs";
}

/** @returns undefined for an app of the browser's own engine. @throws BerthError VIEW_LOAD_FAILED */
export async function loadMetered({
  code,
  manifest,
  config,
}: Pick<ViewKindOptions, "code" | "manifest" | "config">): Promise<MeteredRun | undefined> {
  if (!isMeteredApp(manifest)) return undefined;
  try {
    const { openMetered } = await import("../metered/open-metered.ts");
    return await openMetered(code, manifest, config.viewLimits.maxMessageBytes);
  } catch (cause) {
    throw new BerthError("VIEW_LOAD_FAILED", "The metered engine could not be fetched.", { cause });
  }
}
