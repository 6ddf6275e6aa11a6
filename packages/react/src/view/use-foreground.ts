/** The instance whose view has the focus is the one that the user is at. */
import type { AppRuntimeManager } from "@berth/browser";
import { type RefObject, useEffect, useRef } from "react";

/** To be set on the element around the view. */
export function useForeground(
  manager: AppRuntimeManager,
  instance: string,
): RefObject<HTMLDivElement | null> {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = box.current;
    const onFocus = (): void => manager.setForeground(instance);
    element?.addEventListener("focusin", onFocus);
    return () => element?.removeEventListener("focusin", onFocus);
  }, [manager, instance]);
  return box;
}
