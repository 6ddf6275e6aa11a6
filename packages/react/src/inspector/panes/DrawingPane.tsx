import type { AppInspection } from "@berth/browser/inspect";
import type { ReactNode } from "react";
import { useInspectorContext } from "../inspector-context.ts";
import { LiveTable } from "../parts/LiveTable.tsx";
import { useNewest } from "../parts/use-newest.tsx";

/** The batches that the app drew, the latest first. */
export function DrawingPane({ app }: { readonly app: AppInspection }): ReactNode {
  const { words, format } = useInspectorContext();
  const [shown, more] = useNewest(app.mutations);
  return (
    <>
      <p className="berth-inspector-summary">
        {words.mutations} {words.perSecond(format.number(app.rates.mutations))} · {words.nodes}{" "}
        {format.number(app.usage.nodes)} ·{" "}
        {words.kept(format.number(app.mutations.length), format.number(app.totals.mutations))}
      </p>
      {shown.length === 0 ? (
        <p className="berth-inspector-empty">{words.noDrawing}</p>
      ) : (
        <LiveTable
          label={words.tabs.drawing}
          columns={[
            { title: words.time },
            { title: words.mutations, align: "end" },
            { title: words.inserted, align: "end" },
            { title: words.removed, align: "end" },
            { title: words.updated, align: "end" },
            { title: words.texts, align: "end" },
          ]}
        >
          {shown.map((batch) => (
            <tr key={batch.id}>
              <td>
                <time>{format.time(batch.at)}</time>
              </td>
              <td data-align="end" data-strong>
                {format.number(batch.count)}
              </td>
              {[batch.inserted, batch.removed, batch.updated, batch.texts].map((count, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: four columns, always these
                <td key={index} data-align="end" data-muted={count === 0}>
                  {format.number(count)}
                </td>
              ))}
            </tr>
          ))}
        </LiveTable>
      )}
      {more}
    </>
  );
}
