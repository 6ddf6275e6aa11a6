/** Asks before something is destroyed. The first focus is on the refusal. */
import type { ReactNode } from "react";
import { Button } from "../../catalog/Button.tsx";
import { Modal } from "../../catalog/Modal.tsx";
import { useInspectorContext } from "../inspector-context.ts";

export interface Question {
  readonly title: string;
  readonly body: string;
  /** What pressing yes does, as the button says it. */
  readonly act: string;
  readonly run: () => void;
}

export interface ConfirmProps {
  /** Undefined: nothing is asked. */
  readonly question: Question | undefined;
  readonly onClose: () => void;
}

export function Confirm({ question, onClose }: ConfirmProps): ReactNode {
  const { words } = useInspectorContext();
  return (
    <Modal
      title={question?.title ?? ""}
      size="sm"
      isOpen={question !== undefined}
      onClose={onClose}
    >
      <p>{question?.body}</p>
      <div className="berth-inspector-answers">
        <Button onPress={onClose}>{words.cancel}</Button>
        <Button
          variant="danger"
          onPress={() => {
            onClose();
            question?.run();
          }}
        >
          {question?.act}
        </Button>
      </div>
    </Modal>
  );
}
