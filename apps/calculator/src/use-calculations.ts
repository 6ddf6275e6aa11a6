/** The history as the function keeps it, and the two ways to change it. */
import type { View } from "@berth/sdk/view";
import { useCallback, useEffect, useState } from "preact/hooks";
import type { Calculation } from "./history.ts";

const path = "/api/calculations";

export interface Calculations {
  /** Undefined while it is being read; `unavailable` when that failed. */
  readonly calculations: readonly Calculation[] | "unavailable" | undefined;
  /** What is wrong with the last expression. */
  readonly error: string | undefined;
  readonly isBusy: boolean;
  /** The result; undefined when it failed, and `error` says why. */
  submit(expression: string): Promise<number | undefined>;
  clear(): Promise<void>;
  /** The expression is another now. */
  forgetError(): void;
}

export function useCalculations(view: View): Calculations {
  const [calculations, setCalculations] = useState<Calculations["calculations"]>();
  const [error, setError] = useState<string>();
  const [isBusy, setBusy] = useState(false);

  const read = useCallback(async () => {
    try {
      const answer = await view.fetch(path);
      if (!answer.ok) throw new Error(`The app answered ${answer.status}.`);
      setCalculations(((await answer.json()) as { calculations: Calculation[] }).calculations);
    } catch (cause) {
      view.log.warn("The history could not be read", cause);
      setCalculations("unavailable");
    }
  }, [view]);

  useEffect(() => {
    void read();
  }, [read]);

  const attempt = useCallback(
    async <T>(work: () => Promise<T>): Promise<T | undefined> => {
      setBusy(true);
      setError(undefined);
      try {
        const result = await work();
        await read();
        return result;
      } catch (cause) {
        setError(cause instanceof Error ? cause.message : String(cause));
        return undefined;
      } finally {
        setBusy(false);
      }
    },
    [read],
  );

  return {
    calculations,
    error,
    isBusy,
    submit: (expression) =>
      attempt(async () => {
        const answer = await view.fetch(path, { json: { expression } });
        const body = (await answer.json()) as { result: number; error?: { message: string } };
        if (!answer.ok)
          throw new Error(body.error?.message ?? `The app answered ${answer.status}.`);
        return body.result;
      }),
    forgetError: () => setError(undefined),
    clear: async () => {
      await attempt(() => view.fetch(path, { method: "DELETE" }));
    },
  };
}
