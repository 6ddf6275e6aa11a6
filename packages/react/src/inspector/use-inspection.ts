/** The runtime's inspection as React reads it. Opened in an effect, so that a server renders nothing. */
import type { AppRuntimeManager } from "@berth/browser";
import {
  type AppInspection,
  type InspectedApp,
  type Inspection,
  openInspection,
} from "@berth/browser/inspect";
import { useCallback, useEffect, useState } from "react";

export interface Inspected {
  readonly apps: readonly InspectedApp[];
  /** As it stands now; undefined when nothing is loaded. */
  readonly app: AppInspection | undefined;
}

const nothing: Inspected = Object.freeze({ apps: Object.freeze([]), app: undefined });

/** Looks on from the first to the last moment that the component stands. */
export function useInspection(manager: AppRuntimeManager): Inspection | undefined {
  const [inspection, setInspection] = useState<Inspection>();
  useEffect(() => {
    const opened = openInspection({ manager });
    setInspection(opened);
    return () => opened.close();
  }, [manager]);
  return inspection;
}

/** @param wanted - the instance; when it is not loaded, the first one that is */
export function useInspected(
  inspection: Inspection | undefined,
  wanted: string | undefined,
): readonly [inspected: Inspected, refresh: () => void] {
  const [inspected, setInspected] = useState(nothing);
  const refresh = useCallback(() => {
    if (inspection === undefined) return;
    const apps = inspection.apps();
    const shown = apps.find(({ instance }) => instance === wanted) ?? apps[0];
    setInspected({ apps, app: shown && inspection.snapshot(shown.instance) });
  }, [inspection, wanted]);
  useEffect(() => {
    refresh();
    return inspection?.subscribe(refresh);
  }, [inspection, refresh]);
  return [inspected, refresh];
}
