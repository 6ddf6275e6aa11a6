/** State that lives on the other side of a channel: what is told comes back a while later. */
import { useCallback, useState } from "react";

export const answerDelayMs = 120;

export function useDistantState<Value>(
  initial: Value,
  transform: (value: Value) => Value = (value) => value,
): readonly [Value, (value: Value) => void] {
  const [value, setValue] = useState(initial);
  const tell = useCallback(
    (next: Value) => {
      setTimeout(() => setValue(transform(next)), answerDelayMs);
    },
    [transform],
  );
  return [value, tell];
}
