/** Above a pane: what is chosen of it, and what can be done with it. */
import { type ReactNode, useEffect, useState } from "react";
import { Button } from "../../catalog/Button.tsx";
import { useInspectorContext } from "../inspector-context.ts";

export interface ToolbarProps {
  readonly isHeld: boolean;
  readonly onHold: (isHeld: boolean) => void;
  /** Absent where there is nothing to empty. */
  readonly onClear?: (() => void) | undefined;
  /** What is copied. */
  readonly content: unknown;
}

const saidForMs = 2_500;

export function Toolbar({ isHeld, onHold, onClear, content }: ToolbarProps): ReactNode {
  const { words } = useInspectorContext();
  const [said, setSaid] = useState("");
  useEffect(() => {
    if (said === "") return;
    const timer = setTimeout(() => setSaid(""), saidForMs);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(JSON.stringify(content, null, 2));
      setSaid(words.copied);
    } catch {
      // Without permission or a secure page there is no clipboard; the reader is told so.
      setSaid(words.notCopied);
    }
  };
  return (
    <div className="berth-inspector-tools">
      <span className="berth-inspector-said" role="status">
        {said === "" && isHeld ? words.paused : said}
      </span>
      <Button size="sm" onPress={() => onHold(!isHeld)}>
        {isHeld ? words.goOn : words.pause}
      </Button>
      {onClear ? (
        <Button size="sm" onPress={onClear}>
          {words.clear}
        </Button>
      ) : null}
      <Button size="sm" onPress={() => void copy()}>
        {words.copy}
      </Button>
    </div>
  );
}
