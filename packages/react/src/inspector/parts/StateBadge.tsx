import type { LimitStep } from "@berth/browser";
import type { AppState } from "@berth/protocol";
import type { ReactNode } from "react";
import { useInspectorContext } from "../inspector-context.ts";

const tones: Readonly<Record<AppState, string>> = {
  loaded: "neutral",
  starting: "info",
  running: "success",
  paused: "neutral",
  suspended: "warning",
  stopped: "neutral",
  failed: "danger",
};

export interface StateBadgeProps {
  readonly state: AppState;
  readonly step: LimitStep;
}

/** The app's state, and where it stands with its limits when that is anywhere but within. */
export function StateBadge({ state, step }: StateBadgeProps): ReactNode {
  const { words } = useInspectorContext();
  const isHeld = step === "warn" || step === "throttle";
  return (
    <span className="berth-inspector-badges">
      <span className="berth-inspector-badge" data-tone={tones[state]}>
        {words.states[state]}
      </span>
      {isHeld ? (
        <span className="berth-inspector-badge" data-tone="warning">
          {words.steps[step]}
        </span>
      ) : null}
    </span>
  );
}
