/** State that lives on the other side of a channel: what is told comes back a while later. */
import { useCallback, useState } from "react";

const usualDelayMs = 120;

export function useDistantState<Value>(
  initial: Value,
  transform: (value: Value) => Value = (value) => value,
  delayMs = usualDelayMs,
): readonly [Value, (value: Value) => Promise<void>] {
  const [value, setValue] = useState(initial);
  const tell = useCallback(
    async (next: Value) => {
      const heard = Promise.withResolvers<void>();
      setTimeout(() => {
        setValue(transform(next));
        heard.resolve();
      }, delayMs);
      await heard.promise;
    },
    [transform, delayMs],
  );
  return [value, tell];
}
