/** Hands a message to an app, where it is one that takes messages. */
import { type AppState, BerthError, type ParsedManifest } from "@berth/protocol";
import type { RunningView } from "./running-view.ts";

interface Messaged {
  readonly instance: string;
  readonly state: AppState;
  readonly manifest: ParsedManifest;
}

/** @throws BerthError RUNTIME_STATE */
export async function messageApp(
  { instance, state, manifest }: Messaged,
  view: RunningView | undefined,
  data: unknown,
): Promise<unknown> {
  const isMetered = manifest.runtime?.engine === "quickjs";
  if (!isMetered || state !== "running" || view?.message === undefined)
    throw new BerthError(
      "RUNTIME_STATE",
      isMetered
        ? `The app ${instance} is ${state}; only a running one takes messages.`
        : `The app ${instance} draws a view; messages are for apps whose runtime.engine is quickjs.`,
    );
  return await view.message(data);
}
