/** A list that is read again when its question changes or something was saved. */
import { useCallback, useEffect, useState } from "preact/hooks";

export interface List<T> {
  readonly data: T | undefined;
  readonly error: string | undefined;
  reload(): void;
}

/** @param ask - another function asks again: wrap it in useCallback */
export function useList<T>(ask: () => Promise<T>): List<T> {
  const [data, setData] = useState<T>();
  const [error, setError] = useState<string>();
  const [round, setRound] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another round asks the same again
  useEffect(() => {
    let isNewest = true;
    ask().then(
      (answer) => {
        if (!isNewest) return;
        setData(answer);
        setError(undefined);
      },
      (cause: unknown) => {
        if (isNewest) setError(cause instanceof Error ? cause.message : String(cause));
      },
    );
    return () => {
      isNewest = false;
    };
  }, [ask, round]);
  return { data, error, reload: useCallback(() => setRound((before) => before + 1), []) };
}
