/** The width of an element in CSS pixels, live; `initial` until it has been measured. */
import { useCallback, useState } from "react";
import { useBrowserLayoutEffect } from "../browser-layout-effect.ts";

export function useWidth(
  initial: number,
): readonly [(element: HTMLElement | null) => void, number] {
  const [element, setElement] = useState<HTMLElement | null>(null);
  const [width, setWidth] = useState(initial);
  useBrowserLayoutEffect(() => {
    if (element === null) return;
    const take = (measured: number): void => {
      // Hidden elements have no width; what was known is as good as anything then.
      if (measured >= 1) setWidth(Math.round(measured));
    };
    take(element.getBoundingClientRect().width);
    const observer = new ResizeObserver(([entry]) => take(entry?.contentRect.width ?? 0));
    observer.observe(element);
    return () => observer.disconnect();
  }, [element]);
  return [useCallback((next: HTMLElement | null) => setElement(next), []), width];
}
