/** What the host may do with the app; what would lose something asks first. */
import type { AppRuntimeManager } from "@berth/browser";
import type { AppInspection } from "@berth/browser/inspect";
import type { ReactNode } from "react";
import { Button } from "../../catalog/Button.tsx";
import { useInspectorContext } from "../inspector-context.ts";
import type { Question } from "./Confirm.tsx";

export interface ActionsProps {
  readonly manager: AppRuntimeManager;
  readonly app: AppInspection;
  readonly onAsk: (question: Question) => void;
  /** What was tried and did not work. */
  readonly onFailed: (error: unknown) => void;
}

export function Actions({ manager, app, onAsk, onFailed }: ActionsProps): ReactNode {
  const { words } = useInspectorContext();
  const { instance, state } = app;
  const { name } = app.app;
  const attempt = (work: () => Promise<void>) => () => void work().catch(onFailed);
  const isUp = state === "running" || state === "paused" || state === "suspended";
  const canStart = state === "loaded" || state === "stopped" || state === "failed";
  const restart: Question = {
    title: words.restartTitle(name),
    body: words.endBody,
    act: words.restartApp,
    run: attempt(async () => {
      await manager.stop(instance);
      await manager.start(instance);
    }),
  };
  const stop: Question = {
    title: words.stopTitle(name),
    body: words.endBody,
    act: words.stopApp,
    run: attempt(() => manager.stop(instance)),
  };
  return (
    <div className="berth-inspector-actions">
      {state === "running" ? (
        <Button size="sm" onPress={attempt(() => manager.pause(instance))}>
          {words.pauseApp}
        </Button>
      ) : null}
      {state === "paused" || state === "suspended" ? (
        <Button size="sm" variant="primary" onPress={attempt(() => manager.resume(instance))}>
          {words.resumeApp}
        </Button>
      ) : null}
      {canStart ? (
        <Button size="sm" variant="primary" onPress={attempt(() => manager.start(instance))}>
          {words.startApp}
        </Button>
      ) : null}
      {isUp ? (
        <>
          <Button size="sm" onPress={() => onAsk(restart)}>
            {words.restartApp}
          </Button>
          <Button size="sm" onPress={() => onAsk(stop)}>
            {words.stopApp}
          </Button>
        </>
      ) : null}
    </div>
  );
}
