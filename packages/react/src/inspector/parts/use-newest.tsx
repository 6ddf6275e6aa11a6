/** Shows the newest entries first, a page at a time: a list of hundreds is not drawn for nothing. */
import { type ReactNode, useState } from "react";
import { Button } from "../../catalog/Button.tsx";
import { useInspectorContext } from "../inspector-context.ts";

const pageSize = 60;

export function useNewest<Entry>(
  entries: readonly Entry[],
): readonly [shown: readonly Entry[], more: ReactNode] {
  const { words, format } = useInspectorContext();
  const [count, setCount] = useState(pageSize);
  const shown = entries.slice(-count).reverse();
  const left = entries.length - shown.length;
  const more =
    left === 0 ? null : (
      <div className="berth-inspector-more">
        <Button size="sm" variant="subtle" onPress={() => setCount(count + pageSize)}>
          {words.more(format.number(Math.min(left, pageSize)))}
        </Button>
      </div>
    );
  return [shown, more];
}
