/** What stands in the place of a view that is not there. */
import type { BerthError } from "@berth/protocol";
import type { ReactNode } from "react";
import { Button } from "../catalog/Button.tsx";
import { useSurroundings } from "../catalog/catalog-context.tsx";
import { EmptyState } from "../catalog/EmptyState.tsx";
import { Spinner } from "../catalog/Spinner.tsx";

export function LoadingPanel({ name }: { readonly name: string }): ReactNode {
  const { messages } = useSurroundings();
  return (
    <div className="berth-panel">
      <Spinner label={`${messages.loading} ${name}…`} />
    </div>
  );
}

export function EmptyPanel({ title }: { readonly title: string }): ReactNode {
  return (
    <div className="berth-panel">
      <EmptyState title={title} />
    </div>
  );
}

export interface StoppedPanelProps {
  readonly name: string;
  readonly onStart: () => void;
}

export function StoppedPanel({ name, onStart }: StoppedPanelProps): ReactNode {
  const { messages } = useSurroundings();
  return (
    <div className="berth-panel">
      <EmptyState title={messages.stoppedTitle} description={name}>
        <Button variant="primary" onPress={onStart}>
          {messages.start}
        </Button>
      </EmptyState>
    </div>
  );
}

export interface FailedPanelProps {
  readonly name: string;
  readonly error: BerthError | undefined;
  readonly onRetry: () => void;
}

export function FailedPanel({ name, error, onRetry }: FailedPanelProps): ReactNode {
  const { messages } = useSurroundings();
  return (
    <div className="berth-panel" role="alert">
      <div className="berth-failed">
        <p className="berth-empty-title">{messages.failedTitle}</p>
        <p className="berth-empty-description">{error?.message ?? name}</p>
        {error ? <code className="berth-failed-code">{error.code}</code> : null}
        <div className="berth-empty-actions">
          <Button variant="primary" onPress={onRetry}>
            {messages.retry}
          </Button>
        </div>
      </div>
    </div>
  );
}
