import type { AppInspection } from "@berth/browser/inspect";
import type { ReactNode } from "react";
import { useInspectorContext } from "../inspector-context.ts";
import { LiveTable } from "../parts/LiveTable.tsx";
import { useNewest } from "../parts/use-newest.tsx";

/** What was refused, and why; the same again and again is one row. */
export function DenialsPane({ app }: { readonly app: AppInspection }): ReactNode {
  const { words, format } = useInspectorContext();
  const [shown, more] = useNewest(app.denials);
  if (shown.length === 0) return <p className="berth-inspector-empty">{words.noDenials}</p>;
  return (
    <>
      <LiveTable
        label={words.tabs.denials}
        columns={[
          { title: words.time },
          { title: words.refused, isWideOnly: true },
          { title: words.why, isFlexible: true },
        ]}
      >
        {shown.map(({ id, at, access, code, reason, count }) => (
          <tr key={id}>
            <td>
              <time>{format.time(at)}</time>
            </td>
            <td data-wide>
              <code className="berth-inspector-name">{access ?? words.bound}</code>
            </td>
            <td data-flexible>
              {reason}
              <span className="berth-inspector-why">
                <code>{code}</code>
                {count > 1 ? ` · ${words.times(format.number(count))}` : null}
              </span>
            </td>
          </tr>
        ))}
      </LiveTable>
      {more}
    </>
  );
}
