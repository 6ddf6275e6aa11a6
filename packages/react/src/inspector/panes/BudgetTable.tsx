import type { LimitReport, Reading, UsageReport } from "@berth/browser";
import type { ReactNode } from "react";
import { useInspectorContext } from "../inspector-context.ts";
import { LiveTable } from "../parts/LiveTable.tsx";

/** Each limit: how much of it is used, how that is known, and when it will be reached. */
export function BudgetTable({ report }: { readonly report: UsageReport }): ReactNode {
  const { words } = useInspectorContext();
  return (
    <>
      <LiveTable
        label={words.budgets}
        columns={[
          { title: words.limit },
          { title: words.used, align: "end" },
          { title: words.allowed, align: "end" },
          { title: words.known, isFlexible: true },
          { title: words.outlook, isWideOnly: true },
        ]}
      >
        {report.limits.map((limit) => (
          <BudgetRow key={limit.limit} report={limit} />
        ))}
      </LiveTable>
      <Notes report={report} />
    </>
  );
}

const warnedFrom = 0.8;

function BudgetRow({ report }: { readonly report: LimitReport }): ReactNode {
  const { words, format } = useInspectorContext();
  const { limit, now, allowed } = report;
  const show = (value: number) => words.units[now.unit](format.number(value));
  const share = now.value === null ? 0 : now.value / Math.max(allowed, Number.MIN_VALUE);
  const tone = share > 1 ? "danger" : share > warnedFrom ? "warning" : "success";
  return (
    <tr>
      <th scope="row">
        <div className="berth-inspector-budget">
          {words.readings[limit]}
          <span className="berth-inspector-meter" data-tone={tone} aria-hidden="true">
            <span style={{ inlineSize: `${Math.min(1, share) * 100}%` }} />
          </span>
        </div>
      </th>
      <td data-align="end" data-strong={share > warnedFrom} data-over={share > 1}>
        {now.value === null ? "–" : show(now.value)}
      </td>
      <td data-align="end">{show(allowed)}</td>
      <td data-flexible data-muted>
        <span className="berth-inspector-known">{words.kinds[now.kind]}</span>
        {basisOf(now) && <span data-wide>{basisOf(now)}</span>}
      </td>
      <td data-wide data-muted>
        <Outlook report={report} />
      </td>
    </tr>
  );
}

/** Where there is no room for it in the table. */
function Notes({ report }: { readonly report: UsageReport }): ReactNode {
  const { words } = useInspectorContext();
  return (
    <ul className="berth-inspector-notes" data-narrow>
      {report.limits.flatMap(({ limit, now }) => {
        const basis = basisOf(now);
        return basis === undefined
          ? []
          : [<li key={limit}>{`${words.readings[limit]}: ${words.kinds[now.kind]}, ${basis}`}</li>];
      })}
    </ul>
  );
}

/** What it was concluded from, or why it is not known. */
function basisOf(reading: Reading): string | undefined {
  if (reading.kind === "measured") return undefined;
  return reading.kind === "estimated" ? reading.basis : reading.reason;
}

function Outlook({ report }: { readonly report: LimitReport }): ReactNode {
  const { words, format } = useInspectorContext();
  const { forecast } = report;
  if (forecast.kind === "unavailable") return "–";
  return forecast.kind === "reached"
    ? words.outlooks.reached
    : words.outlooks.at(format.minute(forecast.at));
}
