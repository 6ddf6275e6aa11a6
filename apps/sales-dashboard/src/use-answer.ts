/** The answer to the newest question: an older one that comes later is dropped. */
import { useEffect, useState } from "preact/hooks";

export interface Answer<T> {
  /** The last good answer; kept while the next one is on its way. */
  readonly data: T | undefined;
  readonly error: string | undefined;
  readonly isLoading: boolean;
}

/** @param ask - asks again whenever it is another function: wrap it in useCallback */
export function useAnswer<T>(ask: () => Promise<T>): Answer<T> {
  const [answer, setAnswer] = useState<Answer<T>>({
    data: undefined,
    error: undefined,
    isLoading: true,
  });
  useEffect(() => {
    let isNewest = true;
    setAnswer((before) => ({ ...before, isLoading: true }));
    ask().then(
      (data) => {
        if (isNewest) setAnswer({ data, error: undefined, isLoading: false });
      },
      (cause: unknown) => {
        const error = cause instanceof Error ? cause.message : String(cause);
        if (isNewest) setAnswer((before) => ({ ...before, error, isLoading: false }));
      },
    );
    return () => {
      isNewest = false;
    };
  }, [ask]);
  return answer;
}
