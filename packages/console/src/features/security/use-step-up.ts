/**
 * Does what needs a fresh proof: when the server asks for one, the person is asked, and then it is
 * done again.
 */
import { BerthError, isBerthError } from "@berth/protocol";
import { useRef, useState } from "react";

/** By what it is to be proven; `sign-in` when only signing in again helps. */
export type StepUpMeans = "second-factor" | "password";

export interface StepUp {
  /** @throws what `act` throws; STEP_UP_REQUIRED when the person does not want to */
  run<Result>(act: () => Promise<Result>): Promise<Result>;
  /** Undefined while nothing is asked. */
  readonly asking: StepUpMeans | undefined;
  /** The dialog's answer. */
  readonly settle: (isProven: boolean) => void;
}

export function useStepUp(): StepUp {
  const [asking, setAsking] = useState<StepUpMeans>();
  const answer = useRef<(isProven: boolean) => void>(undefined);
  return {
    asking,
    settle(isProven) {
      setAsking(undefined);
      answer.current?.(isProven);
      answer.current = undefined;
    },
    async run(act) {
      try {
        return await act();
      } catch (error) {
        if (!isBerthError(error, "STEP_UP_REQUIRED") || !(error instanceof BerthError)) throw error;
        const isProven = await new Promise<boolean>((resolve) => {
          answer.current = resolve;
          setAsking(error.details?.by === "second-factor" ? "second-factor" : "password");
        });
        if (!isProven) throw error;
        return act();
      }
    },
  };
}
