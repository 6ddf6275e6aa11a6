import { type AppHandle, fromViewSession } from "@berth/browser";
import type { AppState, BerthError } from "@berth/protocol";
import { useCallback, useEffect, useState } from "react";
import { useApi } from "../api/use-api.ts";
import { useOrganizationSlug } from "../session/use-organization-slug.ts";
import { useRunningApps } from "./use-running-apps.ts";

export interface RunningView {
  /** Undefined while its session is opened and its bundle fetched. */
  readonly handle: AppHandle | undefined;
  readonly state: AppState | "opening" | "refused";
  readonly error: unknown;
  /** Starts it again, from failed or stopped; opens it anew when it never came to run. */
  readonly restart: () => void;
  /** Lets it go on after the watchdog has held it. */
  readonly resume: () => void;
}

interface Held {
  readonly handle: AppHandle | undefined;
  readonly state: RunningView["state"];
  readonly error: unknown;
}

const opening: Held = { handle: undefined, state: "opening", error: undefined };

/** Runs an installation's view from the first to the last moment that the component stands. */
export function useRunningView(installation: string): RunningView {
  const api = useApi();
  const organization = useOrganizationSlug();
  const { manager } = useRunningApps();
  const [held, setHeld] = useState<Held>(opening);
  const [attempt, setAttempt] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt opens it anew
  useEffect(() => {
    const abort = new AbortController();
    const { signal } = abort;
    const params = { organization, installation };
    let instance: string | undefined;
    const stopListening = manager.on("status", (event) => {
      if (event.instance !== instance || event.state === "unloaded") return;
      const handle = manager.get(instance);
      setHeld({ handle, state: event.state, error: event.error });
    });
    const run = async () => {
      setHeld(opening);
      const session = await api.call("openView", { params, body: {} }, { signal });
      const source = fromViewSession(session, {
        renew: () =>
          api.call("openView", { params, body: { instance: session.instance } }, { signal }),
      });
      signal.throwIfAborted();
      instance = session.instance;
      await manager.load(instance, source);
      signal.throwIfAborted();
      await manager.start(instance);
    };
    run().catch((error: unknown) => {
      if (signal.aborted) return;
      // A view that was loaded tells of its failure by its own status.
      const isLoaded = instance !== undefined && manager.get(instance) !== undefined;
      if (!isLoaded) setHeld({ handle: undefined, state: "refused", error });
    });
    return () => {
      abort.abort();
      stopListening();
      if (instance !== undefined) void manager.unload(instance);
    };
  }, [api, manager, organization, installation, attempt]);

  const { handle } = held;
  const restart = useCallback(() => {
    if (handle === undefined) setAttempt((before) => before + 1);
    else manager.start(handle.instance).catch(keepQuiet);
  }, [manager, handle]);
  const resume = useCallback(() => {
    if (handle !== undefined) manager.resume(handle.instance).catch(keepQuiet);
  }, [manager, handle]);
  return { ...held, restart, resume };
}

/** The status event of the same failure is what the page shows. */
function keepQuiet(_error: BerthError): void {}
