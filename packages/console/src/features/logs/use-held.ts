import { useState } from "react";

/** `value` as it changes, or as it was when holding began. */
export function useHeld<T>(value: T, isHolding: boolean): T {
  const [held, setHeld] = useState<{ readonly value: T } | null>(null);
  if (isHolding && held === null) setHeld({ value });
  if (!isHolding && held !== null) setHeld(null);
  return isHolding && held !== null ? held.value : value;
}
