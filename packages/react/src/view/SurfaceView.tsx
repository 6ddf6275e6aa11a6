/**
 * Where an app of its own HTML stands in the page: an empty element, into which the runtime puts
 * the app's frame. React draws nothing in it.
 */
import type { ViewSurface } from "@berth/browser";
import { type ReactNode, useRef } from "react";
import { useBrowserLayoutEffect } from "../catalog/browser-layout-effect.ts";

export interface SurfaceViewProps {
  readonly surface: ViewSurface;
  /** Shown above the place until the app is up. */
  readonly loading: ReactNode;
}

const unseen = { blockSize: 0, overflow: "hidden", visibility: "hidden" } as const;

export function SurfaceView({ surface, loading }: SurfaceViewProps): ReactNode {
  const place = useRef<HTMLDivElement>(null);
  // Before the element leaves the page, so that the frame can be moved out of it in time.
  useBrowserLayoutEffect(() => {
    if (place.current === null) return;
    return surface.attach(place.current);
  }, [surface]);
  return (
    <>
      {loading}
      <div
        ref={place}
        className="berth-surface"
        // Laid out all the same, so that the app can measure itself.
        style={loading === null ? undefined : unseen}
      />
    </>
  );
}
