/**
 * Does what needs a fresh proof: when the server asks for one, the person is asked, and then it is
 * done again.
 */
import { BerthError, isBerthError } from "@berth/protocol";
import { useRef, useState } from "react";

/** What has to be proven: who one is, by whatever one has; or a second factor, and nothing less. */
export type StepUpNeed = "identity" | "second-factor";

export interface StepUp {
  /** @throws what `act` throws; the refusal when the person does not want to prove it, or cannot here */
  run<Result>(act: () => Promise<Result>): Promise<Result>;
  /** Asks without an act. @returns whether it was proven */
  ask(need: StepUpNeed): Promise<boolean>;
  /** Undefined while nothing is asked. */
  readonly asking: StepUpNeed | undefined;
  /** The dialog's answer. */
  readonly settle: (isProven: boolean) => void;
}

/** What would mend the refusal; undefined when no proof in this session does. */
function needOf(error: unknown): StepUpNeed | undefined {
  if (!isBerthError(error) || !(error instanceof BerthError)) return undefined;
  const { code, details } = error;
  if (code === "STEP_UP_REQUIRED" && details?.by !== "sign-in") return "identity";
  if (code === "SECOND_FACTOR_REQUIRED" && details?.isSetUp === true) return "second-factor";
  return undefined;
}

export function useStepUp(): StepUp {
  const [asking, setAsking] = useState<StepUpNeed>();
  const answer = useRef<(isProven: boolean) => void>(undefined);
  const ask = (need: StepUpNeed) =>
    new Promise<boolean>((resolve) => {
      answer.current?.(false);
      answer.current = resolve;
      setAsking(need);
    });
  return {
    asking,
    ask,
    settle(isProven) {
      setAsking(undefined);
      answer.current?.(isProven);
      answer.current = undefined;
    },
    async run(act) {
      try {
        return await act();
      } catch (error) {
        const need = needOf(error);
        if (need === undefined || !(await ask(need))) throw error;
        return act();
      }
    },
  };
}
