import type { AppInspection } from "@berth/browser/inspect";
import type { ReactNode } from "react";
import { useInspectorContext } from "../inspector-context.ts";
import { BudgetTable } from "./BudgetTable.tsx";
import { Changes } from "./Changes.tsx";
import { Trends } from "./Trends.tsx";

/** The app at a glance: figures, budgets, trends, and what happened to it. */
export function OverviewPane({ app }: { readonly app: AppInspection }): ReactNode {
  const { words } = useInspectorContext();
  return (
    <div className="berth-inspector-overview">
      <Figures app={app} />
      <section>
        <h3>{words.budgets}</h3>
        <BudgetTable report={app.report} />
      </section>
      <section>
        <h3>{words.trends}</h3>
        <Trends app={app} />
      </section>
      <section>
        <h3>{words.history}</h3>
        <Changes changes={app.changes} />
      </section>
    </div>
  );
}

function Figures({ app }: { readonly app: AppInspection }): ReactNode {
  const { words, format } = useInspectorContext();
  const { rates, usage } = app;
  const silence =
    usage.silenceMs === null ? words.noHeartbeat : words.ago(format.duration(usage.silenceMs));
  const figures: readonly (readonly [string, string])[] = [
    [words.fromApp, words.perSecond(format.number(rates.fromApp))],
    [words.toApp, words.perSecond(format.number(rates.toApp))],
    [words.dataPerSecond, words.perSecond(format.bytes(rates.bytes))],
    [words.mutations, words.perSecond(format.number(rates.mutations))],
    [words.nodes, format.number(usage.nodes)],
    [words.heartbeat, silence],
    [words.callTime, format.duration(usage.callP50Ms)],
    [words.tabs.denials, format.number(usage.denials)],
  ];
  return (
    <dl className="berth-inspector-figures">
      {figures.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
