import { shortPauseFlags } from "@berth/server/short-pauses";
import type { BerthInput, BerthReady } from "./berth.ts";
import { type Subject, startSubject } from "./child.ts";

/** Started with the flags that `berth serve` starts itself with. */
export function startBerth(input: BerthInput = {}): Promise<Subject<BerthReady>> {
  return startSubject<BerthReady>("./berth.ts", input, shortPauseFlags);
}
