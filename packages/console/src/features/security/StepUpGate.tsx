import { type ReactNode, useMemo, useRef } from "react";
import { ApiContext } from "../api/ApiContext.ts";
import { useApi } from "../api/use-api.ts";
import { proveAndRepeat } from "./prove-and-repeat.ts";
import { StepUpDialog } from "./StepUpDialog.tsx";
import { useStepUp } from "./use-step-up.ts";

/** Asks again who it is, wherever the server does so before something is destroyed or widened. */
export function StepUpGate({ children }: { readonly children: ReactNode }) {
  const api = useApi();
  const stepUp = useStepUp();
  const latest = useRef(stepUp);
  latest.current = stepUp;
  const asking = useMemo(() => proveAndRepeat(api, (act) => latest.current.run(act)), [api]);
  return (
    <ApiContext value={asking}>
      {children}
      <StepUpDialog stepUp={stepUp} />
    </ApiContext>
  );
}
